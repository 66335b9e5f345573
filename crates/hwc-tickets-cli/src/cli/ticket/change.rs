//! What is done to a ticket as a whole: ended, urged, rated.

use crate::cli::ANY_INTEGER;
use clap::Args;
use hwc_tickets::Points;

/// `ticket close` and `ticket confirm`.
#[derive(Debug, Args)]
pub(crate) struct Close {
    /// Id of the ticket
    pub(crate) ticket: String,
    /// What you want to say with it
    #[arg(long, value_name = "TEXT")]
    pub(crate) comment: Option<String>,
    /// Points for a category, as 1=5; can be repeated. The ids: hwc-tickets catalog satisfaction
    #[arg(long, value_name = "ID=POINTS", value_parser = points)]
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
    #[arg(long, value_name = "ID=POINTS", value_parser = points)]
    pub(crate) points: Vec<Points>,
    /// Show what would be sent, without secrets, and send nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// Reads `1=5`: category and points.
fn points(text: &str) -> Result<Points, String> {
    const HOW: &str = "write the id of a category and the points for it, as 1=5; `hwc-tickets catalog satisfaction` lists what can be rated";
    let (category, value) = text.split_once('=').ok_or(HOW)?;
    let number = |text: &str| {
        let number = ANY_INTEGER.read(text);
        number.map_err(|_| format!("each of the two must be {ANY_INTEGER}: {HOW}"))
    };
    Ok(Points::new(number(category)?, number(value)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_of_a_category() {
        for (text, category, value) in [("1=5", 1, 5), (" 3 = 0 ", 3, 0), ("12=-1", 12, -1)] {
            assert_eq!(points(text), Ok(Points::new(category, value)), "{text}");
        }
        for text in ["", "5", "1:5", "1=", "=5", "a=5", "1=five", "1=5=6"] {
            let refused = points(text).unwrap_err();
            assert!(refused.contains("catalog satisfaction"), "{text}");
        }
        for text in ["1=1.5", "1=99999999999999999999", "99999999999999999999=1"] {
            let refused = points(text).unwrap_err();
            let range = "a whole number from -9223372036854775808 to 9223372036854775807";
            assert!(refused.contains(range), "{refused}");
        }
    }
}
