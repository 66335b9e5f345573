//! `--jq`: a filter in the language of jq over what `json` and `ndjson` print.

use super::wrap::cut;
use crate::{exit::Exit, failure::Failure};
use jaq_core::{
    Compiler, Ctx, Vars,
    data::JustLut,
    load::{self, Arena, File, Loader},
};
use jaq_json::{Val, read};
use serde_json::Value;
use std::fmt;

/// What filters work on.
type Kind = JustLut<Val>;

/// Columns of a reason: it may hold the value that did not fit.
const REASON: usize = 200;

/// A filter that was read.
pub(crate) struct Filter(jaq_core::Filter<Kind>);

impl fmt::Debug for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Filter")
    }
}

impl Filter {
    /// Reads a filter. It can reach nothing but what it is given: no file, no module.
    ///
    /// # Errors
    /// It is none.
    pub(crate) fn read(text: &str) -> Result<Self, Failure> {
        let defs = jaq_core::defs()
            .chain(jaq_std::defs())
            .chain(jaq_json::defs());
        let funs = jaq_core::funs::<Kind>()
            .chain(jaq_std::funs::<Kind>())
            .chain(jaq_json::funs::<Kind>());
        let arena = Arena::default();
        let program = File {
            code: text,
            path: (),
        };
        let refused = |reason: String| {
            Failure::usage(
                format!("the filter of --jq cannot be used: {reason}"),
                "Correct it; it is an expression of jq, such as '.messages[].message.content'. Nothing was sent.",
            )
        };
        let modules = Loader::new(defs)
            .load(&arena, program)
            .map_err(|errors| refused(unread(&errors, text)))?;
        Compiler::default()
            .with_funs(funs)
            .compile(modules)
            .map(Self)
            .map_err(|errors| {
                let mut unknown = errors.iter().flat_map(|(_, errors)| errors);
                refused(match unknown.next() {
                    Some((name, kind)) => format!("there is no {} {name}", kind.as_str()),
                    None => "it does not compile".to_owned(),
                })
            })
    }

    /// Hands each result to `show`.
    ///
    /// # Errors
    /// The filter fails on `input`, gives what is no JSON, or `show` fails.
    pub(super) fn apply(
        &self,
        input: &Value,
        mut show: impl FnMut(Value) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let input = read::parse_single(input.to_string().as_bytes())
            .map_err(|error| failed(&error.to_string()))?;
        let context = Ctx::<Kind>::new(&self.0.lut, Vars::new([]));
        for result in self.0.id.run((context, input)) {
            match result {
                Ok(value) => show(as_json(&value)?)?,
                Err(exception) => {
                    return match exception.get_err() {
                        Ok(error) => Err(failed(&error.to_string())),
                        // It asked to stop, or never came to its end.
                        Err(stop) => match stop.get_halt() {
                            Ok(0) => Ok(()),
                            Ok(code) => Err(failed(&format!("it stopped with {code}"))),
                            Err(_) => Err(failed("it cannot be run to its end")),
                        },
                    };
                }
            }
        }
        Ok(())
    }
}

fn as_json(value: &Val) -> Result<Value, Failure> {
    serde_json::from_str(&value.to_string())
        .map_err(|_| failed("a result is no JSON, such as bytes or a number without end"))
}

fn failed(reason: &str) -> Failure {
    Failure::own(
        Exit::Failure,
        format!("the filter of --jq failed: {}", cut(reason, REASON)),
        "Look at the whole output without --jq, and correct the filter.",
    )
}

/// Why a filter was not read: what was expected, and where.
fn unread(errors: &[(File<&str, ()>, load::Error<&str>)], text: &str) -> String {
    let (expected, found) = match errors.first().map(|(_, error)| error) {
        Some(load::Error::Lex(errors)) => match errors.first() {
            Some((expected, found)) => (expected.as_str(), *found),
            None => ("something else", ""),
        },
        Some(load::Error::Parse(errors)) => match errors.first() {
            Some((expected, found)) => (expected.as_str(), *found),
            None => ("something else", ""),
        },
        Some(load::Error::Io(_)) => return "modules cannot be imported".to_owned(),
        None => ("something else", ""),
    };
    // What was found is the rest of the text, from there on.
    let at = (found.as_ptr() as usize).checked_sub(text.as_ptr() as usize);
    let before = at.and_then(|at| text.get(..at)).unwrap_or(text);
    format!(
        "expected {expected} at character {}",
        before.chars().count() + 1
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn all(filter: &str, input: &Value) -> Result<Vec<Value>, Failure> {
        let mut results = Vec::new();
        Filter::read(filter)?.apply(input, |value| {
            results.push(value);
            Ok(())
        })?;
        Ok(results)
    }

    #[test]
    fn results_come_one_by_one() {
        let input =
            json!({"messages": [{"content": "磁盘\n\u{1b}", "n": 1}, {"content": "b", "n": 2.5}]});
        for (filter, expected) in [
            (
                ".messages[].content",
                vec![json!("磁盘\n\u{1b}"), json!("b")],
            ),
            (".messages | length", vec![json!(2)]),
            (".messages | map(.n) | add", vec![json!(3.5)]),
            (
                ".messages[] | select(.n > 2) | {n}",
                vec![json!({"n": 2.5})],
            ),
            (".nothing", vec![json!(null)]),
            ("empty", vec![]),
            (
                ".messages[0] | keys | join(\",\")",
                vec![json!("content,n")],
            ),
            ("1, halt, 2", vec![json!(1)]),
        ] {
            assert_eq!(all(filter, &input).unwrap(), expected, "{filter}");
        }
        assert_eq!(all(".", &input).unwrap(), std::slice::from_ref(&input));
    }

    #[test]
    fn what_is_no_filter_is_told_by_its_place() {
        for (filter, said) in [
            (".a | ", "at character 6"),
            (".a[", "at character"),
            (".a | nothing", "there is no filter nothing"),
            ("$x", "there is no variable $x"),
            ("import \"a\" as a; .", "modules cannot be imported"),
        ] {
            let failure = Filter::read(filter).unwrap_err();
            let told = failure.told(false).unwrap();
            assert!(told.what.contains(said), "{filter}: {}", told.what);
            // As `message history` writes it.
            let advice = told.advice.unwrap_or_default();
            assert!(advice.contains("'.messages[].message.content'"), "{advice}");
            assert_eq!(failure.exit(), Exit::Usage, "{filter}");
        }
    }

    /// What comes before stands there; that it is not all must be told.
    #[test]
    fn a_filter_that_stops_as_failed_has_failed() {
        for (filter, said) in [
            ("1, halt(3), 2", "it stopped with 3"),
            ("1, halt_error, 2", "it stopped with 5"),
            ("1, (\"x\" | halt_error(1)), 2", "it stopped with 1"),
        ] {
            let failure = all(filter, &json!(null)).unwrap_err();
            let told = failure.told(false).unwrap();
            assert!(told.what.contains(said), "{filter}: {}", told.what);
            assert_eq!(failure.exit(), Exit::Failure, "{filter}");
        }
    }

    #[test]
    fn a_filter_that_fails_is_told_and_is_not_long() {
        let input = json!({"text": "x".repeat(5000)});
        for filter in [".text.more", "error(\"own words\")"] {
            let failure = all(filter, &input).unwrap_err();
            let told = failure.told(false).unwrap();
            assert!(
                told.what.starts_with("the filter of --jq failed: "),
                "{}",
                told.what
            );
            assert!(told.what.len() < 400, "{}", told.what);
            assert_eq!(failure.exit(), Exit::Failure, "{filter}");
        }
    }
}
