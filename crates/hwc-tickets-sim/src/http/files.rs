//! Files as answers.

use http::StatusCode;
use http::header::CONTENT_DISPOSITION;

use super::answer::Answer;
use super::archive::{self, Unarchived};
use super::asked::code_of;
use super::render::business;
use crate::domain::{FileView, Refusal};
use crate::quirks::{FileType, Quirks};

/// One file as it is, or several as an archive (D-53, D-54). An archive may take long: others must not wait for it.
pub(super) fn answer(files: &[FileView], quirks: &Quirks) -> Answer {
    let (name, content) = match files {
        [one] => (one.name.as_str(), one.content.clone()),
        several => match archive::of(several) {
            Ok(archive) => ("attachments.zip", archive),
            Err(Unarchived::Format) => return business(code_of(Refusal::Invalid), quirks),
            Err(Unarchived::Disk) => return business(code_of(Refusal::Full), quirks),
        },
    };
    let kind = match quirks.file_type {
        FileType::Bytes => "application/octet-stream",
        FileType::ByName => kind_of(name),
    };
    let answer = Answer::new(StatusCode::OK, kind, content);
    let name = percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC);
    named(answer, &name.to_string(), quirks)
}

/// A file with its name, which is percent-encoded already, where answers tell names.
pub(super) fn named(answer: Answer, name: &str, quirks: &Quirks) -> Answer {
    if quirks.file_name_header {
        answer.header(
            CONTENT_DISPOSITION,
            &format!("attachment; filename*=UTF-8''{name}"),
        )
    } else {
        answer
    }
}

/// The media type of a file by the end of its name.
fn kind_of(name: &str) -> &'static str {
    let end = name.rsplit_once('.').map_or("", |(_, end)| end);
    match end.to_ascii_lowercase().as_str() {
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "gif" => "image/gif",
        "bmp" => "image/bmp",
        "txt" | "log" | "ini" => "text/plain",
        "html" => "text/html",
        "json" => "application/json",
        "pdf" => "application/pdf",
        "zip" => "application/zip",
        "mp4" => "video/mp4",
        _ => "application/octet-stream",
    }
}
