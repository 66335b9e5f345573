//! What was looked up lately, so that it need not be asked for again.

use super::choices::{
    Category, Choices, ExtraField, ProblemType, Product, Region, Severities, Template,
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// Answers of one kind that are kept. More than anybody asks for; beyond that all are asked for anew.
const MOST_ANSWERS: usize = 256;

/// Of a product, where one is named, and a category.
pub(super) type Of = (Option<String>, Option<String>);

/// The answers of each kind, by what was asked.
#[derive(Default)]
pub(super) struct Kept {
    pub(super) categories: Answers<(), Choices<Category>>,
    pub(super) products: Answers<Option<String>, Choices<Product>>,
    pub(super) problem_types: Answers<Of, Choices<ProblemType>>,
    pub(super) templates: Answers<String, Choices<Template>>,
    pub(super) severities: Answers<(String, String), Severities>,
    pub(super) regions: Answers<(), Choices<Region>>,
    pub(super) extra_fields: Answers<(String, Of), Choices<ExtraField>>,
}

impl Kept {
    /// All is asked for anew.
    pub(super) fn forget(&self) {
        self.categories.forget();
        self.products.forget();
        self.problem_types.forget();
        self.templates.forget();
        self.severities.forget();
        self.regions.forget();
        self.extra_fields.forget();
    }
}

/// Answers of one kind.
pub(super) struct Answers<K, V>(Mutex<Held<K, V>>);

struct Held<K, V> {
    /// Each with the moment of the monotonic clock at which it was asked for.
    answers: BTreeMap<K, (Duration, Arc<V>)>,
    /// How often all was forgotten.
    forgotten: u64,
}

/// When a question was asked.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    at: Duration,
    forgotten: u64,
}

impl<K, V> Default for Answers<K, V> {
    fn default() -> Self {
        Self(Mutex::new(Held {
            answers: BTreeMap::new(),
            forgotten: 0,
        }))
    }
}

impl<K: Ord, V> Answers<K, V> {
    /// The answer, unless it is older than `age`.
    pub(super) fn get(&self, key: &K, now: Duration, age: Duration) -> Option<Arc<V>> {
        let held = self.lock();
        let (at, answer) = held.answers.get(key)?;
        (now.saturating_sub(*at) <= age).then(|| Arc::clone(answer))
    }

    /// A question that is asked at the moment `now`.
    pub(super) fn ask(&self, now: Duration) -> Asked {
        Asked {
            at: now,
            forgotten: self.lock().forgotten,
        }
    }

    /// Keeps an answer, unless one that was asked for later is kept, or all was forgotten since.
    pub(super) fn put(&self, key: K, asked: Asked, answer: Arc<V>) {
        let mut held = self.lock();
        let has_later = (held.answers.get(&key)).is_some_and(|(at, _)| *at > asked.at);
        if has_later || held.forgotten != asked.forgotten {
            return;
        }
        if held.answers.len() >= MOST_ANSWERS {
            held.answers.clear();
        }
        held.answers.insert(key, (asked.at, answer));
    }

    fn forget(&self) {
        let mut held = self.lock();
        held.answers.clear();
        held.forgotten = held.forgotten.wrapping_add(1);
    }

    fn lock(&self) -> MutexGuard<'_, Held<K, V>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: fn(u64) -> Duration = Duration::from_secs;

    #[test]
    fn an_answer_that_comes_late_takes_the_place_of_no_later_one() {
        let answers: Answers<(), &str> = Answers::default();
        let slow = answers.ask(S(1));
        let quick = answers.ask(S(2));
        answers.put((), quick, Arc::new("later"));
        answers.put((), slow, Arc::new("earlier"));
        let kept = || answers.get(&(), S(3), S(600));
        assert_eq!(kept().as_deref(), Some(&"later"));
        // What was asked for before all was forgotten is not asked for anew.
        let before = answers.ask(S(3));
        answers.forget();
        answers.put((), before, Arc::new("before"));
        assert_eq!(kept(), None);
        answers.put((), answers.ask(S(3)), Arc::new("anew"));
        assert_eq!(kept().as_deref(), Some(&"anew"));
    }
}
