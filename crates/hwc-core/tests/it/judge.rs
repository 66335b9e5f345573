//! The judge under any input: it never falls over, and never takes a failure for a success.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use hwc_core::{
    Category, Clock, Delivery, ErrorCode, FaultKind, Idempotency,
    pipeline::classify::{Answer, Verdict, judge},
    testing::FakeClock,
};
use proptest::prelude::*;

use crate::given::CODES;

fn verdict(effect: Idempotency, status: u16, headers: &HeaderMap, body: &[u8]) -> Verdict {
    verdict_of(effect, status, headers, body, true)
}

fn verdict_of(
    effect: Idempotency,
    status: u16,
    headers: &HeaderMap,
    body: &[u8],
    whole: bool,
) -> Verdict {
    let body = Bytes::copy_from_slice(body);
    let status = StatusCode::from_u16(status).unwrap();
    let mut answer = Answer::new(effect, status, headers, &body, FakeClock::new().now());
    answer.whole = whole;
    judge(&answer, CODES)
}

fn effects() -> impl Strategy<Value = Idempotency> {
    prop_oneof![
        Just(Idempotency::Safe),
        Just(Idempotency::Idempotent),
        Just(Idempotency::NotIdempotent)
    ]
}

/// JSON with error fields in odd places.
fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        (-2_i64..9).prop_map(Into::into),
        Just(500.into()),
        prop_oneof![
            Just(""),
            Just("0"),
            Just("200"),
            Just("failed"),
            Just("ok"),
            Just("CBC.0000"),
            Just("THG.1001"),
            Just("THG.1014"),
            Just("APIGW.0201"),
            Just("X.77"),
            Just("error_code"),
            Just("errorCode"),
        ]
        .prop_map(Into::into),
    ];
    let key = prop_oneof![
        Just("error_code"),
        Just("errorCode"),
        Just("error_msg"),
        Just("errmsg"),
        Just("code"),
        Just("message"),
        Just("list"),
        Just("error"),
        Just("success"),
        Just("status"),
        Just("state"),
        Just("failed"),
    ];
    leaf.prop_recursive(3, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
            prop::collection::btree_map(key.clone().prop_map(str::to_owned), inner, 0..5)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}

/// A scalar as text; `?` for what is none. `null` and `false` are nothing.
fn text(value: Option<&serde_json::Value>) -> Option<String> {
    use serde_json::Value;
    match value? {
        Value::Null | Value::Bool(false) => None,
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(true) | Value::Array(_) | Value::Object(_) => Some("?".to_owned()),
    }
}

/// The rule for 200, written down once more, on the parsed tree and without any search.
fn is_success(effect: Idempotency, value: &serde_json::Value) -> bool {
    let Some(object) = value.as_object() else {
        return false;
    };
    let is_read = effect == Idempotency::Safe;
    let about_errors = [
        "error_code",
        "errorCode",
        "error_msg",
        "errmsg",
        "code",
        "message",
        "error",
    ];
    let is_bare = object
        .keys()
        .all(|key| about_errors.contains(&key.as_str()));
    !has_failing_code(object, &["error_code", "errorCode"])
        && (!complains(object, !is_read) || is_read && !is_bare)
        && (is_read || is_plain_success(object, 0))
        && (is_read || is_known(object))
}

type Object = serde_json::Map<String, serde_json::Value>;

fn is_zero(code: &str) -> bool {
    code == "0" || code.ends_with(".0000")
}

/// Of codes that are not the service's own, 200 and the word say success too.
fn is_fine(code: &str) -> bool {
    is_zero(code) || code == "200" || code == "ok"
}

fn has_failing_code(object: &Object, keys: &[&str]) -> bool {
    // Of a field that may tell a success as well, `false` says that there is none.
    let is_no = |key: &str| key == "code" && object.get(key) == Some(&false.into());
    let code = |key: &str| match is_no(key) {
        true => Some("false".to_owned()),
        false => text(object.get(key)),
    };
    keys.iter()
        .filter_map(|key| code(key).map(|code| (key, code)))
        .any(|(key, code)| match *key {
            "code" => !is_fine(&code),
            _ => !is_zero(&code),
        })
}

