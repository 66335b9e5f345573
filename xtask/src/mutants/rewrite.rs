//! Writes a source file with all of its mutants in it, each of them behind a question: is it this one?

use super::{
    listed::Mutant,
    places::{Fit, Place, Shape, places},
};
use std::{collections::BTreeMap, fmt::Write as _, ops::Range};

/// The module of the question, at the end of `lib.rs`.
pub(super) const SWITCH: &str = "mutation_switch";
/// The variable that names the mutant.
pub(super) const VARIABLE: &str = "HWC_TICKETS_MUTANT";
/// The variable that names the file into which the numbers of those go that were asked about.
pub(super) const REACHED: &str = "HWC_TICKETS_MUTANTS_REACHED";

/// What is put at the beginning of `lib.rs`: what the compiler sees through in a mutant is for the tests to notice.
pub(super) const ALLOWED: &str =
    "#![allow(arithmetic_overflow, overflowing_literals, unconditional_panic, invalid_value)]";

/// What is put at the end of `lib.rs`.
pub(super) fn switch() -> String {
    format!(
        r#"
/// Which mutant is in force.
#[doc(hidden)]
pub mod {SWITCH} {{
    use std::{{collections::BTreeSet, env, fs::{{File, OpenOptions}}, io::Write as _, sync::{{LazyLock, Mutex, PoisonError}}}};
    static ACTIVE: LazyLock<u32> = LazyLock::new(|| env::var("{VARIABLE}").ok().and_then(|number| number.parse().ok()).unwrap_or(u32::MAX));
    static REACHED: LazyLock<Option<Mutex<(BTreeSet<u32>, File)>>> = LazyLock::new(|| {{
        let path = env::var_os("{REACHED}")?;
        let file = OpenOptions::new().create(true).append(true).open(path).unwrap();
        Some(Mutex::new((BTreeSet::new(), file)))
    }});
    /// Whether it is this one.
    pub fn is(number: u32) -> bool {{
        if let Some(reached) = &*REACHED {{
            let (numbers, file) = &mut *reached.lock().unwrap_or_else(PoisonError::into_inner);
            if numbers.insert(number) {{
                // At once: the process may be killed.
                file.write_all(format!("{{number}}\n").as_bytes()).unwrap();
            }}
        }}
        *ACTIVE == number
    }}
}}
"#
    )
}

/// Whose text stands somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mark {
    /// In bytes of what was written.
    pub(super) range: Range<usize>,
    /// By their numbers.
    pub(super) mutants: Vec<usize>,
    /// The mutant itself, not what it is a branch of.
    pub(super) is_own: bool,
}

/// A file with mutants in it.
#[derive(Debug, Default)]
pub(super) struct Written {
    pub(super) text: String,
    pub(super) marks: Vec<Mark>,
    /// Those that have to be built alone.
    pub(super) alone: Vec<usize>,
    /// Those that never compile.
    pub(super) never: Vec<usize>,
}

/// What becomes a branch, with the texts of its mutants.
struct Node {
    range: Range<usize>,
    shape: Shape,
    mutants: Vec<(usize, String)>,
}

/// Writes `mutants` into `source`, by their numbers.
///
/// # Errors
/// The source is no Rust.
pub(super) fn rewritten(source: &str, mutants: &[(usize, &Mutant)]) -> syn::Result<Written> {
    let places = places(source)?;
    let known: BTreeMap<(&str, usize), &Place> = places
        .iter()
        .map(|place| ((place.genre, place.start), place))
        .collect();
    let lines = lines(source);
    let mut written = Written::default();
    let mut nodes: BTreeMap<(usize, std::cmp::Reverse<usize>, Shape), Node> = BTreeMap::new();
    for (number, mutant) in mutants {
        let span = mutant.span.bytes(source, &lines);
        let place = span
            .as_ref()
            .and_then(|span| known.get(&(mutant.genre.as_str(), span.start)));
        let (Some(span), Some(place)) = (&span, place) else {
            written.alone.push(*number);
            continue;
        };
        match place.fit {
            Fit::Branch => {}
            Fit::Alone => {
                written.alone.push(*number);
                continue;
            }
            Fit::Never => {
                written.never.push(*number);
                continue;
            }
        }
        let Some(text) = text(source, mutant, span, place) else {
            written.alone.push(*number);
            continue;
        };
        let Range { start, end } = place.range;
        nodes
            .entry((start, std::cmp::Reverse(end), place.shape))
            .or_insert_with(|| Node {
                range: start..end,
                shape: place.shape,
                mutants: Vec::new(),
            })
            .mutants
            .push((*number, text));
    }
    let nodes: Vec<Node> = nodes.into_values().collect();
    let mut pen = Pen {
        source,
        out: String::new(),
        marks: Vec::new(),
    };
    pen.between(0..source.len(), &nodes);
    written.text = pen.out;
    written.marks = pen.marks;
    Ok(written)
}

