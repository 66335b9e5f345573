//! What one look at a ticket tells about a submit in doubt.
//!
//! Found: a message that was not there before, that no other own submit can have made, in whatever form, and that is none
//! of those that were there before. Not there: nothing came from the customer's side, and no unproven end, clock or
//! comparison is part of that proof. Everything else stays unclear.

use super::{
    baseline::Seen,
    likeness::Likeness,
    mark::mark,
    outcome::{Candidate, Resemblance},
    own::{AfterLook, Standing},
    pending::Pending,
    snapshot::Snapshot,
};
use crate::{client::Parts, doubt::moment::FOREIGN_CLOCK, messages::message::Message};
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;

/// Candidates that are shown. More help nobody.
const MOST_CANDIDATES: usize = 20;

/// What one look tells.
pub(super) enum Verdict {
    Found {
        message: Box<Message>,
        /// The same, as it was seen, if no other submit and no other message can be meant.
        landed: Option<Seen>,
    },
    /// Everything since the baseline was seen, and nothing of it can be the message.
    NotThere,
    /// These could be it.
    Unclear(Vec<Candidate>),
}

/// What a snapshot holds that may not have been there before.
#[derive(Default)]
struct New<'a> {
    same: Vec<&'a Message>,
    folded: Vec<&'a Message>,
    others: Vec<&'a Message>,
    /// Messages of either side.
    count: u64,
    /// Some of the customer's side are so old that they may have been there without having been seen.
    below: bool,
}

pub(super) fn judge(
    parts: &Parts,
    own: &AfterLook<'_>,
    pending: &Pending,
    snapshot: &Snapshot,
) -> Verdict {
    let author = parts.author_id.as_deref();
    let new = match sort(pending, snapshot, author) {
        Ok(new) => new,
        Err(found) => {
            return Verdict::Found {
                message: Box::new(found.clone()),
                landed: None,
            };
        }
    };
    let candidates = || candidates(parts, pending, &new);
    let Some(baseline) = &pending.baseline else {
        // What is new cannot be told from what is old: only clocks would say so.
        return Verdict::Unclear(candidates());
    };
    let alike: Vec<&Message> = new.same.iter().chain(&new.folded).copied().collect();
    let mut standing = match (&alike[..], &new.others[..]) {
        // Nothing came, so nothing has to be told from others.
        ([], []) => Standing::default(),
        _ => match own.standing(pending, &alike) {
            Ok(standing) => standing,
            Err(_) => return Verdict::Unclear(candidates()),
        },
    };
    if !alike.is_empty() {
        standing.rivals += baseline.vanished(snapshot, new.count);
    }
    // In no order of time, an older one that was out of sight before looks as new.
    if baseline.tells_new_in(snapshot)
        && let Some(found) = found(parts, pending, &new, &standing)
    {
        return Verdict::Found {
            message: Box::new(found.clone()),
            landed: landed(&new, &standing, snapshot),
        };
    }
    // What another submit was found to have made says nothing: it could be this one, altered. A tag does.
    let nothing_came =
        alike.is_empty() && (new.others.iter()).all(|message| standing.holds_tag_of(message));
    let is_absent = nothing_came
        && baseline.proves_nothing_came(snapshot, new.below)
        && !own.forbids_absence(pending);
    if is_absent {
        Verdict::NotThere
    } else {
        Verdict::Unclear(candidates())
    }
}

/// What is new, by how much it looks like `pending`. `Err`: one that is it for sure.
fn sort<'a>(
    pending: &Pending,
    snapshot: &'a Snapshot,
    author: Option<&str>,
) -> Result<New<'a>, &'a Message> {
    let reference = pending.reference.as_deref();
    let seen = (pending.baseline.as_ref())
        .map(|baseline| baseline.seen.counts())
        .unwrap_or_default();
    let mut new = New::default();
    for (key, row) in snapshot.rows() {
        let message = &row.message;
        let known = seen.get(&mark(key)).copied().unwrap_or(0);
        let more = row.count.saturating_sub(known);
        if more == 0 {
            continue;
        }
        let likeness = pending
            .fingerprint
            .likeness(message, row.forms(), author, reference);
        if likeness == Likeness::Proven {
            return Err(message);
        }
        if (pending.baseline.as_ref()).is_some_and(|baseline| baseline.is_below(message)) {
            new.below |= likeness != Likeness::Different;
            continue;
        }
        new.count += more as u64;
        let list = match likeness {
            Likeness::Same => &mut new.same,
            Likeness::Folded => &mut new.folded,
            Likeness::Possible => &mut new.others,
            Likeness::Proven | Likeness::Different => continue,
        };
        list.extend(std::iter::repeat_n(message, more));
    }
    Ok(new)
}