fn complains(object: &Object, is_write: bool) -> bool {
    use serde_json::Value;
    let of = |key: &str| text(object.get(key));
    let own = [of("error_code"), of("errorCode")];
    let is_own_zero = own.iter().flatten().any(|code| is_zero(code));
    let says_well = is_own_zero || of("code").is_some_and(|code| is_fine(&code));
    let has_code = ["error_code", "errorCode", "code"]
        .iter()
        .any(|key| object.contains_key(*key));
    let no = [Value::Bool(false), 0.into(), "0".into()];
    let is_something = |key: &str| object.get(key).is_some_and(is_something);
    let says_no = |key: &str| match object.get(key) {
        Some(Value::Bool(flag)) => !flag,
        Some(Value::Number(number)) => number
            .as_i64()
            .is_some_and(|number| number < 0 || number == 500),
        Some(Value::String(text)) => ["failed", "error_code", "errorCode"].contains(&&**text),
        _ => false,
    };
    // An empty list or object is no message, and one with something in it is more than a message.
    let is_below =
        (object.get("message")).is_some_and(|message| message.is_array() || message.is_object());
    let has_message =
        of("message").is_some_and(|text| text != "ok") && (!is_below || is_something("message"));
    let has_other = ["list", "success", "status", "state", "failed"]
        .iter()
        .any(|key| is_something(key))
        || (object.get("status")).is_some_and(|status| no.contains(status))
        || is_below && is_something("message");
    let is_lone = is_write && !has_other;
    object.contains_key("error_code") && object.contains_key("errorCode")
        || has_failing_code(object, &["code"])
        || (of("error_msg").is_some() || of("errmsg").is_some()) && !is_own_zero
        || has_message && (has_code || is_lone) && !says_well
        || is_something("error")
        || object.get("success").is_some_and(|flag| no.contains(flag))
        || says_no("success")
        || says_no("status")
        || is_write
            && [
                "list", "error", "success", "status", "state", "failed", "message",
            ]
            .iter()
            .filter_map(|key| object.get(*key))
            .any(fails)
}

/// Whether all that an answer to a write says of the outcome is plain success, down to one level below the top.
fn is_plain_success(object: &Object, depth: usize) -> bool {
    let is_plain = |text: &str| ["0", "200", "ok"].contains(&text);
    let fine = object.iter().all(|(key, value)| {
        let text = text(Some(value));
        let is_scalar = !value.is_array() && !value.is_object();
        let says = |is_good: fn(&str) -> bool| match is_scalar {
            true => text.as_deref().is_none_or(is_good),
            false => !holds_scalar(value),
        };
        match key.as_str() {
            "error_msg" | "errmsg" => text.as_deref().is_none_or(is_plain),
            "message" => {
                value.as_bool().is_some() || says(|text| ["0", "200", "ok"].contains(&text))
            }
            "status" | "state" => match value.as_bool() {
                Some(flag) => flag,
                None => says(|text| ["0", "200", "ok"].contains(&text)),
            },
            "success" => match value.as_bool() {
                Some(flag) => flag,
                None => says(|text| text == "ok" || text.parse().is_ok_and(|n: i64| n > 0)),
            },
            "failed" => !is_something(value) || text.as_deref() == Some("ok"),
            _ => true,
        }
    });
    fine && (depth >= 1 || object.values().all(|value| below(value, depth + 1)))
}

/// Whether an answer holds nothing but what is known to say that all is well. Nothing says nothing.
fn is_known(object: &Object) -> bool {
    use serde_json::Value;
    object.iter().all(|(key, value)| {
        let holds = ["message", "status", "state"].contains(&key.as_str());
        match value {
            Value::Null => return true,
            Value::String(text) if text.is_empty() => return true,
            Value::Array(items) if items.is_empty() => return true,
            Value::Object(fields) if fields.is_empty() => return true,
            Value::Object(fields) => return holds && is_known(fields),
            Value::Array(_) => return false,
            _ => {}
        }
        let text = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let is = |words: &[&str]| words.contains(&text.as_str());
        match key.as_str() {
            // What they say is judged as a code.
            "error_code" | "errorCode" | "code" => true,
            "error_msg" | "errmsg" => is(&["0", "200", "ok", "false"]),
            "message" | "status" | "state" => is(&["0", "200", "ok", "true"]),
            "success" => is(&["1", "200", "ok", "true"]),
            "error" | "failed" => is(&["0", "ok", "false"]),
            _ => false,
        }
    })
}

