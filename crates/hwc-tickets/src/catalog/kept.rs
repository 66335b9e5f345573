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
        self.categories.lock().clear();
        self.products.lock().clear();
        self.problem_types.lock().clear();
        self.templates.lock().clear();
        self.severities.lock().clear();
        self.regions.lock().clear();
        self.extra_fields.lock().clear();
    }
}

/// Answers of one kind, each with the moment of the monotonic clock at which it was asked for.
pub(super) struct Answers<K, V>(Mutex<BTreeMap<K, (Duration, Arc<V>)>>);

impl<K, V> Default for Answers<K, V> {
    fn default() -> Self {
        Self(Mutex::new(BTreeMap::new()))
    }
}

impl<K: Ord, V> Answers<K, V> {
    /// The answer, unless it is older than `age`.
    pub(super) fn get(&self, key: &K, now: Duration, age: Duration) -> Option<Arc<V>> {
        let answers = self.lock();
        let (at, answer) = answers.get(key)?;
        (now.saturating_sub(*at) <= age).then(|| Arc::clone(answer))
    }

    pub(super) fn put(&self, key: K, at: Duration, answer: Arc<V>) {
        let mut answers = self.lock();
        if answers.len() >= MOST_ANSWERS {
            answers.clear();
        }
        answers.insert(key, (at, answer));
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<K, (Duration, Arc<V>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