/// The message that must be that of `pending`, because other own submits cannot have made all that look like it.
fn found<'a>(
    parts: &Parts,
    pending: &Pending,
    new: &New<'a>,
    standing: &Standing,
) -> Option<&'a Message> {
    // One that a lagging read before the submit may have left out is not it. It still counts: it may be that of
    // another submit, which then made none of the others.
    let is_younger = |message: &&Message| {
        !(pending.baseline.as_ref())
            .is_some_and(|baseline| baseline.may_have_missed(message, parts.consistency_window))
    };
    let counts = |message: &&&Message| {
        // The same text may have been sent again since, and nobody counted that: what was made later is no
        // proof. It does not stand against it either, because clocks may differ.
        standing.is_kept
            || is_in_span(
                pending,
                message,
                FOREIGN_CLOCK,
                Some(parts.consistency_window),
            ) == Some(true)
    };
    let same: Vec<&Message> = new.same.iter().filter(counts).copied().collect();
    let folded: Vec<&Message> = new.folded.iter().filter(counts).copied().collect();
    if same.is_empty() {
        // Alike, not equal: good enough only when nothing else can be meant.
        let [only] = folded[..] else { return None };
        return (standing.rivals == 0 && new.folded.len() == 1 && new.same.is_empty())
            .then_some(only)
            .filter(is_younger);
    }
    // What is alike only after folding may be a colleague's: it is not counted against the rivals.
    let enough = same.len() > standing.rivals;
    same.into_iter()
        .filter(|message| enough && is_younger(message))
        .max_by_key(|message| message.created_at.instant())
}

/// The message that was found, if it was the only one: of several, each could be that of another submit.
fn landed(new: &New<'_>, standing: &Standing, snapshot: &Snapshot) -> Option<Seen> {
    let ([only], []) = (&new.same[..], &new.folded[..]) else {
        return None;
    };
    if !standing.is_kept || standing.rivals > 0 {
        return None;
    }
    let key = only.key();
    let (_, row) = snapshot.rows().find(|(other, _)| *other == key)?;
    Some(Seen::of(key, row.count))
}

/// What a person may want to look at, the most alike first.
fn candidates(parts: &Parts, pending: &Pending, new: &New<'_>) -> Vec<Candidate> {
    let slack = Some(parts.consistency_window);
    let of = |resemblance| {
        move |message: &&&Message| {
            let in_time = is_in_span(pending, message, FOREIGN_CLOCK, slack);
            // Without a baseline everything counts as new: then the time is all there is to go by.
            let is_worth_a_look = pending.baseline.is_some()
                || resemblance != Resemblance::OtherText
                || in_time == Some(true);
            is_worth_a_look.then(|| Candidate {
                message: (**message).clone(),
                resemblance,
                in_time,
            })
        }
    };
    let same = new
        .same
        .iter()
        .filter_map(|m| of(Resemblance::SameText)(&m));
    let folded = (new.folded.iter()).filter_map(|m| of(Resemblance::SimilarText)(&m));
    let others = (new.others.iter()).filter_map(|m| of(Resemblance::OtherText)(&m));
    let mut candidates: Vec<Candidate> = same.chain(folded).chain(others).collect();
    candidates.sort_by_key(|candidate| {
        (
            candidate.resemblance,
            candidate.in_time != Some(true),
            std::cmp::Reverse(candidate.message.created_at.instant()),
        )
    });
    candidates.truncate(MOST_CANDIDATES);
    candidates
}

/// Whether `message` was made while the POST was under way, or `late` after it (`None`: any later), by the
/// clock of the service and give or take `slack`. `None`: cannot be told.
fn is_in_span(
    pending: &Pending,
    message: &Message,
    slack: SignedDuration,
    late: Option<Duration>,
) -> Option<bool> {
    let (span, at) = pending.span.zip(message.created_at.instant())?;
    let from = span.from.checked_sub(slack).unwrap_or(Timestamp::MIN);
    let until = late.map(|late| {
        let late = SignedDuration::try_from(late).unwrap_or(SignedDuration::MAX);
        span.until
            .checked_add(late.saturating_add(slack))
            .unwrap_or(Timestamp::MAX)
    });
    Some(at >= from && until.is_none_or(|until| at <= until))
}

#[cfg(test)]
mod tests;
