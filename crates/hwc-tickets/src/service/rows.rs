//! Rows of lists in answers, and what of them has no reading.

use crate::messages::message::Undecodable;
use hwc_tickets_wire as wire;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Rows with their places in the answer, in which those of `lost` stood too.
pub(crate) fn placed<R>(
    rows: Vec<R>,
    lost: &[Undecodable],
) -> impl Iterator<Item = (usize, R)> + use<R> {
    let missing: BTreeSet<usize> = lost.iter().map(|item| item.index).collect();
    (0..)
        .filter(move |place| !missing.contains(place))
        .zip(rows)
}

/// What stands in the place of the known field `name`, if that has no reading.
pub(crate) fn set_aside<'a>(extra: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    // Nearly always there is nothing.
    match extra.is_empty() {
        true => None,
        false => kept_aside(extra, name),
    }
}

#[inline(never)]
fn kept_aside<'a>(extra: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    // No name is put together for each field of each row.
    let mut kept = extra.iter();
    let found = kept.find(|(key, _)| wire::is_set_aside(key, name));
    found.map(|(_, value)| value)
}

#[cold]
pub(crate) fn odd_field(list: &str, name: &str, value: &Value) -> String {
    let kind = wire::kind(value);
    format!("{list}: the field {name} is {kind}, which cannot be read as documented")
}

/// What of the list `list` could not be read.
pub(crate) fn undecodable(lost: &[wire::Undecodable], list: &str) -> Vec<Undecodable> {
    match lost {
        [] => Vec::new(),
        lost => of_list(lost, list),
    }
}

#[cold]
fn of_list(lost: &[wire::Undecodable], list: &str) -> Vec<Undecodable> {
    lost.iter()
        .filter(|item| item.list == list)
        .map(own)
        .collect()
}

/// One that could not be read, in the words of this crate.
pub(crate) fn own(item: &wire::Undecodable) -> Undecodable {
    Undecodable::new(item.index, format!("{}: {}", item.list, item.reason))
}
