//! Many ticket ids in few requests: how they are grouped, and how a group that is refused is split.

use crate::{
    error::{Error, ErrorKind},
    ids::{GroupId, TicketId},
    service::MAX_TICKETS,
};
use std::collections::HashSet;

/// Longest request line that is made, in bytes. Common servers and proxies stop at 8 KB for the line
/// and all headers, of which a token may take 5,000 characters.
const MAX_URL: usize = 6 * 1024;
/// What a URL has beside ids and group: scheme, host, path, names of other parameters.
const REST_OF_URL: usize = 512;
/// `case_ids=` and `&`.
const PER_ID: usize = 10;
/// Requests beyond the first that splitting may cost for each group: enough to find one bad id among
/// a hundred (7 halvings of 2 requests).
pub(crate) const EXTRA_REQUESTS: usize = 14;

/// The ids without repeats, in their order, in groups of at most 100 ids and 6 KiB of URL.
pub(crate) fn batches(
    ids: impl IntoIterator<Item = TicketId>,
    group: Option<&GroupId>,
) -> Vec<Vec<TicketId>> {
    let room = MAX_URL
        .saturating_sub(REST_OF_URL)
        .saturating_sub(group.map_or(0, |group| encoded_length(group.as_str())));
    let ids = ids.into_iter();
    let mut seen = HashSet::with_capacity(ids.size_hint().0);
    let mut batches: Vec<Vec<TicketId>> = Vec::new();
    let mut used = 0;
    for id in ids {
        if !seen.insert(id.clone()) {
            continue;
        }
        let length = encoded_length(id.as_str()) + PER_ID;
        match batches.last_mut() {
            Some(last) if last.len() < MAX_TICKETS && used + length <= room => {
                used += length;
                last.push(id);
            }
            _ => {
                used = length;
                batches.push(vec![id]);
            }
        }
    }
    batches
}

/// Length in a query, where everything but letters, digits and `-._~` takes three bytes.
fn encoded_length(text: &str) -> usize {
    text.bytes()
        .map(|byte| match byte {
            b'-' | b'.' | b'_' | b'~' => 1,
            byte if byte.is_ascii_alphanumeric() => 1,
            _ => 3,
        })
        .sum()
}

/// Parts of a group that may be answered where the whole was refused; `None` when splitting cannot
/// help.
pub(crate) fn split(mut batch: Vec<TicketId>, error: &Error) -> Option<Vec<Vec<TicketId>>> {
    if batch.len() < 2 || !may_be_one_of_many(error) {
        return None;
    }
    if let Some(named) = named_in(error.service_message().unwrap_or_default(), &batch) {
        let bad = batch.remove(named);
        return Some(vec![batch, vec![bad]]);
    }
    let rest = batch.split_off(batch.len() / 2);
    Some(vec![batch, rest])
}

/// Whether fewer ids, or all without one of them, may be answered.
fn may_be_one_of_many(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::RequestTooLarge | ErrorKind::BodyTooLarge => true,
        // A gateway refuses the caller or the whole request, the service may refuse one ticket.
        ErrorKind::Forbidden | ErrorKind::NotFound | ErrorKind::Refused => is_of_the_service(error),
        _ => false,
    }
}

/// Whether the answer came from behind the gateway.
fn is_of_the_service(error: &Error) -> bool {
    !error.has_gateway_code()
}

/// The one id that `text` names, as a word of its own.
fn named_in(text: &str, batch: &[TicketId]) -> Option<usize> {
    let is_of_id = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let words: HashSet<&str> = text.split(|c| !is_of_id(c)).collect();
    let mut named = (batch.iter().enumerate()).filter(|(_, id)| words.contains(id.as_str()));
    match (named.next(), named.next()) {
        (Some((place, _)), None) => Some(place),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(number: usize, length: usize) -> Vec<TicketId> {
        (0..number)
            .map(|n| TicketId::new(format!("{n:0length$}")).unwrap())
            .collect()
    }

    #[test]
    fn groups_keep_to_count_and_length() {
        // (ids, characters of each, groups)
        let cases = [
            (0, 8, 0),
            (1, 8, 1),
            (100, 32, 1),
            (101, 32, 2),
            (1000, 32, 10),
            (1000, 64, 14),
        ];
        for (number, length, expected) in cases {
            let found = batches(ids(number, length), None);
            assert_eq!(found.len(), expected, "{number} ids of {length}");
            assert_eq!(found.concat(), ids(number, length));
            for batch in &found {
                let url: usize = batch.iter().map(|id| id.as_str().len() + PER_ID).sum();
                assert!(batch.len() <= 100 && url + REST_OF_URL <= MAX_URL);
            }
        }
        let odd: Vec<TicketId> = (0..100)
            .map(|n| TicketId::lenient(format!("{n:@<64}")).unwrap())
            .collect();
        assert_eq!(batches(odd, None).len(), 4, "three bytes for each `@`");
        let twice = [ids(3, 8), ids(3, 8)].concat();
        assert_eq!(batches(twice, None), [ids(3, 8)]);
    }

    #[test]
    fn a_named_id_is_found_as_a_whole_word() {
        let batch: Vec<TicketId> = ["TT1", "TT12", "TT-1"]
            .map(|id| TicketId::new(id).unwrap())
            .to_vec();
        let cases = [
            ("case TT12 is not valid", Some(1)),
            ("no such case: [TT1]", Some(0)),
            ("TT1 and TT12", None),
            ("TT1, TT1", Some(0)),
            ("XTT1", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(named_in(text, &batch), expected, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn every_id_stands_in_one_group_and_every_group_fits(
            ids in proptest::collection::vec("[A-Za-z0-9@:_-]{1,64}", 0..400),
            group in proptest::option::of("[a-z@]{1,64}"),
        ) {
            let ids: Vec<TicketId> = ids.iter().map(|id| TicketId::lenient(id).unwrap()).collect();
            let group = group.map(|group| GroupId::lenient(group).unwrap());
            let found = batches(ids.clone(), group.as_ref());
            let mut seen = HashSet::new();
            let once: Vec<TicketId> = ids.into_iter().filter(|id| seen.insert(id.clone())).collect();
            assert_eq!(found.concat(), once);
            let rest = group.as_ref().map_or(0, |group| encoded_length(group.as_str()));
            for batch in found {
                let url: usize = batch.iter().map(|id| encoded_length(id.as_str()) + PER_ID).sum();
                assert!(!batch.is_empty() && batch.len() <= MAX_TICKETS);
                assert!(url + rest + REST_OF_URL <= MAX_URL);
            }
        }
    }
}
