//! What is aimed at, and what of it this run holds. Nothing fails that misses an aim: the page says so.

use super::figures::{
    BARE, BLOCKING, Count, Figures, GENERATED, PLAIN, PLAIN_BLOCKING, PRISM, SAME_DECODE,
    SIMULATOR, VERB,
};

/// The pages that are aimed at together: one row, with a figure for each.
pub(super) const PAGES: &[&str] = &["page1", "page10", "page100"];
const SIGNED: &[&str] = &["signed"];
const FLIGHT: &[&str] = &["flight"];
const DECODE: &[&str] = &["decode"];
const DOWNLOAD: &[&str] = &["download"];
/// What is asked of the servers.
const ASKED: &[&str] = &["page10"];

/// How many times what plain code takes a call may take.
const CALL: Bound = Bound::Most(1.05);
/// The same of one that is signed, where plain code sends a token.
const SIGNED_CALL: Bound = Bound::Most(1.15);
/// The same of a verb, which makes types of its own and proves order and end. Above the bar its profile and what was tried
/// belong into `docs/speed.md`; above the end it is not held.
const VERB_CALL: Bound = Bound::Bar {
    bar: 1.05,
    end: 1.10,
};
/// So many allocations a generated call may make more than plain code.
const ALLOCATIONS: Bound = Bound::Most(10.0);
/// How fast answers are read, as a share of how fast serde_json alone does.
const READ: Bound = Bound::Least(0.6);

/// What a figure must be.
#[derive(Clone, Copy)]
enum Bound {
    Most(f64),
    Least(f64),
    /// At most the bar, and never more than the end.
    Bar {
        bar: f64,
        end: f64,
    },
}

/// On which side of its bound a figure is; the worst comes last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Held,
    /// Above the bar, and not above the end.
    Above,
    Missed,
}

impl Bound {
    fn side(self, figure: f64) -> Side {
        let (is_held, is_above) = match self {
            Self::Most(most) => (figure <= most, false),
            Self::Least(least) => (figure >= least, false),
            Self::Bar { bar, end } => (figure <= bar, figure <= end),
        };
        match (is_held, is_above) {
            (true, _) => Side::Held,
            (false, true) => Side::Above,
            (false, false) => Side::Missed,
        }
    }
}

/// Something that is aimed at, in one work or in several.
pub(super) struct Aim {
    pub(super) what: &'static str,
    pub(super) works: &'static [&'static str],
    bound: Bound,
    /// Those of this run, one for each work, as far as they were measured.
    figures: Vec<Option<f64>>,
}

impl Aim {
    fn new(
        what: &'static str,
        works: &'static [&'static str],
        bound: Bound,
        figure: impl Fn(&str) -> Option<f64>,
    ) -> Self {
        let figures = works.iter();
        let figures = figures.map(|work| figure(work).filter(|figure| figure.is_finite()));
        Self {
            what,
            works,
            bound,
            figures: figures.collect(),
        }
    }

    /// The bound, in words.
    pub(super) fn wanted(&self) -> String {
        let told = |bound: f64| match bound.fract() == 0.0 {
            true => format!("{bound:.0}"),
            false => format!("{bound:.2}"),
        };
        match self.bound {
            Bound::Most(most) => format!("at most {}", told(most)),
            Bound::Least(least) => format!("at least {}", told(least)),
            Bound::Bar { bar, end } => {
                format!("at most {}; not held above {}", told(bar), told(end))
            }
        }
    }

    /// The figures, with as many places as tell on which side of the bound they are. Those that are not within it are bold.
    pub(super) fn here(&self) -> String {
        if self.figures.iter().all(Option::is_none) {
            return "missing".to_owned();
        }
        let told = self.figures.iter().map(|figure| match figure {
            None => "missing".to_owned(),
            Some(figure) if self.bound.side(*figure) == Side::Held => format!("{figure:.3}"),
            Some(figure) => format!("**{figure:.3}**"),
        });
        told.collect::<Vec<_>>().join(", ")
    }

    /// Whether it is held, in every work. Of a figure that is missing nobody knows.
    pub(super) fn held(&self) -> &'static str {
        let known = self.figures.iter().flatten();
        match known.map(|figure| self.bound.side(*figure)).max() {
            Some(Side::Missed) => "**no**",
            _ if self.figures.iter().any(Option::is_none) => "not known",
            Some(Side::Above) => "above its bar: see [speed.md](speed.md)",
            _ => "yes",
        }
    }
}

/// All of them.
pub(super) fn aims(figures: &Figures) -> Vec<Aim> {
    let mut aims = Vec::new();
    aims.extend(calls(figures));
    aims.extend(same_decode(figures));
    aims.extend(verbs(figures));
    aims.extend(reading(figures));
    aims.extend(servers(figures));
    aims
}

