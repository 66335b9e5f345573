//! The files of tickets and messages.

use http::StatusCode;
use http::header::CONTENT_DISPOSITION;
use serde_json::{Value, json};

use super::Handler;
use crate::domain::{Command, FileView, Outcome, Refusal};
use crate::http::answer::Answer;
use crate::http::archive::{self, Unarchived};
use crate::http::asked::{Asked, Malformed, Parsed, code_of};
use crate::http::render::{Paint, Rendered, business, written};
use crate::operation::Operation;
use crate::quirks::{FileType, Quirks};

#[allow(non_upper_case_globals, reason = "named as the variants of a list")]
impl Operation {
    /// Uploads a file.
    pub const UploadAccessory: Operation = Operation::new("uploadAccessory");
    /// Downloads one file, or several as an archive.
    pub const DownloadAccessories: Operation = Operation::new("downloadAccessories");
}

pub(super) const HANDLERS: &[Handler] = &[
    Handler::new(Operation::UploadAccessory, upload, answer),
    Handler::new(Operation::DownloadAccessories, download, answer),
];

fn upload(asked: &Asked<'_>) -> Parsed<Command> {
    let form = asked.form().ok_or(Malformed::Parameter)?;
    let (name, content) = form.file.clone().ok_or(Malformed::Parameter)?;
    let data = form.texts.get("form_data").ok_or(Malformed::Parameter)?;
    // D-51: the one known key, by either name; others are ignored.
    let data: Value = serde_json::from_str(data).map_err(|_| Malformed::Parameter)?;
    let data = data.as_object().ok_or(Malformed::Parameter)?;
    match data
        .get("accessFrom")
        .or_else(|| data.get("accessory_from"))
    {
        None => {}
        Some(from) if from == "incident" || from == "message" => {}
        Some(_) => return Err(Malformed::Parameter),
    }
    Ok(Command::Upload {
        by: asked.by.clone(),
        name,
        content,
    })
}

fn download(asked: &Asked<'_>) -> Parsed<Command> {
    // D-53. A comma too many is an id that does not exist.
    let ids = asked.path("accessory_id");
    Ok(Command::Download {
        by: asked.by.clone(),
        files: ids.split(',').map(str::to_owned).collect(),
        group: asked.text("group_id"),
    })
}

fn answer(paint: &Paint<'_>, outcome: Outcome) -> Rendered {
    match outcome {
        Outcome::Uploaded { file } => paint.json(json!({ "accessory_id": file })),
        Outcome::Files(views) => {
            let quirks = paint.asked.quirks.clone();
            Rendered::Later(Box::new(move || files(&views, &quirks)))
        }
        other => written(paint, other),
    }
}

/// One file as it is, or several as an archive (D-53, D-54). An archive may take long: others must not wait for it.
fn files(files: &[FileView], quirks: &Quirks) -> Answer {
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
    if quirks.file_name_header {
        let name = percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC);
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
