//! The engineers: who they are, what they answer, and when.
//!
//! Everything follows from the seed, the ticket and how many answers the ticket has had, so one conversation does not
//! disturb another and a repeated run says the same words.

use super::ticket::Status;

/// A support engineer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Engineer {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
}

const TEAM: [Engineer; 4] = [
    Engineer {
        id: "eng-0107",
        name: "Lin Yue",
    },
    Engineer {
        id: "eng-0232",
        name: "Marta Silva",
    },
    Engineer {
        id: "eng-0318",
        name: "Omar Haddad",
    },
    Engineer {
        id: "eng-0451",
        name: "Zhao Min",
    },
];

/// An answer that is requested and not yet given.
#[derive(Clone, Debug)]
pub(super) struct Planned {
    pub(super) ticket: String,
    /// Which answer of the ticket it is, from 0.
    pub(super) ordinal: u64,
    pub(super) chinese: bool,
}

/// The time of an answer that waits to be triggered.
pub(super) const NEVER: i64 = i64::MAX;

/// The four steps a conversation goes through, over and over.
pub(super) const STEPS: [Step; 4] = [
    Step {
        after: Status::InProgress,
        english: [
            "Thank you for the report. I have taken over this ticket and am looking at your instance now.",
            "Hello, I am handling this ticket from now on. Let me read the monitoring data first.",
            "Thanks for reaching out. I can see the alarm on our side and have started to look into it.",
        ],
        chinese: [
            "您好，工单已受理，我正在查看您的实例。",
            "您好，由我为您处理该问题，请稍候。",
            "感谢反馈，我们已看到相关告警，正在排查。",
        ],
    },
    Step {
        after: Status::WaitingForFeedback,
        english: [
            "Could you send the output of <b>df -h</b> and the time when you first saw it?",
            "Please tell me whether anything was changed shortly before. A log of the last hour would help.",
            "Which client version do you use? If you can, please attach the log file.",
        ],
        chinese: [
            "请提供 <b>df -h</b> 的输出以及首次出现问题的时间。",
            "请问近期是否有变更？最近一小时的日志会有帮助。",
            "请问客户端版本是多少？方便的话请上传日志。",
        ],
    },
    Step {
        after: Status::InProgress,
        english: [
            "Found it: old snapshots fill the volume. I am asking the storage team to confirm before anything is deleted.",
            "The node restarted after a kernel fault. I have asked the platform team to move the instance.",
            "The certificate of one backend has expired. It is being replaced now.",
        ],
        chinese: [
            "原因已定位：历史快照占满了磁盘，正在与存储团队确认。",
            "节点因内核故障重启，已请平台团队迁移实例。",
            "后端的一个证书已过期，正在更换。",
        ],
    },
    Step {
        after: Status::ToConfirm,
        english: [
            "It is fixed on our side. Please check, and confirm here so that I can close the ticket.",
            "The change is live. Could you verify that everything works again?",
            "Done. I will keep watching for a while; please tell me whether it looks good to you.",
        ],
        chinese: [
            "问题已修复，请验证并在此确认，以便关闭工单。",
            "变更已生效，请确认业务是否恢复。",
            "已处理完成，我会继续观察，请确认是否正常。",
        ],
    },
];

#[derive(Debug)]
pub(super) struct Step {
    pub(super) after: Status,
    pub(super) english: [&'static str; 3],
    pub(super) chinese: [&'static str; 3],
}

/// The engineer who looks after a ticket.
pub(super) fn index_for(seed: u64, ticket: &str) -> u32 {
    u32::try_from(draw(seed, ticket, 0, 0) % 4).unwrap_or(0)
}

pub(super) fn by_index(index: u32) -> Engineer {
    let [first, ..] = TEAM;
    usize::try_from(index)
        .ok()
        .and_then(|index| TEAM.get(index))
        .copied()
        .unwrap_or(first)
}

/// Whether an answer should be in Chinese.
pub(super) fn is_chinese(text: &str) -> bool {
    text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}

/// A number that looks random and depends on nothing but its arguments: FNV-1a over them, then the finish of SplitMix64.
pub(super) fn draw(seed: u64, ticket: &str, ordinal: u64, purpose: u64) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let numbers = [seed, ordinal, purpose];
    let bytes = numbers
        .iter()
        .flat_map(|number| number.to_le_bytes())
        .chain(ticket.bytes());
    for byte in bytes {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}
