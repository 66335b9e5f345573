//! The files of tickets and messages.

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::Handler;
use crate::domain::{Blob, Command, FileAction, FileLink, Outcome, UploadLimits};
use crate::http::asked::{Asked, Malformed, Parsed};
use crate::http::render::{Paint, Rendered, written};
use crate::http::{files, linked};
use crate::operation::Operation;

#[allow(non_upper_case_globals, reason = "named as the variants of a list")]
impl Operation {
    /// Uploads a file.
    pub const UploadAccessory: Operation = Operation::new("uploadAccessory");
    /// Uploads a file as text inside JSON.
    pub const UploadJsonAccessories: Operation = Operation::new("uploadJsonAccessories");
    /// Downloads one file, or several as an archive.
    pub const DownloadAccessories: Operation = Operation::new("downloadAccessories");
    /// Downloads an image to be shown.
    pub const DownloadImages: Operation = Operation::new("downloadImages");
    /// Deletes a file that no message has.
    pub const DeleteAccessories: Operation = Operation::new("deleteAccessories");
    /// Tells what may be uploaded.
    pub const ShowAccessoryLimits: Operation = Operation::new("showAccessoryLimits");
    /// Gives links to several files.
    pub const ListAccessoryAccessUrls: Operation = Operation::new("listAccessoryAccessUrls");
    /// Gives a link to one file.
    pub const ShowDownloadAccessoryUrl: Operation = Operation::new("showDownloadAccessoryUrl");
}

pub(super) const HANDLERS: &[Handler] = &[
    Handler::new(Operation::UploadAccessory, upload, answer),
    Handler::new(Operation::UploadJsonAccessories, upload_json, answer),
    Handler::new(Operation::DownloadAccessories, download, answer),
    Handler::new(Operation::DownloadImages, show, answer),
    Handler::new(Operation::DeleteAccessories, delete, written),
    Handler::new(Operation::ShowAccessoryLimits, limits, answer),
    Handler::new(Operation::ListAccessoryAccessUrls, links, answer),
    Handler::new(Operation::ShowDownloadAccessoryUrl, link, one_link),
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
    Ok(command(asked, FileAction::Upload { name, content }))
}

/// What the file is for is any word (D-76), and a text in Markdown is stored as any other file.
fn upload_json(asked: &Asked<'_>) -> Parsed<Command> {
    let data = asked.body.get("accessory_data").and_then(Value::as_str);
    let data = data.ok_or(Malformed::Parameter)?;
    let bytes = STANDARD.decode(data).map_err(|_| Malformed::Parameter)?;
    let mut content = Blob::writer();
    content.write_all(&bytes).map_err(|_| Malformed::NoRoom)?;
    let action = FileAction::Upload {
        name: asked.field("accessory_name").ok_or(Malformed::Parameter)?,
        content: content.into_blob(),
    };
    Ok(command(asked, action))
}

fn download(asked: &Asked<'_>) -> Parsed<Command> {
    // D-53. A comma too many is an id that does not exist.
    let ids = asked.path("accessory_id");
    let action = FileAction::Download {
        files: ids.split(',').map(str::to_owned).collect(),
        group: asked.text("group_id"),
    };
    Ok(command(asked, action))
}

fn show(asked: &Asked<'_>) -> Parsed<Command> {
    let action = FileAction::Show {
        file: asked.path("accessory_id"),
        group: asked.text("group_id"),
    };
    Ok(command(asked, action))
}

fn delete(asked: &Asked<'_>) -> Parsed<Command> {
    let file = asked.path("accessory_id");
    Ok(command(asked, FileAction::Delete { file }))
}

fn limits(asked: &Asked<'_>) -> Parsed<Command> {
    Ok(command(asked, FileAction::Limits))
}

fn links(asked: &Asked<'_>) -> Parsed<Command> {
    let group = asked.text("group_id");
    if group.is_none() && asked.quirks.links_group_required {
        return Err(Malformed::Parameter);
    }
    let files = asked.list("accessory_ids");
    Ok(command(asked, FileAction::Links { files, group }))
}

/// What the file is said to belong to changes nothing (D-78).
fn link(asked: &Asked<'_>) -> Parsed<Command> {
    let file = asked.path("accessory_id");
    Ok(command(asked, FileAction::Link { file }))
}

fn command(asked: &Asked<'_>, action: FileAction) -> Command {
    Command::Files {
        by: asked.by(),
        action,
    }
}

fn answer(paint: &Paint<'_>, outcome: Outcome) -> Rendered {
    match outcome {
        Outcome::Uploaded { file } => paint.json(json!({ "accessory_id": file })),
        Outcome::Files(views) => {
            let quirks = paint.asked.quirks.clone();
            Rendered::Later(Box::new(move || files::answer(&views, &quirks)))
        }
        Outcome::UploadLimits(limits) => {
            paint.json(json!({ "accessory_limit": told(paint, &limits) }))
        }
        Outcome::Links(links) => {
            let line = |link: &FileLink| {
                json!({
                    "accessory_id": link.id,
                    "accessory_name": link.name,
                    "accessory_url": linked::url(paint.asked, link),
                })
            };
            paint.json(json!({ "accessory_urls": paint.list(links.iter().map(line)) }))
        }
        other => written(paint, other),
    }
}

fn one_link(paint: &Paint<'_>, outcome: Outcome) -> Rendered {
    match outcome {
        Outcome::Links(links) => {
            let url = links.first().map(|link| linked::url(paint.asked, link));
            paint.json(json!({ "accessory_url": url }))
        }
        other => written(paint, other),
    }
}

/// Numbers are texts (D-77).
fn told(paint: &Paint<'_>, limits: &UploadLimits) -> Value {
    let number = |number: usize| match paint.asked.quirks.upload_limits_as_numbers {
        true => json!(number),
        false => json!(number.to_string()),
    };
    json!({
        "limit_count": number(limits.count),
        "limit_size": number(limits.megabytes),
        "limit_file_type": limits.kinds,
    })
}
