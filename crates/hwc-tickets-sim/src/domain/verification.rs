//! Contacts are verified with codes. Codes and verifications are those of a customer, and end.

use std::collections::BTreeMap;

use super::contact::Contact;
use super::text::Text;

/// Milliseconds for which a code is good.
pub(super) const GOOD_FOR: i64 = 5 * 60 * 1000;

/// What is known of the contacts of all customers, each by the index of the customer.
#[derive(Clone, Debug, Default)]
pub(super) struct Contacts {
    pub(super) codes: BTreeMap<(u32, Contact), Sent>,
    pub(super) verified: BTreeMap<(u32, Contact), Verification>,
    /// How many codes were ever made.
    pub(super) codes_made: u64,
    /// How many verifications there ever were.
    pub(super) verifications: u64,
    /// The day of the last code, and how many were sent on it.
    pub(super) sent: BTreeMap<u32, (i64, u32)>,
}

/// A code that was sent.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    /// Absent once it was used.
    pub(super) code: Option<Text>,
    pub(super) at: i64,
}

impl Sent {
    pub(super) fn is_good(&self, now: i64) -> bool {
        now.saturating_sub(self.at) < GOOD_FOR
    }
}

/// A verification that came of a code.
#[derive(Clone, Debug)]
pub(super) struct Verification {
    pub(super) id: Text,
    pub(super) number: u64,
    pub(super) until: i64,
}

/// The entries of a customer for what reaches the same as `contact`.
pub(super) fn of<'m, T>(
    map: &'m BTreeMap<(u32, Contact), T>,
    person: u32,
    contact: &Contact,
) -> impl Iterator<Item = (&'m Contact, &'m T)> {
    // Country codes come last in the order, so those of one number are neighbours.
    let first = Contact {
        area_code: String::new(),
        ..contact.clone()
    };
    map.range((person, first)..)
        .take_while(move |((of, it), _)| {
            *of == person && it.way == contact.way && it.value == contact.value
        })
        .map(|((_, it), kept)| (it, kept))
        .filter(move |(it, _)| it.reaches(contact))
}

/// Puts an entry in the place of all that reach the same.
pub(super) fn put<T>(
    map: &mut BTreeMap<(u32, Contact), T>,
    person: u32,
    contact: Contact,
    value: T,
) {
    let before: Vec<Contact> = of(map, person, &contact)
        .map(|(it, _)| it.clone())
        .collect();
    for contact in before {
        map.remove(&(person, contact));
    }
    map.insert((person, contact), value);
}
