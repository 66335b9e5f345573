//! What may stand in the place of a file: an error of the service, a page of a proxy.
//!
//! Looked at is the beginning of the answer, as its content type and its first bytes say what it is:
//!
//! - A JSON object with a failing code at its top is an error, whatever the headers call it: a service that
//!   has begun to announce a file says so too when it then fails.
//! - JSON that says failure in other words, or says nothing; a page (HTML); an error document of a store
//!   (XML): each is an error unless the answer says that it is a file (`Content-Disposition`).
//!
//! An error document is short. What is longer than the beginning is a file.

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};

use super::{
    Answer, Failure, Success,
    body::{self, Coding, excerpt, without_bom},
    complaint, foreign,
    meaning::meaning,
    without_end,
};
use crate::{
    ErrorCode,
    pipeline::envelope::{self, Shape},
    retry::Repeat,
};

/// Judges an answer in which a file is expected.
pub(super) fn judge(answer: &Answer<'_>, codes: &[ErrorCode]) -> Result<Success, Failure> {
    if answer.status != StatusCode::OK {
        return Err(foreign(
            "the answer has a status that no file comes with",
            Repeat::Never,
        ));
    }
    match Coding::of(answer.headers) {
        Coding::Plain => {}
        Coding::Compressed(name) => return Err(body::unasked(name)),
        Coding::Unknown => return Err(body::unasked(body::UNKNOWN)),
    }
    let body = without_bom(answer.body);
    let text = body.trim_ascii();
    if answer.body.is_empty() && !answer.whole {
        return Err(without_end());
    }
    let called = Called::of(answer.headers);
    if answer.whole && (text.starts_with(b"{") || called.json) {
        judge_json(answer, called, text, codes)?;
    }
    if called.file {
        return Ok(as_it_is(answer.body));
    }
    let what = match () {
        () if called.html || begins_as_page(text) => "the answer is a page, not a file",
        () if begins_as_error(text) => "the answer is an error document (XML), not a file",
        () => return Ok(as_it_is(answer.body)),
    };
    let mut failure = foreign(what, Repeat::Once);
    failure.fault.excerpt = excerpt(text);
    Err(failure)
}

/// A file is not repaired: its bytes are nobody's text.
fn as_it_is(body: &Bytes) -> Success {
    Success {
        body: body.clone(),
        lossy: false,
        partial_failure: false,
    }
}

fn judge_json(
    answer: &Answer<'_>,
    called: Called,
    text: &[u8],
    codes: &[ErrorCode],
) -> Result<(), Failure> {
    let may_be_a_file = called.file || !called.json;
    if let Ok(envelope) = envelope::read(text, Shape::Read, None) {
        if envelope.code.is_some() {
            return Err(meaning(answer.status, envelope, codes));
        }
        if let Some(field) = envelope.complaint
            && !may_be_a_file
        {
            return Err(complaint(field, envelope, text));
        }
    }
    if may_be_a_file || ![&b""[..], b"null", b"{}", b"[]", b"\"\""].contains(&text) {
        return Ok(());
    }
    let what = "the answer is JSON without content, not a file";
    let mut failure = foreign(what, Repeat::Never);
    failure.fault.excerpt = excerpt(text);
    Err(failure)
}

/// What the headers call the answer.
#[derive(Debug, Clone, Copy)]
pub(in crate::pipeline) struct Called {
    pub(in crate::pipeline) json: bool,
    html: bool,
    /// It has a `Content-Disposition` with a name, or as an attachment.
    file: bool,
}

impl Called {
    pub(in crate::pipeline) fn of(headers: &HeaderMap) -> Self {
        let says = |name, words: &[&str]| {
            headers
                .get_all(name)
                .iter()
                .map(|value| value.as_bytes().to_ascii_lowercase())
                .any(|value| {
                    words
                        .iter()
                        .any(|word| memchr::memmem::find(&value, word.as_bytes()).is_some())
                })
        };
        Self {
            json: says(header::CONTENT_TYPE, &["json"]),
            html: says(header::CONTENT_TYPE, &["text/html", "xhtml"]),
            file: says(header::CONTENT_DISPOSITION, &["attachment", "filename"]),
        }
    }
}

/// Whether a text begins as an HTML page: a mark of one among its first words.
fn begins_as_page(text: &[u8]) -> bool {
    let Some(text) = beginning(text) else {
        return false;
    };
    let marks: [&[u8]; 5] = [b"<!doctype html", b"<html", b"<head", b"<body", b"<title"];
    marks
        .iter()
        .any(|mark| memchr::memmem::find(&text, mark).is_some())
}

/// Whether a text begins as the error document of an object store: its root is `Error`.
fn begins_as_error(text: &[u8]) -> bool {
    let Some(text) = beginning(text) else {
        return false;
    };
    let roots: [&[u8]; 2] = [b"<error>", b"<error "];
    let root = |rest: &[u8]| roots.iter().any(|root| rest.starts_with(root));
    match memchr::memmem::find(&text, b"?>") {
        Some(end) if text.starts_with(b"<?xml") => root(
            text.get(end.saturating_add(2)..)
                .unwrap_or_default()
                .trim_ascii_start(),
        ),
        _ => root(&text),
    }
}

/// The first kilobyte of a markup text, in lower case.
fn beginning(text: &[u8]) -> Option<Vec<u8>> {
    let head = text.get(..1024).unwrap_or(text);
    head.starts_with(b"<").then(|| head.to_ascii_lowercase())
}
