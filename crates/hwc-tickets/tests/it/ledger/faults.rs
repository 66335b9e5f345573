//! What can go wrong with one request, and what that means for the ledger.

use super::json;
use hwc_core::testing::Step;
use serde_json::json;
use std::time::Duration;

/// What happens to a POST.
#[derive(Debug, Clone)]
pub enum Fault {
    None,
    /// Yes, in one of the forms a yes may have.
    Yes(&'static str),
    /// Yes, but late. It acts as late.
    Slow(Duration),
    /// Nobody listens.
    Refused,
    /// Closed before the request was taken.
    ClosedBefore,
    /// The line breaks; the flag says whether it acted.
    Reset(bool),
    /// No answer ever; the flag says whether it acted.
    Hang(bool),
    /// Acts, and the answer is cut.
    CutAnswer,
    /// Acts, and the answer stops.
    StalledAnswer,
    /// 200, then the line is closed: no length, no body. The flag says whether it acted.
    Unproven(bool),
    /// A status without a body of this service.
    Status(u16, bool),
    /// This status with this body. The flag says whether it acted.
    Says(u16, &'static str, bool),
    /// A page instead of an answer.
    Page(bool),
    /// HTTP 200 with this code.
    Code(&'static str, bool),
    /// A gateway answer.
    Gateway(u16, &'static str),
    /// 429 with the gateway's code and so many seconds to wait.
    Throttled(u64),
    /// 429 with the gateway's code and this header; none when empty.
    RetryAfter(&'static str),
}

impl Fault {
    /// Whether the message is stored.
    pub fn acts(&self) -> bool {
        match self {
            Self::None | Self::Yes(_) | Self::Slow(_) | Self::CutAnswer | Self::StalledAnswer => {
                true
            }
            Self::Reset(acts)
            | Self::Hang(acts)
            | Self::Unproven(acts)
            | Self::Status(_, acts)
            | Self::Says(_, _, acts)
            | Self::Page(acts)
            | Self::Code(_, acts) => *acts,
            Self::Refused
            | Self::ClosedBefore
            | Self::Gateway(..)
            | Self::Throttled(_)
            | Self::RetryAfter(_) => false,
        }
    }

    pub fn acts_after(&self) -> Duration {
        match self {
            Self::Slow(delay) => *delay,
            _ => Duration::ZERO,
        }
    }

    pub fn answer(&self) -> Step {
        match self {
            Self::None => json(200, json!({})),
            Self::Yes(body) => Step::json(200, *body),
            Self::Slow(delay) => json(200, json!({})).after(*delay),
            Self::Refused => Step::refused(),
            Self::ClosedBefore => Step::closed_before_request(),
            Self::Reset(_) => Step::reset(),
            Self::Hang(_) => Step::hang(),
            Self::CutAnswer => json(200, json!({"error_code": ""})).cut(5),
            Self::StalledAnswer => json(200, json!({"error_code": ""})).stall(5),
            Self::Unproven(_) => Step::answer(200).until_close(),
            Self::Status(status, _) => Step::answer(*status),
            Self::Says(status, body, _) => Step::json(*status, *body).header("retry-after", "1"),
            Self::Page(_) => Step::answer(200)
                .header("content-type", "text/html")
                .body("<html>log in</html>"),
            Self::Code(code, _) => json(
                200,
                json!({"error_code": code, "error_msg": "words of the service"}),
            ),
            Self::Gateway(status, code) => json(
                *status,
                json!({"error_code": code, "error_msg": "words of the gateway"}),
            ),
            Self::RetryAfter("") => too_fast(),
            Self::RetryAfter(value) => too_fast().header("retry-after", *value),
            Self::Throttled(seconds) => too_fast().header("retry-after", seconds.to_string()),
        }
    }

    /// Any of them.
    pub fn random(rng: &mut fastrand::Rng) -> Self {
        let acts = rng.bool();
        match rng.u8(..22) {
            0..=4 => Self::None,
            5 => Self::Yes(
                rng.choice(&[
                    "",
                    "null",
                    "{\"error_code\":\"0\"}",
                    "{\"error_code\":\"CBC.0000\"}",
                    "{\"error_code\":null}",
                ])
                .unwrap(),
            ),
            6 | 7 => Self::Slow(Duration::from_millis(rng.u64(1..3000))),
            8 => Self::Refused,
            9 => Self::ClosedBefore,
            10 | 11 => Self::Reset(acts),
            12 | 13 => Self::Hang(acts),
            14 => Self::CutAnswer,
            15 if rng.bool() => Self::Unproven(acts),
            15 => Self::StalledAnswer,
            16 | 17 => Self::Status(
                *rng.choice(&[302, 307, 401, 408, 413, 415, 429, 500, 502, 503, 504])
                    .unwrap(),
                acts,
            ),
            18 if rng.bool() => {
                let (status, body) = *rng.choice(UNPROVEN).unwrap();
                Self::Says(status, body, acts)
            }
            18 => Self::Page(acts),
            19 => Self::Code(
                rng.choice(&["OSM.01010014", "OSM.01010017", "OSM.99999999"])
                    .unwrap(),
                acts,
            ),
            20 => Self::Code(
                rng.choice(&["OSM.01010001", "OSM.01010002"]).unwrap(),
                false,
            ),
            _ => match rng.u8(..3) {
                0 => Self::Throttled(rng.u64(0..4)),
                1 => Self::Gateway(401, "APIGW.0307"),
                _ => Self::Gateway(403, "APIGW.0302"),
            },
        }
    }
}

/// The gateway asks for a slower pace.
fn too_fast() -> Step {
    json(
        429,
        json!({"error_code": "APIGW.0308", "error_msg": "too fast"}),
    )
}

/// Answers that say no, and prove nothing: a service, or a machine on the way back, that has stored the message can
/// give each of them.
pub const UNPROVEN: &[(u16, &str)] = &[
    (429, ""),
    (429, "{}"),
    (429, r#"{"message":"Too Many Requests"}"#),
    (
        429,
        r#"{"error_code":"APIGW.0999","error_msg":"slow down"}"#,
    ),
    (429, r#"{"data":{"error_code":"APIGW.0308"}}"#),
    (
        429,
        r#"{"error_code":"APIGW.0308","error_code":"APIGW.0308"}"#,
    ),
    (401, r#"{"error":"invalid_token"}"#),
    (401, r#"{"error_code":"APIGW.0999"}"#),
    (400, r#"{"error_code":"OSM.99999999"}"#),
    (403, "{}"),
    (404, r#"{"code":"NoSuchKey"}"#),
    (411, ""),
    (413, ""),
    (415, r#"{"error_msg":"Unsupported Media Type"}"#),
    (431, "{}"),
    (494, ""),
    (200, r#"{"error_msg":"failed"}"#),
    (200, r#"{"error_code":null,"error_msg":"failed"}"#),
    (200, r#"{"error_code":"","error_msg":"failed"}"#),
    (200, r#"{"error_code":"OSM.01010001","error_code":"0"}"#),
    (200, r#"{"error_code":"0","error_code":"OSM.01010001"}"#),
    (200, r#"{"error":{"code":"OSM.01010001"}}"#),
    (200, r#"{"error":"failed"}"#),
    (200, r#"{"code":"500","message":"Internal Server Error"}"#),
    (200, r#"{"success":false}"#),
    (200, r#"{"status":500,"error":"Internal Server Error"}"#),
    (200, r#"{"data":{"error_code":"OSM.01010001"}}"#),
    (200, r#"{"response":{"code":500,"message":"x"}}"#),
    (200, r#"{"message":"failed"}"#),
    (200, r#"{"result":false}"#),
    (200, r#"{"status":"ERROR_INTERNAL"}"#),
    (200, r#"{"success":"no"}"#),
    (200, r#"{"code":200,"error_msg":"failed"}"#),
    (200, r#"{"error_code":"OSM.01010001","success":true}"#),
    (200, r#"{"error_code":"APIGW.0308"}"#),
    (200, r#"{"error_code":"APIGW.0307"}"#),
    (200, r#"{"sent":false}"#),
    (200, r#"{"warning":"not stored"}"#),
    (200, r#"{"type":"error"}"#),
    (200, r#"{"required":["content"]}"#),
    (401, r#"{"error_code":"APIGW.0308"}"#),
    (403, r#"{"error_code":"APIGW.0307"}"#),
    (409, r#"{"error_code":"APIGW.0308"}"#),
    (425, r#"{"error_code":"APIGW.0308"}"#),
    (429, r#"{"error_code":"APIGW.0308","message_id":"m1"}"#),
    (429, r#"{"error_code":"0","error":{"code":"APIGW.0308"}}"#),
    (
        429,
        r#"{"error":{"code":"APIGW.0308"},"errors":{"code":"OSM.0004"}}"#,
    ),
];

/// What happens to a read.
#[derive(Debug, Clone)]
pub enum ReadFault {
    None,
    Slow(Duration),
    /// The head comes at once, and the body so much later.
    SlowBody(Duration),
    Refused,
    Reset,
    Hang,
    Cut,
    Status(u16),
    Page,
    Code(&'static str),
    Throttled(u64),
    /// 200 with this body.
    Instead(&'static str),
}

impl ReadFault {
    pub fn answer(&self, good: Step) -> Step {
        match self {
            Self::None => good,
            Self::Slow(delay) => good.after(*delay),
            Self::SlowBody(delay) => good.drip(usize::MAX, *delay),
            Self::Refused => Step::refused(),
            Self::Reset => Step::reset(),
            Self::Hang => Step::hang(),
            Self::Cut => good.cut(9),
            Self::Status(status) => Step::answer(*status),
            Self::Page => Step::answer(200)
                .header("content-type", "text/html")
                .body("<html>log in</html>"),
            Self::Code(code) => json(
                200,
                json!({"error_code": code, "error_msg": "words of the service"}),
            ),
            Self::Throttled(seconds) => {
                Step::answer(429).header("retry-after", seconds.to_string())
            }
            Self::Instead(body) => Step::json(200, *body),
        }
    }

    /// Mostly none.
    pub fn random(rng: &mut fastrand::Rng) -> Self {
        match rng.u8(..40) {
            0 => Self::Slow(Duration::from_millis(rng.u64(1..6000))),
            1 => Self::Refused,
            2 => Self::Reset,
            3 => Self::Hang,
            4 => Self::Cut,
            5 | 6 => Self::Status(*rng.choice(&[302, 408, 500, 503]).unwrap()),
            7 => Self::Page,
            8 => Self::Code(rng.choice(&["OSM.01010014", "OSM.01010002"]).unwrap()),
            9 => Self::Throttled(rng.u64(0..3)),
            _ => Self::None,
        }
    }
}
