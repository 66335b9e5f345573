//! What is aimed at, and what of it this run holds. Nothing fails that misses an aim: the page says so.

use super::figures::{BARE, Count, Figures, GENERATED, PLAIN, PRISM, SIMULATOR, VERB};

/// Works of one request, and how many times what plain code takes a generated call may take for each.
const CALLS: [(&str, f64); 4] = [
    ("page1", 1.05),
    ("page10", 1.05),
    ("page100", 1.05),
    ("signed", 1.15),
];
/// So many allocations a generated call may make more than plain code.
const ALLOCATIONS: f64 = 10.0;
/// What is asked of the servers.
const ASKED: &str = "page10";

/// What a figure must be.
#[derive(Clone, Copy)]
enum Bound {
    Most(f64),
    Least(f64),
}

/// Something that is aimed at.
pub(super) struct Aim {
    pub(super) what: &'static str,
    pub(super) work: &'static str,
    bound: Bound,
    /// That of this run, if it was measured.
    figure: Option<f64>,
}

impl Aim {
    fn new(what: &'static str, work: &'static str, bound: Bound, figure: Option<f64>) -> Self {
        Self {
            what,
            work,
            bound,
            figure: figure.filter(|figure| figure.is_finite()),
        }
    }

    /// The bound, in words.
    pub(super) fn wanted(&self) -> String {
        match self.bound {
            Bound::Most(most) => format!("at most {most}"),
            Bound::Least(least) => format!("at least {least}"),
        }
    }

    /// The figure, with as many places as tell on which side of the bound it is.
    pub(super) fn here(&self) -> String {
        let told = |figure: f64| format!("{figure:.3}");
        self.figure.map_or_else(|| "missing".to_owned(), told)
    }

    /// Whether it is held. Of a figure that is missing nobody knows.
    pub(super) fn held(&self) -> &'static str {
        let is_held = self.figure.map(|figure| match self.bound {
            Bound::Most(most) => figure <= most,
            Bound::Least(least) => figure >= least,
        });
        match is_held {
            Some(true) => "yes",
            Some(false) => "**no**",
            None => "not known",
        }
    }
}

/// All of them.
pub(super) fn aims(figures: &Figures) -> Vec<Aim> {
    let mut aims = Vec::new();
    aims.extend(CALLS.map(|(work, most)| {
        let what = "generated call: times the processor time of plain reqwest";
        Aim::new(
            what,
            work,
            Bound::Most(most),
            figures.takes(work, GENERATED, PLAIN),
        )
    }));
    aims.extend(CALLS.map(|(work, most)| {
        let what = "generated call: times the instructions of plain reqwest";
        let figure = counted(figures, work, |own, plain| {
            own.instructions / plain.instructions
        });
        Aim::new(what, work, Bound::Most(most), figure)
    }));
    aims.extend(CALLS.map(|(work, _)| {
        let what = "generated call: allocations more than plain reqwest";
        let figure = counted(figures, work, |own, plain| {
            own.allocations - plain.allocations
        });
        Aim::new(what, work, Bound::Most(ALLOCATIONS), figure)
    }));
    // A speed is the other way round.
    let what = "generated call: times the speed of serde_json alone";
    let figure = figures.takes("decode", PLAIN, GENERATED);
    aims.push(Aim::new(what, "decode", Bound::Least(0.6), figure));
    let what = "verb: times the processor time of reqwest's own stream";
    let figure = figures.takes("download", VERB, PLAIN);
    aims.push(Aim::new(what, "download", Bound::Most(1.05), figure));
    let what = "simulator: times the answers of a bare axum handler, for the same processor time";
    aims.push(Aim::new(
        what,
        ASKED,
        Bound::Least(0.6),
        answers(figures, BARE),
    ));
    let what = "simulator: times the answers of Prism, for the same processor time";
    aims.push(Aim::new(
        what,
        ASKED,
        Bound::Least(30.0),
        answers(figures, PRISM),
    ));
    aims
}

/// What was counted of a generated call, beside what was counted of plain code.
fn counted(figures: &Figures, work: &str, told: fn(&Count, &Count) -> f64) -> Option<f64> {
    let own = figures.count(work, GENERATED)?;
    Some(told(own, figures.count(work, PLAIN)?))
}

/// How many answers the simulator gives in the time of one of another server.
fn answers(figures: &Figures, other: &str) -> Option<f64> {
    Some(figures.answer(other)? / figures.answer(SIMULATOR)?)
}
