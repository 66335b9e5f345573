//! Which of the exchanges answers a request.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::asked::{Asked, Difference};
use super::exchange::Exchange;

/// The exchanges by name, and what was given of them.
pub(super) struct Shelf {
    entries: BTreeMap<String, Entry>,
    /// Requests that no exchange answered.
    unmatched: AtomicUsize,
    /// The one that every request is held against. Locked while one is chosen.
    selected: Mutex<Option<String>>,
}

/// An exchange, and how often it was given.
pub(super) struct Entry {
    pub(super) exchange: Exchange,
    given: AtomicUsize,
}

/// Why no exchange answers.
pub(super) enum Refusal {
    /// There is none of that name.
    Unknown(String),
    /// The request is not that of the exchange that was asked for.
    Other {
        name: String,
        differences: Vec<Difference>,
    },
    /// The request is that of no exchange, and of this one most nearly.
    Nearest {
        name: String,
        differences: Vec<Difference>,
    },
}

impl Entry {
    pub(super) fn given(&self) -> usize {
        self.given.load(Ordering::Relaxed)
    }
}

impl Shelf {
    pub(super) fn of(exchanges: Vec<Exchange>) -> Self {
        let entry = |exchange: Exchange| {
            let entry = Entry {
                given: AtomicUsize::new(0),
                exchange,
            };
            (entry.exchange.name.clone(), entry)
        };
        Shelf {
            entries: exchanges.into_iter().map(entry).collect(),
            unmatched: AtomicUsize::new(0),
            selected: Mutex::new(None),
        }
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    pub(super) fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries.get(name)
    }

    pub(super) fn unmatched(&self) -> usize {
        self.unmatched.load(Ordering::Relaxed)
    }

    pub(super) fn selected(&self) -> Option<String> {
        self.lock().clone()
    }

    /// From now on this one answers, or nothing. It is as if it had never been given.
    pub(super) fn select(&self, entry: &Entry) {
        let mut selected = self.lock();
        entry.given.store(0, Ordering::Relaxed);
        *selected = Some(entry.exchange.name.clone());
    }

    /// Back to the beginning: none is selected, and nothing was given.
    pub(super) fn reset(&self) {
        let mut selected = self.lock();
        *selected = None;
        self.unmatched.store(0, Ordering::Relaxed);
        for entry in self.entries() {
            entry.given.store(0, Ordering::Relaxed);
        }
    }

    /// The exchange that answers: the wanted one, or the selected one; without either, those with an equal request take turns.
    pub(super) fn choose(&self, asked: &Asked, wanted: Option<String>) -> Result<&Entry, Refusal> {
        let selected = self.lock();
        let chosen = match wanted.or_else(|| selected.clone()) {
            Some(name) => self.named(asked, name),
            None => self.in_turn(asked),
        };
        match &chosen {
            Ok(entry) => entry.given.fetch_add(1, Ordering::Relaxed),
            Err(_) => self.unmatched.fetch_add(1, Ordering::Relaxed),
        };
        chosen
    }

    fn named(&self, asked: &Asked, name: String) -> Result<&Entry, Refusal> {
        let Some(entry) = self.entry(&name) else {
            return Err(Refusal::Unknown(name));
        };
        let differences = asked.differences(&entry.exchange.request);
        match differences.is_empty() {
            true => Ok(entry),
            false => Err(Refusal::Other { name, differences }),
        }
    }

    /// Of the exchanges with an equal request, those that name the most headers, and of these the one least given.
    fn in_turn(&self, asked: &Asked) -> Result<&Entry, Refusal> {
        let headers = |entry: &&Entry| entry.exchange.request.headers.len();
        let equal = |entry: &&Entry| {
            let request = &entry.exchange.request;
            asked.distance(request) == 0 && asked.differences(request).is_empty()
        };
        let equal: Vec<&Entry> = self.entries().filter(equal).collect();
        let most = equal.iter().map(headers).max();
        let equal = equal.into_iter();
        equal
            .filter(|entry| Some(headers(entry)) == most)
            .min_by_key(|entry| entry.given())
            .ok_or_else(|| self.nearest(asked))
    }

    fn nearest(&self, asked: &Asked) -> Refusal {
        let distance = |entry: &&Entry| asked.distance(&entry.exchange.request);
        let least = self.entries().map(|entry| distance(&entry)).min();
        let near = self
            .entries()
            .filter(|entry| Some(distance(entry)) == least)
            .map(|entry| (entry, asked.differences(&entry.exchange.request)));
        match near.min_by_key(|(_, differences)| differences.len()) {
            Some((entry, differences)) => Refusal::Nearest {
                name: entry.exchange.name.clone(),
                differences,
            },
            None => Refusal::Unknown(String::new()),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<String>> {
        self.selected.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
