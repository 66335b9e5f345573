//! A time that was typed as an age, such as `2h`, and the clock that it was counted back from.

use crate::{clock, context::Context, zone::Zone};
use http::HeaderMap;
use jiff::{SignedDuration, Timestamp, Unit};

/// More than answers take on their way, and than clocks differ that are set by a time server.
const NOTABLE: SignedDuration = SignedDuration::from_mins(2);

/// Why nothing proves what it was counted back from.
const UNTOLD: &str = "for the service told no time";
const STORED: &str =
    "for a machine on the way had stored the answer, which does not tell the time now";

/// The service told no time: the clock of this machine counted, for an age, and for where reading began.
pub(super) fn untold(context: &Context) {
    context.screen.warn(&untold_in_words(context));
}

/// The same as words.
pub(super) fn untold_in_words(context: &Context) -> String {
    own_clock_counted("the service told no time", context)
}

/// The same where the first answer may also be one that was stored: it tells a time, which is not that of now.
pub(super) fn untold_or_stored(context: &Context) {
    let why = "the service told no time, or a machine on the way had stored its answer, which tells when it was made";
    context.screen.warn(&own_clock_counted(why, context));
}

fn own_clock_counted(why: &str, context: &Context) -> String {
    let shown = shown(clock::now(), context.settings.time_zone.value);
    format!(
        "{why}, so the clock of this machine counted, which shows {shown}: if it is wrong, messages may be missing"
    )
}

/// It was counted back from the clock of this machine before anything was asked. What the answer tells of the time shows whether that
/// was right.
pub(super) fn compare(answer: &HeaderMap, context: &Context) {
    let why = match clock::is_stored(answer) {
        true => STORED,
        false => UNTOLD,
    };
    warn(clock::told(answer).ok_or(why), context);
}

fn shown(now: Timestamp, zone: Zone) -> String {
    zone.rfc_3339(now.round(Unit::Second).unwrap_or(now))
}

fn warn(told: Result<Timestamp, &str>, context: &Context) {
    let zone = context.settings.time_zone.value;
    if let Some(doubt) = doubt(clock::now(), told, zone) {
        context.screen.warn(&doubt);
    }
}

/// What is to be said of an age that was counted back from `now` of this machine, where the service tells this time, or why it tells
/// none.
fn doubt(now: Timestamp, told: Result<Timestamp, &str>, zone: Zone) -> Option<String> {
    let is_right = told.is_ok_and(|told| now.duration_since(told).abs() <= NOTABLE);
    if is_right {
        return None;
    }
    let shown = shown(now, zone);
    let (service, advice) = match told {
        Ok(told) => (
            format!("while that of the service shows {}", zone.rfc_3339(told)),
            "set the clock, or type a time like these in place of the age",
        ),
        Err(why) => (
            why.to_owned(),
            "if it is wrong, type a time like this one in place of the age",
        ),
    };
    Some(format!(
        "an age was counted back from the clock of this machine, which shows {shown}, {service}: {advice}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_differs_is_told_with_both_times() {
        let zone = Zone::from(hwc_tickets::ZoneOffset::CHINA);
        let service: Timestamp = "2026-11-21T06:00:00Z".parse().unwrap();
        for (seconds, shown) in [
            (3 * 3600, Some("2026-11-21T17:00:00+08:00")),
            (121, Some("2026-11-21T14:02:01+08:00")),
            (120, None),
            (0, None),
            (-120, None),
            (-121, Some("2026-11-21T13:57:59+08:00")),
            (-3 * 3600, Some("2026-11-21T11:00:00+08:00")),
        ] {
            let now = service + SignedDuration::from_secs(seconds);
            let told = doubt(now, Ok(service), zone);
            assert_eq!(told.is_some(), shown.is_some(), "{seconds} s: {told:?}");
            for time in shown
                .into_iter()
                .flat_map(|shown| [shown, "2026-11-21T14:00:00+08:00"])
            {
                assert!(
                    told.as_ref().is_some_and(|told| told.contains(time)),
                    "{told:?}"
                );
            }
        }
        for why in [UNTOLD, STORED] {
            let untold = doubt(service, Err(why), zone).unwrap();
            assert!(untold.contains(why), "{untold}");
        }
    }
}
