//! Forms: `multipart/form-data`, RFC 7578.

use std::fmt::{self, Write as _};

use bytes::Bytes;
use http::HeaderValue;
use ring::rand::{SecureRandom as _, SystemRandom};

use super::{Piece, Source, invalid};
use crate::{Fault, secret::is_visible_ascii, sign::push_hex};

/// Random bytes in a boundary. No content has it by chance, and nobody who writes a file can guess it.
const BOUNDARY_BYTES: usize = 24;

/// A form with texts and files, sent as `multipart/form-data`. Files are streamed.
#[derive(Clone, Default)]
pub struct Form {
    parts: Vec<(String, Part)>,
}

#[derive(Clone)]
enum Part {
    Text(String),
    File(FilePart),
}

/// A file in a [`Form`].
#[derive(Clone)]
pub struct FilePart {
    source: Source,
    file_name: Option<String>,
    content_type: Option<String>,
}

impl FilePart {
    /// The bytes of `source`, under its name, or `file` when it has none, as `application/octet-stream`.
    pub fn new(source: impl Into<Source>) -> Self {
        Self {
            source: source.into(),
            file_name: None,
            content_type: None,
        }
    }

    /// With this name of the file. Quotes are escaped as browsers do it; a control character other than a line
    /// break, and U+FFFD, which stands for what is not UTF-8 in the name of a [`Source::file`], are refused when the
    /// form is sent.
    #[must_use]
    pub fn file_name(mut self, name: impl Into<String>) -> Self {
        self.file_name = Some(name.into());
        self
    }

    /// With this `Content-Type`, e.g. `image/png`. One that is not visible ASCII is refused when the form is
    /// sent.
    #[must_use]
    pub fn content_type(mut self, kind: impl Into<String>) -> Self {
        self.content_type = Some(kind.into());
        self
    }

    fn name_to_send(&self) -> &str {
        let own = self.file_name.as_deref();
        own.or(self.source.name()).unwrap_or("file")
    }

    fn type_to_send(&self) -> &str {
        self.content_type
            .as_deref()
            .unwrap_or("application/octet-stream")
    }
}

impl From<Source> for FilePart {
    fn from(source: Source) -> Self {
        Self::new(source)
    }
}

impl Form {
    /// A form without parts.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a text.
    #[must_use]
    pub fn text(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.parts.push((name.into(), Part::Text(value.into())));
        self
    }

    /// Adds a file.
    #[must_use]
    pub fn file(mut self, name: impl Into<String>, file: impl Into<FilePart>) -> Self {
        self.parts.push((name.into(), Part::File(file.into())));
        self
    }

    /// Its length in bytes, with the lines around its parts.
    pub(super) fn length(&self) -> u64 {
        // Every boundary has the same length.
        let boundary = "0".repeat(BOUNDARY_BYTES * 2);
        let parts = self.parts.iter().enumerate().map(|(place, (name, part))| {
            let content = match part {
                Part::Text(text) => text.len() as u64,
                Part::File(file) => file.source.length(),
            };
            let head = head(&boundary, place > 0, name, part).len() as u64;
            head.saturating_add(content)
        });
        let end = end(&boundary, !self.parts.is_empty()).len() as u64;
        parts.fold(end, u64::saturating_add)
    }

    /// The content type and the pieces to send.
    pub(super) fn lay_out(self) -> Result<(HeaderValue, Vec<Piece>), Fault> {
        self.check()?;
        let boundary = boundary()?;
        let kind = HeaderValue::try_from(format!("multipart/form-data; boundary={boundary}"))
            .map_err(|_| invalid("the boundary of the form is unusable".to_owned()))?;
        let mut pieces = Vec::with_capacity(self.parts.len() * 2 + 1);
        for (name, part) in self.parts {
            let mut text = head(&boundary, !pieces.is_empty(), &name, &part);
            match part {
                Part::Text(value) => {
                    text.push_str(&value);
                    pieces.push(Piece::Bytes(text.into()));
                }
                Part::File(file) => {
                    pieces.push(Piece::Bytes(text.into()));
                    pieces.push(Piece::Source(file.source));
                }
            }
        }
        let end = end(&boundary, !pieces.is_empty());
        pieces.push(Piece::Bytes(Bytes::from(end)));
        Ok((kind, pieces))
    }

