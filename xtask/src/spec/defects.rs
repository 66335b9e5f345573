//! Defects on purpose: slips of every kind, drawn by a seed and put into the description in memory, one at a time. A
//! slip that neither the facts nor the rules nor the recorded exchanges see could be made by anybody.

mod draw;

use super::{
    examples::Records,
    facts::{Codes, Facts},
    lint, pointer,
    read::{self, Description},
};
use crate::{
    file::Workspace,
    problem::{Place, Problem, Problems, Result},
    tables::error_codes,
};
pub use draw::draw;
use serde_yaml::{Mapping, Value};
use std::collections::BTreeMap;

/// What a defect is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Document {
    /// The description, put together.
    Description,
    /// The catalogue of error codes.
    Codes,
}

/// What is done to a place.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// Something else stands there.
    Put(Value),
    /// It is gone.
    Remove,
    /// Its key is another one.
    Rename(String),
}

/// One slip.
#[derive(Debug, Clone, PartialEq)]
pub struct Defect {
    /// Its kind.
    pub class: &'static str,
    /// What it is in.
    pub document: Document,
    /// Pointer to the place.
    pub at: String,
    /// What is done there.
    pub edit: Edit,
}

impl Defect {
    /// Makes the slip in `root`.
    pub fn apply(&self, root: &mut Value) {
        let key = pointer::last(&self.at);
        let parent = pointer::parent(&self.at).unwrap_or_default();
        match pointer::get_mut(root, parent) {
            Some(Value::Mapping(map)) => match &self.edit {
                Edit::Put(value) => {
                    map.insert(key.into(), value.clone());
                }
                Edit::Remove => {
                    map.shift_remove(key.as_str());
                }
                Edit::Rename(name) => {
                    let renamed: Mapping = std::mem::take(map)
                        .into_iter()
                        .map(
                            |(other, value)| match other.as_str() == Some(key.as_str()) {
                                true => (name.as_str().into(), value),
                                false => (other, value),
                            },
                        )
                        .collect();
                    *map = renamed;
                }
            },
            Some(Value::Sequence(list)) => {
                let index: Option<usize> = key.parse().ok();
                let index = index.filter(|index| *index < list.len());
                match (&self.edit, index) {
                    (Edit::Put(value), Some(index)) => {
                        if let Some(item) = list.get_mut(index) {
                            *item = value.clone();
                        }
                    }
                    (Edit::Remove, Some(index)) => {
                        list.remove(index);
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }

    fn told(&self) -> String {
        match &self.edit {
            Edit::Put(value) => format!(
                "here stands {} (class: {})",
                serde_json::to_string(value).unwrap_or_default(),
                self.class
            ),
            Edit::Remove => format!("this is gone (class: {})", self.class),
            Edit::Rename(name) => format!("this is called `{name}` (class: {})", self.class),
        }
    }
}

/// Who sees a defect, in the order they are asked: the quick one first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Witness {
    Facts,
    Rules,
    Exchanges,
}

/// What does not change from one defect to the next.
struct Judges<'w> {
    workspace: &'w Workspace,
    facts: Facts,
    records: Records,
}

impl Judges<'_> {
    fn witness(&self, description: &Description, codes: &Codes) -> Result<Option<Witness>> {
        if !self.facts.differences(description, codes).is_empty() {
            return Ok(Some(Witness::Facts));
        }
        let catalogue = serde_yaml::to_string(&codes.value).unwrap_or_default();
        if error_codes::read(&catalogue).is_err()
            || !lint::found(self.workspace, description)?.is_empty()
        {
            return Ok(Some(Witness::Rules));
        }
        let fits = self.records.check(description).is_ok();
        Ok((!fits).then_some(Witness::Exchanges))
    }
}

/// Draws `count` defects by `seed`, makes each in memory, and asks who sees it. No file is changed.
///
/// # Errors
/// Every defect that nothing sees, or the description has problems without any.
pub fn run(workspace: &Workspace, seed: u64, count: usize) -> Result<String> {
    let judges = Judges {
        workspace,
        facts: Facts::read(workspace)?,
        records: Records::read(workspace)?,
    };
    let mut description = read::read(workspace)?;
    let mut codes = Codes::read(workspace)?;
    if judges.witness(&description, &codes)?.is_some() {
        return Err(Problem::general(
            "the description has problems without any defect",
            "run `cargo xtask ci spec`, and mend what it names",
        )
        .into());
    }
    let drawn = draw(&description, &codes, seed, count);
    if drawn.len() < count {
        return Err(Problem::general(
            format!(
                "there are {} defects to draw, fewer than {count}",
                drawn.len()
            ),
            "ask for fewer with `--count`",
        )
        .into());
    }
    let mut missed = Vec::new();
    let mut seen: BTreeMap<Witness, usize> = BTreeMap::new();
    for defect in &drawn {
        let around = pointer::parent(&defect.at).unwrap_or_default();
        let root = match defect.document {
            Document::Description => &mut description.root,
            Document::Codes => &mut codes.value,
        };
        let clean = pointer::get(root, around).cloned();
        defect.apply(root);
        let witness = judges.witness(&description, &codes)?;
        let (root, place) = match defect.document {
            Document::Description => {
                let place = description.place(&defect.at);
                (&mut description.root, place)
            }
            Document::Codes => {
                let place = Place::pointer(super::ERRORS, &defect.at);
                (&mut codes.value, place)
            }
        };
        if let (Some(clean), Some(around)) = (clean, pointer::get_mut(root, around)) {
            *around = clean;
        }
        match witness {
            Some(witness) => *seen.entry(witness).or_default() += 1,
            None => missed.push(Problem::at(
                place,
                format!("nothing sees a defect of seed {seed}: {}", defect.told()),
                "add the fact in spec/facts with its document, or a rule in xtask/src/spec/lint",
            )),
        }
    }
    let by = |witness| seen.get(&witness).copied().unwrap_or_default();
    let told = format!(
        "{count} defects of seed {seed}, none missed: {} seen by the facts, {} by the rules, {} by the recorded exchanges",
        by(Witness::Facts),
        by(Witness::Rules),
        by(Witness::Exchanges)
    );
    Problems::unless_empty(missed, told)
}
