//! What holds of what the program reads and shows of others, for any bytes. The tests above bring the inputs, and so does libFuzzer
//! (`tests/fuzzing/guided`): each target is made once, and called with one input after the other. Which word is a secret knows the
//! package `fuzzing`, which no package of users can depend on: who calls a target that needs it hands it in.
#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a target fails by panicking"
)]

use crate::{
    cli::{Moment, Span},
    pending_files,
    render::{foreign, json},
    settings::profile,
    zone::{Known, Zone},
};
use hwc_tickets::{Pending, PendingTicket};
use jiff::Timestamp;
use serde_json::Value;
use std::{fs::OpenOptions, io::Write as _, path::Path, sync::OnceLock};

/// Asserts that what is shown of something shows no secret.
pub type AssertHidden = fn(&str);

/// The text with secrets only on lines that may have one.
pub type SecretWhere = fn(&str, fn(&str) -> bool) -> String;

/// What a terminal would act on. Line breaks are the program's own business.
fn active(shown: &str) -> Option<char> {
    shown.chars().find(|c| {
        (c.is_control() && *c != '\n')
            || matches!(*c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}')
    })
}

/// Whatever others wrote, a terminal acts on nothing of it, it does not grow beyond reason, and JSON gives it back.
pub fn terminal() -> impl Fn(&[u8]) {
    move |bytes: &[u8]| {
        let written = String::from_utf8_lossy(bytes).into_owned();
        let most = written.len() * 10 + 16;
        for shown in [
            foreign::line(&written),
            foreign::field(&written),
            foreign::text(&written),
            foreign::lines(&written).join("\n"),
        ] {
            assert_eq!(active(&shown), None, "{shown:?}");
            assert!(shown.len() <= most, "{}", shown.len());
        }
        let line = foreign::line(&written);
        assert!(!line.contains('\n'));
        assert_eq!(foreign::line(&line), line, "twice changes nothing");
        for shown in [
            json::line(&written).unwrap(),
            json::document(&written).unwrap(),
        ] {
            assert_eq!(active(&shown), None, "{shown:?}");
            assert_eq!(serde_json::from_str::<Value>(&shown).unwrap(), written);
        }
    }
}

/// The file has these bytes, and only its owner may read it. It is not brought to the disk, as the program's own are: to wait for that
/// takes longer than to read it.
fn fill(path: &Path, bytes: &[u8]) {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).unwrap().write_all(bytes).unwrap();
}

/// A pending file, of a message or of a ticket, is a record or has a reason, which shows nothing of what stands in it.
pub fn pending_file(assert_hidden: AssertHidden) -> impl Fn(&[u8]) {
    let place = tempfile::tempdir().unwrap();
    move |bytes: &[u8]| {
        let path = place.path().join(format!("{}.json", "a".repeat(32)));
        fill(&path, bytes);
        let message = pending_files::read::<Pending>(&path).err();
        let ticket = pending_files::read::<PendingTicket>(&path).err();
        for reason in message.into_iter().chain(ticket) {
            assert_hidden(&reason);
            assert!(!reason.is_empty() && reason.len() < 1_000, "{reason}");
        }
    }
}

/// A zone is kept to the end of a run. Here it stands where libFuzzer, which looks for memory that nothing leads to, finds it.
static UTC: OnceLock<Zone> = OnceLock::new();

/// What people type as a time, a length or a zone is read or refused, and a refusal is one line.
pub fn typed() -> impl Fn(&[u8]) {
    let now: Timestamp = "2026-03-01T00:00:00Z".parse().unwrap();
    let utc = *UTC.get_or_init(|| Zone::parse("GMT", now).unwrap());
    move |bytes: &[u8]| {
        let words = String::from_utf8_lossy(bytes);
        if let Err(error) = words.parse::<Span>() {
            assert!(!error.to_string().contains('\n'));
        }
        match words.parse::<Moment>() {
            Ok(moment) => {
                let _ = moment.instant(now, utc);
            }
            Err(error) => assert!(!error.to_string().contains('\n')),
        }
        if let Err(error) = Known::parse(&words, now) {
            assert!(!error.contains('\n'), "{error}");
        }
    }
}

/// The file of profiles is read or has a reason, and shows no secret in either.
pub fn config(secret_where: SecretWhere, assert_hidden: AssertHidden) -> impl Fn(&[u8]) {
    fn is_secret(line: &str) -> bool {
        let key = line.split('=').next().unwrap_or_default();
        ["token", "secret_key", "password"].contains(&key.trim())
    }
    let place = tempfile::tempdir().unwrap();
    move |bytes: &[u8]| {
        let path = place.path().join("config.toml");
        let words = secret_where(&String::from_utf8_lossy(bytes), is_secret);
        fill(&path, words.as_bytes());
        match profile::read(&path) {
            Ok(file) => assert_hidden(&format!("{file:?}")),
            Err(failure) => {
                let told = failure.told(true).unwrap();
                let advice = told.advice.unwrap_or_default();
                assert_hidden(&format!("{failure:?} {} {advice}", told.what));
            }
        }
    }
}
