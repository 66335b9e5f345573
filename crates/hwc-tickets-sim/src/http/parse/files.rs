//! Requests about files into commands.

use serde_json::Value;

use super::{Malformed, Params, Parsed, Query, path, some, units};
use crate::domain::Command;
use crate::http::form::{Content, Flaw, Payload};

/// Longest text beside a file (D-51).
const LONGEST_FORM_DATA: usize = 5000;

pub(super) fn upload(body: &Payload, by: String) -> Parsed<Command> {
    let Content::Form { form, .. } = &body.content else {
        return Err(Malformed::Parameter);
    };
    let form = form.as_ref().map_err(|flaw| match flaw {
        Flaw::NotTaken => Malformed::Parameter,
        Flaw::NoRoom => Malformed::NoRoom,
    })?;
    let (name, content) = form.file.clone().ok_or(Malformed::Parameter)?;
    let data = form.form_data.as_deref().ok_or(Malformed::Parameter)?;
    if !(1..=LONGEST_FORM_DATA).contains(&units(data)) {
        return Err(Malformed::Parameter);
    }
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
    Ok(Command::Upload { by, name, content })
}

pub(super) fn download(params: &Params, query: &Query, by: String) -> Parsed<Command> {
    let ids = path(params, "accessory_id", 650)?;
    // D-53. A comma too many is an id that does not exist.
    let files = ids.split(',').map(str::to_owned).collect();
    Ok(Command::Download {
        by,
        files,
        group: some(query.one("group_id"), 64)?,
    })
}
