//! What the SDK reads of others and of its own earlier runs, with inputs that nobody would write: the corpus of
//! `tests/corpus`, and changes of it.

use fuzzing::{assert_hidden, fuzz, secret_where, text};
use hwc_tickets::{
    AllCursor, AttachmentId, Client, Cursor, ErrorReport, GroupId, Message, MessageId, MessageTime,
    Outcome, Pending, PendingTicket, TicketId, ZoneOffset, attachments::safe_name,
    follow_new::TicketsCursor, testing::FakeClock, testing::ScriptedTransport,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    ffi::OsString,
    path::{Path, PathBuf},
};

fn corpus(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/corpus")
        .join(target)
}

/// An id that is taken stays one segment of a path, and comes back as it was.
#[test]
fn ids() {
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
    fuzz(corpus("ids"), 256, |bytes| {
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
    });
}

/// The text of a time is kept, and a time that is written as the service does is the same second again.
#[test]
fn times_and_zones() {
    let [from, until] = ["1970-01-02T00:00:00Z", "2100-01-01T00:00:00Z"].map(|text| {
        let time: jiff::Timestamp = text.parse().unwrap();
        time
    });
    fuzz(corpus("times"), 256, |bytes| {
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
    });
}

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

#[test]
fn cursors() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("cursor.json");
    fuzz(corpus("cursors"), 128, |bytes| {
        comes_back::<Cursor>(bytes);
        comes_back::<TicketsCursor>(bytes);
        comes_back::<AllCursor>(bytes);
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        std::io::Write::write_all(&mut options.open(&path).unwrap(), bytes).unwrap();
        if let Err(error) = Cursor::load(&path) {
            assert_hidden(&format!("{error:?} {error} {}", error.help()));
        }
    });
}

#[test]
fn records() {
    fuzz(corpus("records"), 128, |bytes| {
        comes_back::<Pending>(bytes);
        comes_back::<PendingTicket>(bytes);
        comes_back::<ErrorReport>(bytes);
        comes_back::<Outcome>(bytes);
        comes_back::<Message>(bytes);
    });
}

/// A name from the service is one that a file here may have, or none.
#[test]
fn file_names() {
    fuzz(corpus("names"), 256, |bytes| {
        let Some(name) = safe_name(&text(bytes)) else {
            return;
        };
        assert!(!name.is_empty() && name != "." && name != "..", "{name:?}");
        assert!(!name.contains(['/', '\\', '\0']), "{name:?}");
        assert!(!name.contains(char::is_control), "{name:?}");
        assert!(name.len() <= 255, "{name:?}");
    });
}

/// Variables make a client or an error that names them, and neither shows what is secret.
#[test]
fn variables() {
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
    fuzz(corpus("variables"), 64, |bytes| {
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
    });
}
