//! What holds of what the SDK reads of others and of its own earlier runs, for any bytes. The tests beside it bring the inputs, and so does
//! libFuzzer (`tests/fuzzing/guided`): each target is made once, and called with one input after the other.

use fuzzing::{assert_hidden, secret_where, text};
use hwc_tickets::{
    AllCursor, AttachmentId, Client, Cursor, CursorFile, Error, ErrorReport, FileOutbox, GroupId,
    Message, MessageId, MessageTime, Outbox as _, Outcome, Pending, PendingTicket, TicketId,
    ZoneOffset,
    attachments::safe_name,
    follow_all::AllCursorFile,
    follow_new::{TicketsCursor, TicketsCursorFile},
    testing::{FakeClock, ScriptedTransport},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::{collections::BTreeMap, ffi::OsString, fs, io::Write as _, path::Path};

/// What is read is written as it is read again: nothing gets lost on the way through the disk.
fn comes_back<T: Serialize + DeserializeOwned>(bytes: &[u8]) {
    let Ok(value) = serde_json::from_slice::<T>(bytes) else {
        return;
    };
    let written = serde_json::to_value(&value).unwrap();
    if has_fraction(&written) {
        // The last digit of a fraction is a matter of taste.
        return;
    }
    let written = written.to_string();
    let again: T = serde_json::from_str(&written)
        .unwrap_or_else(|error| panic!("{}: {error}: {written}", std::any::type_name::<T>()));
    assert_eq!(serde_json::to_value(&again).unwrap().to_string(), written);
}

fn has_fraction(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.is_f64(),
        Value::Array(items) => items.iter().any(has_fraction),
        Value::Object(fields) => fields.values().any(has_fraction),
        _ => false,
    }
}

/// An id that is taken stays one segment of a path, and comes back as it was.
pub(crate) fn ids() -> impl Fn(&[u8]) {
    fn check(words: &str, taken: &str) {
        assert_eq!(taken, words);
        assert!(!taken.is_empty() && taken.len() <= 64, "{taken:?}");
        assert!(
            !taken.contains(['/', '\\', '%', '?', '#', ';', ' ']),
            "{taken:?}"
        );
        assert!(
            taken.bytes().all(|byte| byte.is_ascii_graphic()),
            "{taken:?}"
        );
        assert!(taken != "." && !taken.starts_with(".."), "{taken:?}");
    }
    move |bytes: &[u8]| {
        let words = text(bytes);
        for id in [TicketId::new(&words), TicketId::lenient(&words)] {
            let Ok(id) = id else { continue };
            check(&words, id.as_str());
            let stored = serde_json::to_string(&id).unwrap();
            assert_eq!(serde_json::from_str::<TicketId>(&stored).unwrap(), id);
        }
        if let Ok(id) = MessageId::lenient(&words) {
            check(&words, id.as_str());
        }
        if let Ok(id) = AttachmentId::lenient(&words) {
            check(&words, id.as_str());
        }
        if let Ok(id) = GroupId::lenient(&words) {
            check(&words, id.as_str());
        }
    }
}

/// The text of a time is kept, and a time that is written as the service does is the same second again.
pub(crate) fn times_and_zones() -> impl Fn(&[u8]) {
    let [from, until] = ["1970-01-02T00:00:00Z", "2100-01-01T00:00:00Z"].map(|text| {
        let time: jiff::Timestamp = text.parse().unwrap();
        time
    });
    move |bytes: &[u8]| {
        let words = text(bytes);
        for zone in [ZoneOffset::UTC, ZoneOffset::CHINA] {
            let time = MessageTime::read(words.as_str(), zone);
            assert_eq!(time.raw(), words);
            let Some(instant) = time.instant().filter(|it| (from..until).contains(it)) else {
                continue;
            };
            let again = MessageTime::read(zone.wall_time(instant), zone);
            let second = again.instant().map(|instant| instant.as_second());
            assert_eq!(second, Some(instant.as_second()), "{words:?}");
        }
        if let Ok(zone) = words.parse::<ZoneOffset>() {
            assert_eq!(zone.to_string().parse::<ZoneOffset>(), Ok(zone));
        }
    }
}

/// The file has these bytes, and only its owner may read it.
fn fill(path: &Path, bytes: &[u8]) {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).unwrap().write_all(bytes).unwrap();
}

/// A cursor comes back through the disk; a file is one or is refused, shows nothing of itself in the error, and stays as it was.
pub(crate) fn cursors() -> impl Fn(&[u8]) {
    let place = tempfile::tempdir().unwrap();
    move |bytes: &[u8]| {
        let path = place.path().join("cursor.json");
        comes_back::<Cursor>(bytes);
        comes_back::<TicketsCursor>(bytes);
        comes_back::<AllCursor>(bytes);
        fill(&path, bytes);
        let refused = [
            Cursor::load(&path).err(),
            CursorFile::open(&path).err(),
            TicketsCursorFile::open(&path).err(),
            AllCursorFile::open(&path).err(),
        ];
        for error in refused.iter().flatten() {
            assert_hidden(&format!("{error:?} {error} {}", error.help()));
        }
        assert_eq!(fs::read(&path).unwrap(), bytes, "reading changes nothing");
    }
}

