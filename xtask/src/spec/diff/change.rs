//! One difference between two editions of what is published: its class, where it stands, and which operations see it.

use crate::problem::{Place, Problem};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// What a difference does to who uses the description.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// It is read by people alone.
    Words,
    /// What was right stays right; there is more.
    Additive,
    /// A program that was right before may be wrong now.
    Breaking,
}

impl Class {
    /// Every class, the worst first.
    pub const ALL: [Self; 3] = [Self::Breaking, Self::Additive, Self::Words];

    /// Its name for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Breaking => "breaking",
            Self::Additive => "additive",
            Self::Words => "words only",
        }
    }
}

/// Which way the data goes in which a difference stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Way {
    /// To the service.
    Request,
    /// From the service.
    Answer,
    /// In both, in neither, or nobody knows.
    Both,
}

impl Way {
    fn of(self, operation: &str) -> String {
        match self {
            Self::Request => format!("request of {operation}"),
            Self::Answer => format!("answer of {operation}"),
            Self::Both => operation.to_owned(),
        }
    }
}

/// Most operations that are named for one difference; after them only their number is told.
const NAMED: usize = 3;

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The worst that it does in any place where it is seen.
    pub class: Class,
    /// The file, below the root of the workspace.
    pub file: &'static str,
    /// Where: in the file as it is now; what is gone, in the file as it was.
    pub pointer: String,
    /// The same in words.
    pub place: String,
    /// What is different.
    pub what: String,
    uses: BTreeSet<(String, Way)>,
}

impl Change {
    /// The operations that see it; none, if it belongs to the whole.
    pub fn operations(&self) -> impl Iterator<Item = &str> {
        self.uses.iter().map(|(operation, _)| operation.as_str())
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = match (self.place.as_str(), self.uses.is_empty()) {
            ("", true) => "the whole",
            ("", false) => "the operation",
            (place, _) => place,
        };
        write!(f, "  {place}: {}", self.what)?;
        if !self.uses.is_empty() {
            let named = self.uses.iter().take(NAMED);
            let named: Vec<String> = named.map(|(name, way)| way.of(name)).collect();
            write!(f, "\n    {}", named.join(", "))?;
            let more = self.uses.len().saturating_sub(NAMED);
            if more > 0 {
                write!(f, " and {more} more")?;
            }
        }
        write!(f, "\n    {}#{}", self.file, self.pointer)
    }
}

/// Everything that is different.
#[derive(Debug, Default)]
pub struct Report {
    found: BTreeMap<(&'static str, String, String), Change>,
    /// Differences of a kind that no table knows, with their place.
    pub unclassified: Vec<Problem>,
}

impl Report {
    /// The differences, sorted by where they are.
    pub fn changes(&self) -> impl Iterator<Item = &Change> {
        self.found.values()
    }

    /// The worst class of all of them.
    #[must_use]
    pub fn worst(&self) -> Option<Class> {
        self.changes().map(|change| change.class).max()
    }

    /// Takes a difference in. What several operations see at one place is one difference, as bad as for the worst of them.
    pub(super) fn add(&mut self, mut change: Change, operation: Option<&str>, way: Way) {
        change
            .uses
            .extend(operation.map(|operation| (operation.to_owned(), way)));
        let key = (change.file, change.pointer.clone(), change.what.clone());
        match self.found.get_mut(&key) {
            Some(known) => {
                known.class = known.class.max(change.class);
                known.uses.append(&mut change.uses);
            }
            None => {
                self.found.insert(key, change);
            }
        }
    }

    /// A difference that belongs to nobody yet.
    pub(super) fn change(
        class: Class,
        file: &'static str,
        pointer: &str,
        place: &str,
        what: String,
    ) -> Change {
        Change {
            class,
            file,
            pointer: pointer.to_owned(),
            place: place.to_owned(),
            what,
            uses: BTreeSet::new(),
        }
    }

    /// A difference that no table knows.
    pub(super) fn unknown(&mut self, file: &str, pointer: &str, what: String) {
        let problem = Problem::at(
            Place::pointer(file, pointer),
            what,
            "say in xtask/src/spec/diff/table.rs whether such a change is breaking, additive or words only, and in \
             spec/README.md what the key means",
        );
        if !self.unclassified.contains(&problem) {
            self.unclassified.push(problem);
        }
    }
}

impl fmt::Display for Report {
    /// The differences by class, the worst first.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut is_first = true;
        for class in Class::ALL {
            let of_class: Vec<&Change> = self.changes().filter(|it| it.class == class).collect();
            if of_class.is_empty() {
                continue;
            }
            if !std::mem::take(&mut is_first) {
                f.write_str("\n")?;
            }
            writeln!(f, "{} ({})", class.name(), of_class.len())?;
            for change in of_class {
                writeln!(f, "{change}")?;
            }
        }
        Ok(())
    }
}
