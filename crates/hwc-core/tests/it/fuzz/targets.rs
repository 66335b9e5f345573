//! What holds of whatever reads what others wrote, for any bytes. The tests beside it bring the inputs, and so does
//! libFuzzer (`tests/fuzzing/guided`): each target is made once, and called with one input after the other.

use std::{ffi::OsString, io::Write as _, time::Duration};

use bytes::Bytes;
use fuzzing::{assert_hidden, secret_where, text};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Uri, header};
use hwc_core::{
    Body, CallOptions, Clock, Delivery, Endpoint, FilePart, Form, Idempotency,
    identity::IdentityChain,
    pipeline::classify::{Answer, Verdict, judge},
    retry::after::{http_date, retry_after},
    secret::SecretString,
    sign::{Payload, canonical_query, sign},
    testing::{FakeClock, ScriptedTransport, Step},
};
use jiff::Timestamp;

use crate::{
    canonical::independent_canonical_query,
    given::{CODES, UPLOAD, scripted},
};

/// No status but 2xx is a success, what is handed on is text, and the same answer means the same twice.
pub(crate) fn classify() -> impl Fn(&[u8]) {
    let now = FakeClock::new().now();
    let headers = HeaderMap::new();
    move |bytes: &[u8]| {
        let body = Bytes::copy_from_slice(bytes);
        for (status, idempotency) in [
            (200, Idempotency::Safe),
            (200, Idempotency::Idempotent),
            (200, Idempotency::NotIdempotent),
            (201, Idempotency::NotIdempotent),
            (301, Idempotency::Safe),
            (404, Idempotency::Safe),
            (429, Idempotency::NotIdempotent),
            (500, Idempotency::NotIdempotent),
        ] {
            let code = StatusCode::from_u16(status).unwrap();
            for is_whole in [true, false] {
                let mut answer = Answer::new(idempotency, code, &headers, &body, now);
                answer.whole = is_whole;
                match (judge(&answer, CODES), judge(&answer, CODES)) {
                    (Verdict::Success(one), Verdict::Success(other)) => {
                        assert!(status < 300, "{status} is no success");
                        assert!(std::str::from_utf8(&one.body).is_ok());
                        assert_eq!(one, other);
                    }
                    (Verdict::Failure(one), Verdict::Failure(other)) => {
                        assert_eq!(one.fault.kind, other.fault.kind);
                        assert_eq!(one.fault.delivery, other.fault.delivery);
                    }
                    _ => panic!("one answer has two meanings"),
                }
            }
        }
    }
}

/// A wait is one, whatever the header says; a date that is read is the one that stands there.
pub(crate) fn retry_after_and_dates() -> impl Fn(&[u8]) {
    let epoch = Timestamp::UNIX_EPOCH;
    let until: Timestamp = "2100-01-01T00:00:00Z".parse().unwrap();
    move |bytes: &[u8]| {
        let words = text(bytes);
        if let Some(stamp) = http_date(&words).filter(|stamp| (epoch..until).contains(stamp)) {
            let written = stamp.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
            assert_eq!(
                http_date(&written).map(Timestamp::as_second),
                Some(stamp.as_second())
            );
        }
        let mut lines = bytes.splitn(2, |byte| *byte == b'\n');
        let mut headers = HeaderMap::new();
        for name in [header::RETRY_AFTER, header::DATE] {
            let value = HeaderValue::from_bytes(lines.next().unwrap_or_default());
            if let Ok(value) = value {
                headers.insert(name, value);
            }
        }
        let wait = retry_after(&headers, epoch);
        let given = headers.get(header::RETRY_AFTER);
        let given = given
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        if let Ok(seconds) = given.trim().parse::<u32>() {
            assert_eq!(wait, Some(Duration::from_secs(seconds.into())));
        }
    }
}

/// Canonical stays canonical, is what another implementation makes of it, and is at most four times as long, and a little.
pub(crate) fn canonical_requests() -> impl Fn(&[u8]) {
    let secret = SecretString::from("C4NARY");
    let headers = HeaderMap::new();
    move |bytes: &[u8]| {
        let query = text(bytes);
        let canonical = canonical_query(&query);
        assert_eq!(canonical_query(&canonical), canonical);
        assert!(canonical.len() <= 4 * query.len() + 4);
        // A form parser replaces what is not UTF-8; a signature keeps it.
        if percent_encoding::percent_decode_str(&query)
            .decode_utf8()
            .is_ok()
        {
            assert_eq!(canonical, independent_canonical_query(&query));
        }
        let Ok(uri) = format!("https://things.example.com/{query}").parse::<Uri>() else {
            return;
        };
        let signed = |body| {
            let payload = Payload::Whole(body);
            let epoch = Timestamp::UNIX_EPOCH;
            sign(&Method::GET, &uri, &headers, payload, "AK", &secret, epoch)
        };
        let signature = signed(bytes).unwrap();
        assert_eq!(Ok(&signature), signed(bytes).as_ref());
        assert_hidden(&format!("{signature:?}"));
        let value = signature.authorization().to_str().unwrap();
        let (_, digits) = value.rsplit_once("Signature=").unwrap();
        assert_eq!(digits.len(), 64, "{value}");
    }
}