    fn check(&self) -> Result<(), Fault> {
        let is_unfit = |text: &str| {
            text.chars()
                .any(|letter| letter.is_control() && !matches!(letter, '\r' | '\n'))
        };
        for (name, part) in &self.parts {
            if name.is_empty() || is_unfit(name) {
                return Err(invalid(format!(
                    "the name of the form's part `{}` is empty or holds a control character",
                    name.escape_debug()
                )));
            }
            let Part::File(file) = part else { continue };
            let file_name = file.name_to_send();
            if file_name.is_empty() || is_unfit(file_name) {
                return Err(invalid(format!(
                    "the name of the file `{}` is empty or holds a control character; give it another one",
                    file_name.escape_debug()
                )));
            }
            if file_name.contains(char::REPLACEMENT_CHARACTER) {
                // A source has it in its name for what is not UTF-8: the file would arrive under another name.
                return Err(invalid(format!(
                    "the name of the file `{}` in the form's part `{}` is not UTF-8 text, or holds U+FFFD in place of it",
                    file_name.escape_debug(),
                    name.escape_debug()
                ))
                .with_help("rename the file, or give it another name for the upload"));
            }
            let kind = file.type_to_send();
            if kind.is_empty() || !is_visible_ascii(kind.as_bytes()) {
                return Err(invalid(format!(
                    "the content type of the file `{}` is not visible ASCII",
                    file_name.escape_debug()
                )));
            }
        }
        Ok(())
    }
}

/// What stands before the content of a part.
fn head(boundary: &str, is_follower: bool, name: &str, part: &Part) -> String {
    let mut text = String::with_capacity(192);
    if is_follower {
        text.push_str("\r\n");
    }
    // Writing into a string does not fail.
    let _ = write!(
        text,
        "--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"",
        Escaped(name)
    );
    if let Part::File(file) = part {
        let _ = write!(
            text,
            "; filename=\"{}\"\r\nContent-Type: {}",
            Escaped(file.name_to_send()),
            file.type_to_send()
        );
    }
    text.push_str("\r\n\r\n");
    text
}

fn end(boundary: &str, is_follower: bool) -> String {
    let line_break = if is_follower { "\r\n" } else { "" };
    format!("{line_break}--{boundary}--\r\n")
}

fn boundary() -> Result<String, Fault> {
    let mut random = [0_u8; BOUNDARY_BYTES];
    SystemRandom::new()
        .fill(&mut random)
        .map_err(|_| invalid("the system gives no random bytes for the boundary".to_owned()))?;
    let mut text = String::with_capacity(BOUNDARY_BYTES * 2);
    push_hex(&mut text, &random);
    Ok(text)
}

/// A name between quotes, as the HTML standard writes it: UTF-8, with `"`, CR and LF percent-encoded.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for letter in self.0.chars() {
            match letter {
                '"' => formatter.write_str("%22")?,
                '\r' => formatter.write_str("%0D")?,
                '\n' => formatter.write_str("%0A")?,
                _ => formatter.write_char(letter)?,
            }
        }
        Ok(())
    }
}

/// Names and lengths only.
impl fmt::Debug for Form {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = self.parts.iter().map(|(name, part)| match part {
            Part::Text(text) => (name, text.len() as u64),
            Part::File(file) => (name, file.source.length()),
        });
        formatter.debug_map().entries(parts).finish()
    }
}

impl fmt::Debug for FilePart {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("FilePart")
            .field("source", &self.source)
            .field("file_name", &self.file_name)
            .field("content_type", &self.content_type)
            .finish()
    }
}
