//! Whether a value can be used for a setting, before it is stored.

use super::{language, one_of};
use crate::{
    cli::{Form, Key, RETRIES, SiteName, Span},
    clock,
    zone::Known,
};
use hwc_tickets::{Endpoint, GroupId, transport::HttpTransport};
use std::path::Path;
use toml_edit::Value;

/// The value as it is stored.
///
/// # Errors
/// Why no command could use it, without the value.
pub(crate) fn usable(key: Key, text: &str) -> Result<Value, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("it is empty".to_owned());
    }
    match key {
        Key::Profile => {}
        Key::Endpoint => {
            Endpoint::parse_from_environment(text).map_err(|error| error.to_string())?;
        }
        Key::Site => {
            one_of::<SiteName>(text)?;
        }
        Key::Group => {
            GroupId::new(text).map_err(|error| error.to_string())?;
        }
        Key::Language => {
            language(text)?;
        }
        Key::TimeZone => {
            Known::parse(text, clock::now())?;
        }
        Key::Timeout => {
            text.parse::<Span>().map_err(|error| error.to_string())?;
        }
        Key::Retries => {
            return RETRIES
                .read(text)
                .map(|number| Value::from(i64::from(number)));
        }
        Key::CaFile => return ca_file(text),
        Key::Output => {
            one_of::<Form>(text)?;
        }
    }
    Ok(Value::from(text))
}

/// The file is named so that it is found from every directory, and read once.
fn ca_file(text: &str) -> Result<Value, String> {
    let path = std::path::absolute(Path::new(text)).map_err(|error| error.to_string())?;
    let network = HttpTransport::builder().ca_file(path.clone()).build();
    network.map_err(|error| error.to_string())?;
    let path = path.to_str().map(Value::from);
    path.ok_or_else(|| "its path is not UTF-8 text".to_owned())
}
