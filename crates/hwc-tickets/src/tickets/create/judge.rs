//! What one look at the list of tickets tells about one in doubt.
//!
//! Found: the only ticket with that description that was not there before, which no other one of this caller in doubt can have
//! become, in whatever form. Not there: the whole list shows nothing that was not there before, but for tickets that the service
//! itself said to be others. Everything else stays unclear.

use super::{
    listing::{Listing, Seen},
    outcome::TicketCandidate,
    own::Others,
    pending::{Before, PendingTicket},
};
use crate::{
    doubt::moment::FOREIGN_CLOCK, ids::TicketId, messages::submit::outcome::Resemblance,
    tickets::wire::TicketRow,
};
use jiff::{SignedDuration, Timestamp};
use std::{cmp::Reverse, time::Duration};

/// Candidates that are shown. More help nobody.
const MOST_CANDIDATES: usize = 20;

/// What one look tells.
pub(super) enum Verdict {
    Found(TicketId),
    /// The whole list was seen, and nothing of it can be the ticket.
    NotThere,
    /// These could be it.
    Unclear(Vec<TicketCandidate>),
}

/// What the list holds that may not have been there before.
#[derive(Default)]
struct New<'a> {
    same: Vec<&'a Seen>,
    folded: Vec<&'a Seen>,
    others: Vec<&'a Seen>,
    /// Any of those that may have been there without having been seen.
    doubtful: Vec<(&'a Seen, Resemblance)>,
}

/// What `listing` tells of `pending`. `others`: as they stand after that look; `None` when they cannot be told.
pub(super) fn judge(
    pending: &PendingTicket,
    listing: &Listing,
    others: Option<&Others>,
    window: Duration,
) -> Verdict {
    let Some(before) = &pending.before else {
        // What is new cannot be told from what is old.
        let new = sort(pending, None, listing, others, window);
        return Verdict::Unclear(candidates(pending, &new, window));
    };
    let new = sort(pending, Some(before), listing, others, window);
    let unclear = || Verdict::Unclear(candidates(pending, &new, window));
    let Some(others) = others else {
        return unclear();
    };
    let found = match (&new.same[..], &new.folded[..], &new.others[..]) {
        ([one], [], _) | ([], [one], []) if new.doubtful.is_empty() => Some(*one),
        _ => None,
    };
    if let Some(found) = found {
        // A record that nobody kept has no account of what else was sent: only the time tells then, and only against it.
        let is_in_time = others.is_kept || is_in_time(pending, found, Duration::ZERO) == Some(true);
        return match is_in_time && !others.could_be(found, listing) {
            true => Verdict::Found(found.row.id.clone()),
            false => unclear(),
        };
    }
    let nothing_came = new.same.is_empty()
        && new.folded.is_empty()
        && new.others.is_empty()
        && new.doubtful.is_empty();
    let is_proven = before.is_whole
        && listing.is_whole
        && listing.unreadable == 0
        && listing.is_later_than(before.date)
        && listing.shows_all(&before.seen);
    match nothing_came && is_proven {
        true => Verdict::NotThere,
        false => unclear(),
    }
}

/// What is new, by how much it looks like `pending`.
fn sort<'a>(
    pending: &PendingTicket,
    before: Option<&Before>,
    listing: &'a Listing,
    others: Option<&Others>,
    window: Duration,
) -> New<'a> {
    let mut new = New::default();
    for (id, seen) in &listing.tickets {
        let was_there = before.is_some_and(|before| before.seen.contains(id));
        if was_there || others.is_some_and(|others| others.told.contains(id)) {
            continue;
        }
        let print = &pending.fingerprint;
        let resemblance = match &seen.forms {
            Some(forms) if print.matches_canonical(forms) => Resemblance::SameText,
            Some(forms) if print.matches_folded(forms) => Resemblance::SimilarText,
            _ => Resemblance::OtherText,
        };
        // Of a ticket that was found to be that of another one, nobody but that finding says so: it is not this one, and it
        // still keeps a loss from being proven.
        let is_anothers = others.is_some_and(|others| others.found.contains(id));
        let may_be_old =
            before.is_some_and(|before| may_have_been_there(before, seen, listing, window));
        match resemblance {
            _ if is_anothers => new.others.push(seen),
            // What has other words and may be old is most likely old; it speaks against a loss alone.
            Resemblance::OtherText => new.others.push(seen),
            _ if may_be_old => new.doubtful.push((seen, resemblance)),
            Resemblance::SameText => new.same.push(seen),
            Resemblance::SimilarText => new.folded.push(seen),
        }
    }
    new
}

/// Whether a ticket that was not seen before may have been there: below what was read, or made in the time by which what was read
/// may have been old. Where `listing` is in no order of time, no time tells what was below.
fn may_have_been_there(before: &Before, seen: &Seen, listing: &Listing, window: Duration) -> bool {
    let at = seen.row.created_at.instant();
    let is_below = || before.floor.zip(at).is_none_or(|(floor, at)| at <= floor);
    if !before.is_whole && (!listing.is_newest_first || is_below()) {
        return true;
    }
    let (Some(date), Some(at)) = (before.date, at) else {
        return false;
    };
    let window = SignedDuration::try_from(window).unwrap_or(SignedDuration::MAX);
    let oldest = date.checked_sub(window.saturating_add(FOREIGN_CLOCK));
    let newest = date.checked_sub(FOREIGN_CLOCK).unwrap_or(Timestamp::MIN);
    at >= oldest.unwrap_or(Timestamp::MIN) && at < newest
}

fn candidates(pending: &PendingTicket, new: &New<'_>, window: Duration) -> Vec<TicketCandidate> {
    let of = |seen: &Seen, resemblance| candidate(pending, seen, resemblance, window);
    let same = (new.same.iter()).map(|seen| of(seen, Resemblance::SameText));
    let folded = (new.folded.iter()).map(|seen| of(seen, Resemblance::SimilarText));
    let doubtful = (new.doubtful.iter()).map(|(seen, resemblance)| of(seen, *resemblance));
    let others = (new.others.iter()).map(|seen| of(seen, Resemblance::OtherText));
    let mut candidates: Vec<TicketCandidate> =
        same.chain(folded).chain(doubtful).chain(others).collect();
    candidates.sort_by_key(|candidate| {
        (
            candidate.resemblance,
            candidate.in_time != Some(true),
            Reverse(candidate.created_at.instant()),
        )
    });
    candidates.truncate(MOST_CANDIDATES);
    candidates
}

fn candidate(
    pending: &PendingTicket,
    seen: &Seen,
    resemblance: Resemblance,
    window: Duration,
) -> TicketCandidate {
    let TicketRow { id, created_at, .. } = &seen.row;
    let mut candidate = TicketCandidate::new(id.clone(), created_at.clone(), resemblance);
    candidate.in_time = is_in_time(pending, seen, window);
    candidate
}

/// Whether a ticket was opened while the POST was under way or `late` after it, by the clock of the service. `None`: cannot be
/// told.
fn is_in_time(pending: &PendingTicket, seen: &Seen, late: Duration) -> Option<bool> {
    let (span, at) = pending.span.zip(seen.row.created_at.instant())?;
    let late = SignedDuration::try_from(late).unwrap_or(SignedDuration::MAX);
    let from = span
        .from
        .checked_sub(FOREIGN_CLOCK)
        .unwrap_or(Timestamp::MIN);
    let until = (span.until)
        .checked_add(late.saturating_add(FOREIGN_CLOCK))
        .unwrap_or(Timestamp::MAX);
    Some(at >= from && at <= until)
}

#[cfg(test)]
mod tests;
