//! The bytes of an answer, on the way to text.

use bytes::Bytes;
use http::{HeaderMap, header};

use super::{super::surrogates, Answer, Failure, foreign};
use crate::{file::without_mark, foreign::inert, retry::Repeat};

/// Longest body whose invalid UTF-8 is replaced, so that no answer costs a multiple of its size.
const LONGEST_REPAIR: usize = 2 * 1024 * 1024;

/// The body without a byte order mark, unless it is in a form that nobody asked for.
pub(super) fn plain(answer: &Answer<'_>) -> Result<Bytes, Failure> {
    let coding = Coding::of(answer.headers);
    if let Coding::Compressed(name) = coding {
        return Err(unasked(name));
    }
    let body = without_bom(answer.body);
    let is_object = |text: &[u8]| text.starts_with(b"{") && text.ends_with(b"}");
    if coding == Coding::Unknown && !is_object(body.trim_ascii()) {
        return Err(unasked(UNKNOWN));
    }
    if is_utf16(&body) {
        return Err(foreign("the answer is UTF-16, not UTF-8", Repeat::Never));
    }
    Ok(body)
}

/// What an encoding is called whose name is not known here.
pub(super) const UNKNOWN: &str = "another one";

/// The failure of an answer that comes in the encoding `name`.
#[cold]
#[inline(never)]
pub(super) fn unasked(name: &str) -> Failure {
    foreign(
        format!("the answer has a content encoding nobody asked for ({name})"),
        Repeat::Never,
    )
}

/// Makes sure that `text` begins and ends as an object does.
pub(super) fn check_object(text: &[u8]) -> Result<(), Failure> {
    match text {
        [b'{', .., b'}'] => Ok(()),
        _ => Err(no_object(text)),
    }
}

#[cold]
#[inline(never)]
fn no_object(text: &[u8]) -> Failure {
    let (what, repeat) = match text {
        // A page of a proxy or a portal may be gone a moment later.
        [b'<', ..] => ("the answer is a page, not JSON", Repeat::Once),
        [b'{', ..] => ("the answer is cut off", Repeat::Once),
        [b'[', ..] => ("the answer is a list, not an object", Repeat::Never),
        _ => ("the answer is not a JSON object", Repeat::Never),
    };
    let mut failure = foreign(what, repeat);
    failure.fault.excerpt = excerpt(text);
    failure
}

/// The body as UTF-8 that a decoder takes, and whether something was replaced by U+FFFD.
pub(super) fn repaired(body: Bytes) -> Result<(Bytes, bool), Failure> {
    let (body, lossy) = match simdutf8::basic::from_utf8(&body) {
        Ok(_) => (body, false),
        // A replacement is up to three times as long as what it replaces.
        Err(_) if body.len() > LONGEST_REPAIR => {
            return Err(foreign("the answer is not UTF-8", Repeat::Never));
        }
        Err(_) => {
            let repaired = String::from_utf8_lossy(&body).into_owned();
            (Bytes::from(repaired), true)
        }
    };
    Ok(match surrogates::repaired(&body) {
        Some(whole) => (whole, true),
        None => (body, lossy),
    })
}

/// What `Content-Encoding` says of the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    /// None: absent, empty, `identity`, or the name of a character set that somebody put there.
    Plain,
    /// A compression, by its name.
    Compressed(&'static str),
    /// A name that is not known here. The header is foreign text; whether the body is plain JSON, it shows itself.
    Unknown,
}

impl Coding {
    /// The first that is not plain, of all the lines of the header.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        match headers.get(header::CONTENT_ENCODING) {
            None => Self::Plain,
            Some(_) => Self::named(headers),
        }
    }

    #[cold]
    #[inline(never)]
    fn named(headers: &HeaderMap) -> Self {
        const COMPRESSIONS: [&str; 8] = [
            "gzip",
            "deflate",
            "br",
            "zstd",
            "compress",
            "x-gzip",
            "x-compress",
            "exi",
        ];
        const PLAIN: [&str; 9] = [
            "", "identity", "none", "utf-8", "utf8", "us-ascii", "ascii", "8bit", "binary",
        ];
        let mut all = Self::Plain;
        for line in headers.get_all(header::CONTENT_ENCODING) {
            for name in line.as_bytes().split(|byte| *byte == b',') {
                let name = name.trim_ascii();
                let is = |known: &&str| name.eq_ignore_ascii_case(known.as_bytes());
                if let Some(compression) = COMPRESSIONS.into_iter().find(is) {
                    return Self::Compressed(compression);
                }
                if !PLAIN.iter().any(is) {
                    all = Self::Unknown;
                }
            }
        }
        all
    }
}

pub(super) fn without_bom(body: &Bytes) -> Bytes {
    let bare = without_mark(body);
    // Hardly any body has one.
    match bare.len() == body.len() {
        true => body.clone(),
        false => body.slice_ref(bare),
    }
}

fn is_utf16(body: &[u8]) -> bool {
    matches!(
        body,
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [0, _, ..] | [_, 0, ..]
    )
}

/// At most 200 characters, made inert.
pub(super) fn excerpt(body: &[u8]) -> Option<String> {
    // No character is longer than 4 bytes.
    let head = body.get(..800).unwrap_or(body);
    let text = String::from_utf8_lossy(head);
    let text = text.trim();
    (!text.is_empty()).then(|| text.chars().take(200).flat_map(inert).collect())
}