/// An address that is taken is only a scheme, a host and a port, and the same when it is read again.
pub(crate) fn endpoints() -> impl Fn(&[u8]) {
    move |bytes: &[u8]| {
        let words = text(bytes);
        let Ok(endpoint) = Endpoint::parse(&words) else {
            return;
        };
        let shown = endpoint.to_string();
        assert_eq!(Endpoint::parse(&shown).as_ref(), Ok(&endpoint), "{shown}");
        assert!(!shown.contains(['@', '?', '#', ' ', '\\']), "{shown}");
        assert_eq!(shown.matches('/').count(), 2, "{shown}");
        assert!(endpoint.scheme() == "https" || endpoint.is_loopback());
    }
}

/// A credentials file gives keys or a reason, and shows the secret in neither.
pub(crate) fn credentials_file() -> impl Fn(&[u8]) {
    let is_secret = |line: &str| {
        let key = line.split(['=', ':']).next().unwrap_or_default();
        ["sk", "security_token"].contains(&key.trim().to_ascii_lowercase().as_str())
    };
    let home = tempfile::tempdir().unwrap();
    move |bytes: &[u8]| {
        let path = home.path().join("credentials");
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        // Replacing what is no UTF-8 would leave nothing of it to refuse.
        let written = match std::str::from_utf8(bytes) {
            Ok(text) => secret_where(text, is_secret).into_bytes(),
            Err(_) => bytes.to_vec(),
        };
        options.open(&path).unwrap().write_all(&written).unwrap();
        let read = |name: &str| {
            (name == "HUAWEICLOUD_SDK_CREDENTIALS_FILE").then(|| OsString::from(&path))
        };
        match IdentityChain::new(&read).find() {
            Ok(found) => assert_hidden(&format!("{found:?} {}", found.source)),
            Err(error) => assert_hidden(&format!("{error:?} {error} {}", error.help())),
        }
    }
}

/// A form that goes out holds each part whole, once, and nothing of it is taken for another part.
pub(crate) fn multipart() -> impl Fn(&[u8]) {
    move |bytes: &[u8]| {
        let words = text(bytes);
        let mut lines = words.splitn(3, '\n');
        let mut line = || lines.next().unwrap_or_default().to_owned();
        let (name, file_name, value) = (line(), line(), line());
        let file = FilePart::new(Bytes::copy_from_slice(bytes)).file_name(file_name);
        let form = Form::new().text(name, value.clone()).file("file", file);
        let clock = FakeClock::new();
        let network = ScriptedTransport::new(&clock).then(Step::json(200, r#"{"id":"F-1"}"#));
        let pipeline = scripted(&clock, &network).build().unwrap();
        let request = Request::post(UPLOAD.path).body(Body::form(form)).unwrap();
        let sent = clock.run(pipeline.call(request, &UPLOAD, &CallOptions::default()));
        let requests = network.requests();
        let Some(request) = requests.first() else {
            assert_eq!(sent.unwrap_err().delivery, Delivery::NotSent);
            return;
        };
        let kind = request.headers[header::CONTENT_TYPE].to_str().unwrap();
        let (_, boundary) = kind.split_once("boundary=").unwrap();
        let boundary = format!("--{}", boundary.trim_matches('"'));
        let body = &request.body;
        let places: Vec<usize> = (0..body.len())
            .filter(|at| body[*at..].starts_with(boundary.as_bytes()))
            .collect();
        assert_eq!(places.len(), 3, "two parts and an end");
        let content = |part: usize| {
            let part = &body[places[part]..places[part + 1]];
            let head = part
                .windows(4)
                .position(|four| four == b"\r\n\r\n")
                .unwrap();
            part[head + 4..].strip_suffix(b"\r\n").unwrap().to_vec()
        };
        assert_eq!(content(0), value.as_bytes());
        assert_eq!(content(1), bytes);
    }
}