/// The same for what stands below. A list is no level.
fn below(value: &serde_json::Value, depth: usize) -> bool {
    match value {
        serde_json::Value::Array(items) => items.iter().all(|item| below(item, depth)),
        serde_json::Value::Object(object) => is_plain_success(object, depth),
        _ => true,
    }
}

/// Whether a list holds, however deep in lists, a value that says anything.
fn holds_scalar(value: &serde_json::Value) -> bool {
    match value {
        serde_json::Value::Array(items) => items.iter().any(|item| match item {
            serde_json::Value::Array(_) => holds_scalar(item),
            serde_json::Value::Object(_) => false,
            _ => is_something(item),
        }),
        _ => false,
    }
}

fn is_something(value: &serde_json::Value) -> bool {
    use serde_json::Value;
    match value {
        Value::Null => false,
        Value::Bool(flag) => *flag,
        Value::Number(number) => number.as_i64() != Some(0),
        Value::String(text) => !text.is_empty() && text != "0",
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
    }
}

/// Whether a value below the top of an answer to a write says failure.
fn fails(value: &serde_json::Value) -> bool {
    match value {
        serde_json::Value::Array(items) => items.iter().any(fails),
        serde_json::Value::Object(object) => {
            has_failing_code(object, &["error_code", "errorCode", "code"])
                || complains(object, true)
        }
        _ => false,
    }
}