/// How an outbox begins.
const OUTBOX: &[u8] = b"{\"hwc_tickets_outbox\":";

/// Whether it is an outbox by its first line, or may become one: nothing stands in it yet, or half of that line.
fn may_be_outbox(bytes: &[u8]) -> bool {
    let text = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let end = text.iter().position(|byte| *byte == b'\n');
    let first = &text[..end.unwrap_or(text.len())];
    let is_head = serde_json::from_slice::<BTreeMap<String, u32>>(first)
        .is_ok_and(|first| first.contains_key("hwc_tickets_outbox"));
    let is_half = OUTBOX.starts_with(first)
        || (first.strip_prefix(OUTBOX)).is_some_and(|rest| rest.iter().all(u8::is_ascii_digit));
    is_head || end.is_none() && is_half
}

/// What an outbox holds.
fn held(path: &Path) -> Result<String, Error> {
    let outbox = FileOutbox::open(path)?;
    assert_hidden(&format!("{outbox:?}"));
    let (messages, tickets) = (outbox.list().unwrap(), outbox.list_tickets().unwrap());
    let records = serde_json::to_string(&(messages, tickets)).unwrap();
    Ok(format!("{records} {:?}", outbox.removed()))
}

/// A file is an outbox or is refused. One that is refused stays as it was byte for byte, one that is taken holds the same when it is
/// opened again, and nothing that is shown has a word of it.
pub(crate) fn outbox_file() -> impl Fn(&[u8]) {
    let place = tempfile::tempdir().unwrap();
    move |bytes: &[u8]| {
        let path = place.path().join("outbox");
        fill(&path, bytes);
        match held(&path) {
            Ok(found) => {
                assert!(may_be_outbox(bytes), "it is none, and was written over");
                assert_eq!(held(&path).unwrap(), found);
            }
            Err(error) => {
                assert_hidden(&format!("{error:?} {error} {}", error.help()));
                assert_eq!(fs::read(&path).unwrap(), bytes);
            }
        }
    }
}

/// What an earlier run wrote is read as it was.
pub(crate) fn records() -> impl Fn(&[u8]) {
    move |bytes: &[u8]| {
        comes_back::<Pending>(bytes);
        comes_back::<PendingTicket>(bytes);
        comes_back::<ErrorReport>(bytes);
        comes_back::<Outcome>(bytes);
        comes_back::<Message>(bytes);
    }
}

/// A name from the service is one that a file here may have, or none.
pub(crate) fn file_names() -> impl Fn(&[u8]) {
    move |bytes: &[u8]| {
        let Some(name) = safe_name(&text(bytes)) else {
            return;
        };
        assert!(!name.is_empty() && name != "." && name != "..", "{name:?}");
        assert!(!name.contains(['/', '\\', '\0']), "{name:?}");
        assert!(!name.contains(char::is_control), "{name:?}");
        assert!(name.len() <= 255, "{name:?}");
    }
}

/// Variables make a client or an error that names them, and neither shows what is secret.
pub(crate) fn variables() -> impl Fn(&[u8]) {
    const PREFIXES: [&str; 2] = ["HWC_", "HUAWEICLOUD_"];
    const SECRETS: [&str; 4] = [
        "HWC_TICKETS_TOKEN",
        "HWC_IAM_PASSWORD",
        "HUAWEICLOUD_SDK_SK",
        "HUAWEICLOUD_SDK_SECURITY_TOKEN",
    ];
    let is_secret = |line: &str| {
        let name = line.split('=').next().unwrap_or_default();
        SECRETS.contains(&name)
    };
    move |bytes: &[u8]| {
        let words = secret_where(&text(bytes), is_secret);
        let set: BTreeMap<String, OsString> = (words.lines())
            .filter_map(|line| line.split_once('='))
            .filter(|(name, _)| PREFIXES.iter().any(|prefix| name.starts_with(prefix)))
            // Files that are there would be read.
            .filter(|(name, _)| !name.contains("FILE"))
            .map(|(name, value)| (name.to_owned(), OsString::from(value)))
            .collect();
        let clock = FakeClock::new();
        let network = ScriptedTransport::new(&clock);
        let client = Client::builder()
            .from_variables(move |name| set.get(name).cloned())
            .transport(network.clone())
            .clock(clock)
            .build();
        match client {
            Ok(client) => assert_hidden(&format!("{client:?}")),
            Err(error) => {
                let help = error.help();
                assert_hidden(&format!("{error:?} {error} {help}"));
            }
        }
        assert!(network.requests().is_empty());
    }
}