/// Where each line begins.
fn lines(source: &str) -> Vec<usize> {
    let ends = source.match_indices('\n').map(|(place, _)| place + 1);
    std::iter::once(0).chain(ends).collect()
}

/// What the mutant puts in the place of its branch.
fn text(source: &str, mutant: &Mutant, span: &Range<usize>, place: &Place) -> Option<String> {
    if mutant.genre == "FnValue" {
        return Some(mutant.replacement.clone());
    }
    if mutant.genre == "MatchArm" {
        return Some("false".to_owned());
    }
    let before = source.get(place.range.start..span.start)?;
    let after = source.get(span.end..place.range.end)?;
    Some(format!("{before} {} {after}", mutant.replacement))
}

struct Pen<'a> {
    source: &'a str,
    out: String,
    marks: Vec<Mark>,
}

impl Pen<'_> {
    /// What stands in `range`, with those of `nodes` that lie in it: sorted, those outside before those inside.
    fn between(&mut self, range: Range<usize>, mut nodes: &[Node]) {
        let mut place = range.start;
        while let Some((node, rest)) = nodes.split_first() {
            let inside = rest
                .iter()
                .take_while(|other| other.range.start < node.range.end)
                .count();
            let (inside, rest) = rest.split_at(inside);
            self.copy(place..node.range.start);
            self.node(node, inside);
            place = node.range.end;
            nodes = rest;
        }
        self.copy(place..range.end);
    }

    fn copy(&mut self, range: Range<usize>) {
        self.out
            .push_str(self.source.get(range).unwrap_or_default());
    }

    fn node(&mut self, node: &Node, inside: &[Node]) {
        let start = self.out.len();
        match node.shape {
            Shape::Body => {
                for (number, text) in &node.mutants {
                    self.asks("if ", *number);
                    self.out.push_str("{ return\n");
                    self.own(*number, text);
                    self.out.push_str("\n; }\n");
                }
                self.between(node.range.clone(), inside);
            }
            Shape::Value => {
                self.out.push('(');
                for (number, text) in &node.mutants {
                    self.asks("if ", *number);
                    self.out.push_str("{\n");
                    self.own(*number, text);
                    self.out.push_str("\n} else ");
                }
                self.out.push('{');
                self.between(node.range.clone(), inside);
                self.out.push_str("})");
            }
            Shape::Guard => {
                for (place, (number, _)) in node.mutants.iter().enumerate() {
                    self.asks(if place == 0 { " if !" } else { " && !" }, *number);
                }
            }
        }
        self.marks.push(Mark {
            range: start..self.out.len(),
            mutants: node.mutants.iter().map(|(number, _)| *number).collect(),
            is_own: false,
        });
    }

    fn asks(&mut self, before: &str, number: usize) {
        let _ = write!(self.out, "{before}crate::{SWITCH}::is({number}) ");
    }

    fn own(&mut self, number: usize, text: &str) {
        let start = self.out.len();
        self.out.push_str(text);
        self.marks.push(Mark {
            range: start..self.out.len(),
            mutants: vec![number],
            is_own: true,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::{super::listed::Span, *};

    fn mutant(source: &str, genre: &str, at: &str, replacement: &str) -> Mutant {
        let start = source.find(at).unwrap();
        let position = |place: usize| {
            let before = source.get(..place).unwrap();
            let line = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
            (line, column)
        };
        Mutant {
            name: String::new(),
            file: String::new(),
            genre: genre.to_owned(),
            replacement: replacement.to_owned(),
            span: Span::between(position(start), position(start + at.len())),
        }
    }

    /// Without the line breaks that part the mutants, and shorter.
    fn plain(written: &Written) -> String {
        let text = written.text.replace(&format!("crate::{SWITCH}::is"), "is");
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn each_kind_becomes_a_branch() {
        for (source, genre, at, replacement, expected) in [
            (
                "fn f() -> u8 { let a = 1; a }",
                "FnValue",
                "let a = 1; a",
                "0",
                "fn f() -> u8 { if is(7) { return 0 ; } let a = 1; a }",
            ),
            (
                "fn f() { a(é || b); }",
                "BinaryOperator",
                "||",
                "&&",
                "fn f() { a((if is(7) { é && b } else {é || b})); }",
            ),
            (
                // The text counts, not the tree: what is put there may bind otherwise.
                "fn f() -> bool { a || b || c }",
                "BinaryOperator",
                "|| c",
                "&& c",
                "fn f() -> bool { (if is(7) { a || b && c } else {a || b || c}) }",
            ),
            (
                "fn f() -> bool { !a.b() && c }",
                "UnaryOperator",
                "!",
                "",
                "fn f() -> bool { (if is(7) { a.b() } else {!a.b()}) && c }",
            ),
            (
                "fn f() { match a { B => c, _ => d } }",
                "MatchArm",
                "B => c,",
                "",
                "fn f() { match a { B if !is(7) => c, _ => d } }",
            ),
            (
                "fn f() { match a { B if e => c, _ => d } }",
                "MatchArm",
                "B if e => c,",
                "",
                "fn f() { match a { B if (if is(7) { false } else {e}) => c, _ => d } }",
            ),
            (
                "fn f() { match a { B if e => c, _ => d } }",
                "MatchArmGuard",
                "e",
                "true",
                "fn f() { match a { B if (if is(7) { true } else {e}) => c, _ => d } }",
            ),
            (
                "fn f() { A { b: 1, ..c } }",
                "StructField",
                "b: 1,",
                "",
                "fn f() { (if is(7) { A { ..c } } else {A { b: 1, ..c }}) }",
            ),
        ] {
            let at = if genre == "MatchArmGuard" { "e =>" } else { at };
            let mut mutant = mutant(source, genre, at, replacement);
            if genre == "MatchArmGuard" {
                mutant.span.end.column -= 3;
            }
            let written = rewritten(source, &[(7, &mutant)]).unwrap();
            assert_eq!(plain(&written), expected, "{genre}");
            assert!(written.alone.is_empty() && written.never.is_empty());
            syn::parse_file(&written.text).unwrap();
            if let Some(own) = written.marks.iter().find(|mark| mark.is_own) {
                assert_eq!(own.mutants, [7]);
                assert!(written.text.get(own.range.clone()).is_some());
            }
        }
    }

    #[test]
    fn the_last_branch_holds_the_mutants_inside() {
        let source = "fn f() -> bool { a || b(c == d) }";
        let whole = mutant(source, "FnValue", "a || b(c == d)", "true");
        let outer = mutant(source, "BinaryOperator", "||", "&&");
        let inner = mutant(source, "BinaryOperator", "==", "!=");
        let written = rewritten(source, &[(1, &whole), (2, &outer), (3, &inner)]).unwrap();
        assert_eq!(
            plain(&written),
            "fn f() -> bool { if is(1) { return true ; } (if is(2) { a && b(c == d) } else \
             {a || b((if is(3) { c != d } else {c == d}))}) }"
        );
    }

    #[test]
    fn what_cannot_be_a_branch_is_left_out() {
        for (source, genre, at, is_never) in [
            (
                "fn f() { if a && let Some(b) = c { } }",
                "BinaryOperator",
                "&&",
                true,
            ),
            ("const A: u8 = 1 + 2;", "BinaryOperator", "+", false),
            ("const fn f() -> u8 { 1 + 2 }", "BinaryOperator", "+", false),
            ("fn f() -> impl Sized { a() }", "FnValue", "a()", false),
            ("fn f() { a!(b == c) }", "BinaryOperator", "==", false),
            (
                "fn f() { match a { _ if b => c, B => d, None => e } }",
                "MatchArm",
                "B => d,",
                false,
            ),
        ] {
            let mutant = mutant(source, genre, at, "-");
            let written = rewritten(source, &[(7, &mutant)]).unwrap();
            assert_eq!(written.text, source);
            let (alone, never): (&[usize], &[usize]) = match is_never {
                true => (&[], &[7]),
                false => (&[7], &[]),
            };
            assert_eq!((&*written.alone, &*written.never), (alone, never));
        }
    }
}
