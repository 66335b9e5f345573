//! The data themselves. Ids that documents show in examples are among them, so that what is copied from there works.

use super::{
    AreaCode, Category, Dimension, ExtraField, Name, ProblemKind, Product, Region, Severity,
    Template, USER_CENTRE,
};

/// Asking how something is used.
const USAGE: &str = "5efc9f47ace944bfafd054161409f15b";
/// Asking about a campaign.
const CAMPAIGN: &str = "123";
/// A disk that does not work.
const DISK_FAULT: &str = "124";
/// Something else that does not work.
const FAULT: &str = "7d3e0c52b8f94a1e96c47f20d15ab8e3";

/// The categories with their products.
pub static CATEGORIES: &[Category] = &[
    Category {
        id: "0",
        name: Name::new("Products", "产品类"),
        products: &[
            Product {
                id: "123",
                name: Name::new("Elastic Cloud Server", "弹性云服务器"),
                description: Name::new("Virtual machines", "虚拟机"),
                acronym: "ECS",
                support_plan: true,
                kinds: &[USAGE, FAULT, DISK_FAULT],
            },
            Product {
                id: "69af625c1be54800b58ac4bae4870c90",
                name: Name::new("Relational Database Service", "云数据库"),
                description: Name::new("Managed databases", "托管的关系型数据库"),
                acronym: "RDS",
                support_plan: true,
                kinds: &[USAGE, FAULT],
            },
            Product {
                id: "2c7f0a91d84b4e6c9a35e1b07f6d2c48",
                name: Name::new("Virtual Private Network", "虚拟专用网络"),
                description: Name::new("Encrypted connections", "加密连接"),
                acronym: "VPN",
                support_plan: true,
                kinds: &[USAGE, FAULT],
            },
        ],
    },
    Category {
        id: "1",
        name: Name::new("Account and billing", "账号与费用"),
        products: &[Product {
            id: USER_CENTRE,
            name: Name::new("User centre", "用户中心"),
            description: Name::new("Accounts and invoices", "账号与发票"),
            acronym: "",
            support_plan: false,
            kinds: &[USAGE, CAMPAIGN],
        }],
    },
];

/// The kinds of problem.
pub static KINDS: &[ProblemKind] = &[
    ProblemKind {
        id: USAGE,
        name: Name::new("Use of the product", "使用咨询"),
        fault: false,
        support_plan: true,
        templates: &[Template {
            id: "template-usage",
            name: Name::new("Question", "咨询"),
            content: Name::new(
                "What I want to do: \nWhat I did: \nWhat happened: ",
                "目标：\n操作：\n现象：",
            ),
        }],
        fields: &[ExtraField {
            key: "page_url",
            name: Name::new("Page", "页面地址"),
            description: Name::new("Address of the page it is about", "相关页面的地址"),
            takes: 3,
            required: false,
            sensitive: false,
            length: 256,
            choices: "",
        }],
    },
    ProblemKind {
        id: CAMPAIGN,
        name: Name::new("Campaign", "活动咨询"),
        fault: false,
        support_plan: false,
        templates: &[Template {
            id: "123",
            name: Name::new("Transfer", "转账创建模板"),
            content: Name::new("Account id: \nTransfer: ", "账户id：\n转账描述："),
        }],
        fields: &[],
    },
    ProblemKind {
        id: DISK_FAULT,
        name: Name::new("Disk fault", "磁盘故障"),
        fault: true,
        support_plan: true,
        templates: &[Template {
            id: "template-disk",
            name: Name::new("Disk fault", "磁盘故障"),
            content: Name::new("Since when: \nError text: ", "开始时间：\n报错信息："),
        }],
        fields: &[
            ExtraField {
                key: "disk_id",
                name: Name::new("Disk", "磁盘"),
                description: Name::new("Id of the disk", "磁盘 ID"),
                takes: 3,
                required: true,
                sensitive: false,
                length: 64,
                choices: "",
            },
            ExtraField {
                key: "login_password",
                name: Name::new("Password", "登录密码"),
                description: Name::new("Password for the server", "服务器的登录密码"),
                takes: 3,
                required: false,
                sensitive: true,
                length: 64,
                choices: "",
            },
        ],
    },
    ProblemKind {
        id: FAULT,
        name: Name::new("Fault", "故障报修"),
        fault: true,
        support_plan: true,
        templates: &[Template {
            id: "template-fault",
            name: Name::new("Fault", "故障"),
            content: Name::new(
                "Resource: \nSince when: \nError text: ",
                "资源：\n开始时间：\n报错信息：",
            ),
        }],
        fields: &[ExtraField {
            key: "impact",
            name: Name::new("Impact", "影响范围"),
            description: Name::new("What is affected", "受影响的业务"),
            takes: 4,
            required: false,
            sensitive: false,
            length: 16,
            choices: "none,part,all",
        }],
    },
];

/// The severities.
pub static SEVERITIES: &[Severity] = &[
    Severity {
        id: "123",
        name: Name::new("Minor", "一般"),
    },
    Severity {
        id: "124",
        name: Name::new("Major", "重要"),
    },
    Severity {
        id: "125",
        name: Name::new("Critical", "紧急"),
    },
];

/// The regions.
pub static REGIONS: &[Region] = &[
    region("cn-north-1", "CN North-Beijing1", "华北-北京一", 0, true),
    region("cn-north-4", "CN North-Beijing4", "华北-北京四", 0, false),
    region("cn-south-1", "CN South-Guangzhou", "华南-广州", 0, false),
    region("ap-southeast-1", "CN-Hong Kong", "中国-香港", 1, false),
    region("ap-southeast-3", "AP-Singapore", "亚太-新加坡", 1, false),
    region("eu-west-101", "EU-Dublin", "欧洲-都柏林", 2, false),
];

const fn region(
    id: &'static str,
    english: &'static str,
    chinese: &'static str,
    kind: i64,
    sensitive: bool,
) -> Region {
    Region {
        id,
        name: Name::new(english, chinese),
        kind,
        sensitive,
    }
}

/// Ids of the regions that every customer uses.
pub static OWN_REGIONS: &[&str] = &["cn-north-4", "cn-south-1"];

/// The country codes.
pub static AREA_CODES: &[AreaCode] = &[
    area(1, "86", "China", "中国"),
    area(2, "354", "Iceland", "冰岛"),
    area(3, "65", "Singapore", "新加坡"),
    area(4, "353", "Ireland", "爱尔兰"),
];

const fn area(
    id: i64,
    code: &'static str,
    english: &'static str,
    chinese: &'static str,
) -> AreaCode {
    AreaCode {
        id,
        code,
        name: Name::new(english, chinese),
    }
}

/// Most mail addresses that get a copy.
pub const COPIES: usize = 10;

/// What can be rated; the ids are those of the older API (D-66).
pub static DIMENSIONS: &[Dimension] = &[
    Dimension {
        id: 1,
        name: Name::new("Timeliness", "及时性"),
        description: Name::new("How fast the answers came", "响应是否及时"),
        points: 5,
        step: 1,
        category: "1",
        category_name: Name::new("Service", "服务"),
    },
    Dimension {
        id: 3,
        name: Name::new("Result", "处理结果"),
        description: Name::new("How well the problem was solved", "问题是否解决"),
        points: 5,
        step: 1,
        category: "1",
        category_name: Name::new("Service", "服务"),
    },
];