proptest! {
    #[test]
    fn any_bytes_with_any_status_are_judged(
        effect in effects(),
        status in 100_u16..1000,
        body in prop::collection::vec(any::<u8>(), 0..300),
        header in prop::collection::vec(0x20_u8..0x7F, 0..40),
        whole: bool,
    ) {
        let mut headers = HeaderMap::new();
        for name in ["retry-after", "date", "location", "content-encoding"] {
            if let Ok(value) = HeaderValue::from_bytes(&header) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
        for headers in [&headers, &HeaderMap::new()] {
            match verdict_of(effect, status, headers, &body, whole) {
                Verdict::Success(success) => {
                    prop_assert!((200..300).contains(&status) && status != 206);
                    let text = std::str::from_utf8(&success.body).unwrap().trim();
                    let bare = effect != Idempotency::Safe && text.is_empty() && whole;
                    prop_assert!(bare || text.starts_with('{'), "{:?}", text);
                }
                Verdict::Failure(failure) => {
                    prop_assert_eq!(failure.fault.http_status, Some(status));
                    prop_assert!(failure.fault.body_excerpt().is_none_or(|text| text.len() < 3_000));
                    // Nothing proves anything about a write once the status is the service's own failure
                    // and no code is known.
                    if status >= 500 && failure.fault.category.is_none() {
                        prop_assert_eq!(failure.fault.delivery, Delivery::Unknown);
                    }
                    if (300..400).contains(&status) {
                        prop_assert_eq!(failure.fault.kind, FaultKind::Protocol);
                    }
                }
            }
        }
    }

    #[test]
    fn with_200_success_is_what_the_rule_says(effect in effects(), value in json()) {
        for text in [value.to_string(), escaped(&value.to_string()), format!("\u{FEFF} {value}\n")] {
            let got = matches!(
                verdict(effect, 200, &HeaderMap::new(), text.as_bytes()),
                Verdict::Success(_)
            );
            prop_assert_eq!(got, is_success(effect, &value), "{:?} {}", effect, text);
        }
    }

    #[test]
    fn an_error_status_is_never_a_success(effect in effects(), status in 300_u16..600, value in json()) {
        let verdict = verdict(effect, status, &HeaderMap::new(), value.to_string().as_bytes());
        prop_assert!(matches!(verdict, Verdict::Failure(_)));
    }
}

/// The same JSON with every letter written as an escape.
fn escaped(json: &str) -> String {
    let mut inside = false;
    json.chars()
        .map(|letter| {
            inside ^= letter == '"';
            if inside && letter.is_ascii_alphabetic() {
                format!("\\u{:04x}", u32::from(letter))
            } else {
                letter.to_string()
            }
        })
        .collect()
}

/// A text that was cut inside an emoji costs that half character, not the answer.
#[test]
fn half_characters_in_escapes_cost_themselves_alone() {
    let table: [(&str, Option<&str>); 9] = [
        // (text as it stands in JSON, what comes out when it is not the same)
        (r"whole \ud83d\ude00 pair", None),
        (r"capitals \uD83D\uDE00", None),
        (r"a backslash \\ud83d and letters", None),
        (r#"other \u5de5\u5355 escapes \n \""#, None),
        (r"cut \ud83d", Some(r"cut \ufffd")),
        (r"\ude00 at first", Some(r"\ufffd at first")),
        (r"\ud83d\ud83d\ude00", Some(r"\ufffd\ud83d\ude00")),
        (r"\ude00\ud83d", Some(r"\ufffd\ufffd")),
        (r"\\\ud83dx", Some(r"\\\ufffdx")),
    ];
    for (text, becomes) in table {
        let body = format!(r#"{{"list":[{{"content":"{text}"}}]}}"#);
        let Verdict::Success(success) =
            verdict(Idempotency::Safe, 200, &HeaderMap::new(), body.as_bytes())
        else {
            panic!("{text}");
        };
        assert_eq!(success.lossy, becomes.is_some(), "{text}");
        assert_eq!(
            success.body,
            body.replace(text, becomes.unwrap_or(text)),
            "{text}"
        );
        serde_json::from_slice::<serde_json::Value>(&success.body).unwrap();
    }
    for status in [200, 400] {
        let body = br#"{"error_code":"THG.1001","error_msg":"cut \ud83d"}"#;
        let Verdict::Failure(failure) =
            verdict(Idempotency::NotIdempotent, status, &HeaderMap::new(), body)
        else {
            panic!("{status}");
        };
        assert_eq!(failure.fault.code.as_deref(), Some("THG.1001"), "{status}");
    }
}

/// What no source says about a write is told behind what failed, and apart from it.
#[test]
fn a_code_that_leaves_a_doubt_says_so() {
    let row = |code| ErrorCode::new(code, 200, Category::Internal, "The service failed.");
    let codes = [row("THG.1").with_doubt(), row("THG.2")];
    let doubt = "Whether a write was done is not known.";
    for code in &codes {
        let body = Bytes::from(format!(r#"{{"error_code":"{}"}}"#, code.code));
        let headers = HeaderMap::new();
        let effect = Idempotency::NotIdempotent;
        let now = FakeClock::new().now();
        let answer = Answer::new(effect, StatusCode::OK, &headers, &body, now);
        let Verdict::Failure(failure) = judge(&answer, &codes) else {
            panic!("a success");
        };
        let mut fault = failure.fault;
        assert_eq!(fault.detail, "The service failed.");
        assert_eq!(fault.doubt(), code.in_doubt.then_some(doubt));
        assert_eq!(fault.to_string().contains(doubt), code.in_doubt);
        if code.in_doubt {
            assert_eq!(fault.meaning(), format!("The service failed. {doubt}"));
            fault.detail = "the service failed; it was not repeated".into();
            let told = format!("the service failed; it was not repeated. {doubt}");
            assert_eq!(fault.meaning(), told);
        }
    }
}

/// What an answer says is for who asks for it by name. What else is known of it is shown.
#[test]
fn a_verdict_shows_no_text_of_the_answer() {
    for (body, told) in [
        (
            r#"{"list":["CANARY"]}"#,
            "Success { body_bytes: 19, lossy: false, partial_failure: false }",
        ),
        (
            r#"{"error_code":"THG.1001","error_msg":"CANARY"}"#,
            "http_status: Some(200), code: Some(\"THG.1001\")",
        ),
        ("<html>CANARY</html>", "kind: Protocol"),
    ] {
        let (body, headers) = (Bytes::from_static(body.as_bytes()), HeaderMap::new());
        let now = FakeClock::new().now();
        let answer = Answer::new(Idempotency::Safe, StatusCode::OK, &headers, &body, now);
        let answered = format!("{answer:?}");
        let judged = format!("{:?}", judge(&answer, CODES));
        let size = format!("status: 200, body_bytes: {}", body.len());
        assert!(answered.contains(&size), "{answered}");
        assert!(judged.contains(told), "{judged}");
        for shown in [answered, judged] {
            assert!(!shown.contains("CANARY"), "{shown}");
        }
    }
}
