//! What is done to a ticket as a whole: ended, urged, rated.

use crate::cli::number::{ANY_INTEGER, Integers};
use clap::Args;
use hwc_tickets::{Points, api::OPERATIONS};

/// `ticket close` and `ticket confirm`.
#[derive(Debug, Args)]
pub(crate) struct Close {
    /// Id of the ticket
    pub(crate) ticket: String,
    /// What you want to say with it
    #[arg(long, value_name = "TEXT")]
    pub(crate) comment: Option<String>,
    /// Points for a category, as 1=5; can be repeated. The ids: hwc-tickets catalog satisfaction
    #[arg(long, value_name = "ID=POINTS", value_parser = points, allow_hyphen_values = true)]
    pub(crate) points: Vec<Points>,
    #[command(flatten)]
    pub(crate) caution: Caution,
}

/// `ticket cancel` and `ticket delete`.
#[derive(Debug, Args)]
pub(crate) struct End {
    /// Id of the ticket
    pub(crate) ticket: String,
    /// What you want to say with it
    #[arg(long, value_name = "TEXT")]
    pub(crate) comment: Option<String>,
    #[command(flatten)]
    pub(crate) caution: Caution,
}

/// Before something that cannot be undone.
#[derive(Debug, Args)]
pub(crate) struct Caution {
    /// Show what would be sent, without secrets, and send nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Do not ask whether it is to be done
    #[arg(long)]
    pub(crate) yes: bool,
}

/// `ticket urge`.
#[derive(Debug, Args)]
pub(crate) struct Urge {
    /// Id of the ticket
    pub(crate) ticket: String,
    /// What you want to say with it
    #[arg(long, value_name = "TEXT")]
    pub(crate) comment: Option<String>,
    /// Show what would be sent, without secrets, and send nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// `ticket score`.
#[derive(Debug, Args)]
pub(crate) struct Score {
    /// Id of the ticket
    pub(crate) ticket: String,
    /// What you think of it, in words
    #[arg(long, value_name = "TEXT", required_unless_present = "points")]
    pub(crate) comment: Option<String>,
    /// Points for a category, as 1=5; can be repeated. The ids: hwc-tickets catalog satisfaction
    #[arg(long, value_name = "ID=POINTS", value_parser = points, allow_hyphen_values = true)]
    pub(crate) points: Vec<Points>,
    /// Show what would be sent, without secrets, and send nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// The way to the fields of each rating in a list of them, as limits have it.
const CATEGORY: &[&str] = &["body", "incident_satisfaction_list[]", "satisfaction_id"];
const VALUE: &[&str] = &["body", "incident_satisfaction_list[]", "satisfaction_value"];

/// The documented numbers of such a field. `ticket close` and `ticket confirm` take the same as `ticket score`.
fn documented(path: &'static [&'static str]) -> Integers<i64> {
    let mut operations = OPERATIONS.iter();
    let score = operations.find(|operation| operation.command == Some("ticket score"));
    let numbers = score.and_then(|operation| {
        // A list that is given as a whole is one value; a limit of what is in it is found by the way to that.
        let mut field = *operation.values.first()?;
        field.path = path;
        Some(Integers::documented(operation, &field))
    });
    numbers.unwrap_or(ANY_INTEGER)
}

/// Reads `1=5`: category and points.
fn points(text: &str) -> Result<Points, String> {
    const HOW: &str = "write the id of a category and the points for it, as 1=5; `hwc-tickets catalog satisfaction` lists what can be rated";
    let (category, value) = text.split_once('=').ok_or(HOW)?;
    let number = |name: &str, path, text: &str| {
        let numbers = documented(path);
        let number = numbers.read(text);
        number.map_err(|_| format!("{name} must be {numbers}: {HOW}"))
    };
    Ok(Points::new(
        number("the id of the category", CATEGORY, category)?,
        number("the points", VALUE, value)?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_of_a_category() {
        for (text, category, value) in [
            ("1=5", 1, 5),
            (" 3 = 0 ", 3, 0),
            ("9999=65535", 9999, 65535),
        ] {
            assert_eq!(points(text), Ok(Points::new(category, value)), "{text}");
        }
        for text in ["", "5", "1:5", "1=", "=5", "a=5", "1=five", "1=5=6"] {
            let refused = points(text).unwrap_err();
            assert!(refused.contains("catalog satisfaction"), "{text}");
        }
        let category = "the id of the category must be a whole number from 0 to 9999: ";
        let value = "the points must be a whole number from 0 to 65535: ";
        for (text, range) in [
            ("-1=5", category),
            ("10000=5", category),
            ("99999999999999999999=1", category),
            ("12=-1", value),
            ("1=1.5", value),
            ("1=65536", value),
            ("1=99999999999999999999", value),
        ] {
            let refused = points(text).unwrap_err();
            assert!(refused.starts_with(range), "{text}: {refused}");
        }
    }
}