/// Generated calls beside plain code.
fn calls(figures: &Figures) -> [Aim; 7] {
    let time = "generated call: times the processor time of plain reqwest";
    let counted = "generated call: times the instructions of plain reqwest";
    let allocated = "generated call: allocations more than plain reqwest";
    let takes = |work: &str| figures.takes(work, GENERATED, PLAIN);
    let instructions = |work: &str| instructions(figures, work, GENERATED, PLAIN);
    let allocations = |work: &str| {
        let (own, plain) = both(figures, work, GENERATED, PLAIN)?;
        Some(own.allocations - plain.allocations)
    };
    [
        Aim::new(time, PAGES, CALL, takes),
        Aim::new(time, SIGNED, SIGNED_CALL, takes),
        Aim::new(time, FLIGHT, CALL, takes),
        Aim::new(counted, PAGES, CALL, instructions),
        Aim::new(counted, SIGNED, SIGNED_CALL, instructions),
        Aim::new(allocated, PAGES, ALLOCATIONS, allocations),
        Aim::new(allocated, SIGNED, ALLOCATIONS, allocations),
    ]
}

/// Generated calls beside plain code that decodes as they do: what is left is the call itself.
fn same_decode(figures: &Figures) -> [Aim; 2] {
    let time = "generated call: times the processor time of plain reqwest, decoded as here";
    let counted = "generated call: times the instructions of plain reqwest, decoded as here";
    let takes = |work: &str| figures.takes(work, GENERATED, SAME_DECODE);
    let instructions = |work: &str| instructions(figures, work, GENERATED, SAME_DECODE);
    [
        Aim::new(time, PAGES, CALL, takes),
        Aim::new(counted, PAGES, CALL, instructions),
    ]
}

/// Verbs beside plain code: one that blocks beside plain code that blocks.
fn verbs(figures: &Figures) -> [Aim; 5] {
    let time = "verb `history`: times the processor time of plain reqwest";
    let counted = "verb `history`: times the instructions of plain reqwest";
    let blocking_time =
        "verb `history`, blocking: times the processor time of plain reqwest, blocking";
    let blocking_counted =
        "verb `history`, blocking: times the instructions of plain reqwest, blocking";
    let stream = "verb: times the processor time of reqwest's own stream";
    let takes = |work: &str| figures.takes(work, VERB, PLAIN);
    let instructions_of = |work: &str| instructions(figures, work, VERB, PLAIN);
    let blocking_takes = |work: &str| figures.takes(work, BLOCKING, PLAIN_BLOCKING);
    let blocking_instructions = |work: &str| instructions(figures, work, BLOCKING, PLAIN_BLOCKING);
    [
        Aim::new(time, PAGES, VERB_CALL, takes),
        Aim::new(counted, PAGES, VERB_CALL, instructions_of),
        Aim::new(blocking_time, PAGES, VERB_CALL, blocking_takes),
        Aim::new(blocking_counted, PAGES, VERB_CALL, blocking_instructions),
        Aim::new(stream, DOWNLOAD, CALL, takes),
    ]
}

/// How fast answers are read. A speed is the other way round than a time.
fn reading(figures: &Figures) -> [Aim; 2] {
    let call = "generated call, out of memory: times the speed of serde_json alone";
    let verb = "verb `history`, out of memory: times the speed of serde_json alone";
    let decodes = |work: &str| figures.takes(work, PLAIN, GENERATED);
    let reads = |work: &str| figures.takes(work, PLAIN, VERB);
    [
        Aim::new(call, DECODE, READ, decodes),
        Aim::new(verb, DECODE, READ, reads),
    ]
}

/// The simulator beside other servers: how many answers it gives in the time of one of theirs.
fn servers(figures: &Figures) -> [Aim; 2] {
    let bare = "simulator: times the answers of a bare axum handler, for the same processor time";
    let prism = "simulator: times the answers of Prism, for the same processor time";
    let answers = |other: &str| figures.answers(SIMULATOR, other);
    [
        Aim::new(bare, ASKED, Bound::Least(0.6), |_| answers(BARE)),
        Aim::new(prism, ASKED, Bound::Least(30.0), |_| answers(PRISM)),
    ]
}

/// How many times the instructions of `other` this way takes for this work.
fn instructions(figures: &Figures, work: &str, way: &str, other: &str) -> Option<f64> {
    let (own, other) = both(figures, work, way, other)?;
    Some(own.instructions / other.instructions)
}

/// What was counted of both ways.
fn both<'a>(
    figures: &'a Figures,
    work: &str,
    way: &str,
    other: &str,
) -> Option<(&'a Count, &'a Count)> {
    Some((figures.count(work, way)?, figures.count(work, other)?))
}
