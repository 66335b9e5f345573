//! The editor of the user: which one it is, and a file or a text in it.

use crate::{cli::Words, exit::Exit, failure::Failure, input, program, signal::Lent};
use std::{fmt, io::Write as _, path::Path};

/// Variables that name it, the more wanted one first.
const VARIABLES: [&str; 2] = ["VISUAL", "EDITOR"];
/// The editor when none does.
const USUAL: &str = if cfg!(windows) { "notepad" } else { "vi" };

/// An editor that gave nothing.
#[derive(Debug)]
pub(crate) struct NotEdited {
    exit: Exit,
    what: String,
    advice: &'static str,
}

impl fmt::Display for NotEdited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for NotEdited {}

/// Of a command that sends when the editor has ended.
impl From<NotEdited> for Failure {
    fn from(error: NotEdited) -> Self {
        let NotEdited { exit, what, advice } = error;
        Self::own(exit, what, format!("{advice} Nothing was sent."))
    }
}

/// Opens a file in the editor, and waits for its end. Ctrl-C is the editor's until then.
///
/// # Errors
/// What the variable says is no command, the editor does not start, or it says that it failed.
pub(crate) async fn open(path: &Path) -> Result<(), NotEdited> {
    let words = command(process_variable)?;
    let ended = {
        let _lent = Lent::begin();
        program::command(&words).arg(path).status().await
    };
    let what = match ended {
        Ok(status) if status.success() => return Ok(()),
        Ok(status) => format!("the editor {} failed: {status}", words.program),
        Err(error) => format!("the editor {} does not start: {error}", words.program),
    };
    Err(NotEdited {
        exit: Exit::Failure,
        what,
        advice: "Set VISUAL or EDITOR to one that works.",
    })
}

/// What the editor has left in the file, which nobody named: where it is gone, that is told of the editor.
///
/// # Errors
/// It is gone, or no text.
pub(crate) fn left(path: &Path) -> Result<String, Failure> {
    if !path.exists() {
        return Err(Failure::own(
            Exit::Failure,
            "the editor left no file",
            "Save the text where the editor found it. VISUAL and EDITOR say which editor opens. Nothing was sent.",
        ));
    }
    input::file(path)
}

/// A text as the editor leaves it. The file that it works on is readable for the user only, and goes at the end.
pub(crate) async fn edited(text: &str) -> Result<String, Failure> {
    let failed = |what: &str, why: &dyn fmt::Display| {
        Failure::own(
            Exit::Failure,
            format!("{what}: {why}"),
            "Check the free space of the directory for temporary files, or give the text in a file. Nothing was sent.",
        )
    };
    let file = tempfile::Builder::new().suffix(".txt").tempfile();
    let mut file =
        file.map_err(|error| failed("there is no place for a temporary file", &error))?;
    (file.as_file_mut().write_all(text.as_bytes()))
        .map_err(|error| failed("a temporary file cannot be written", &error))?;
    open(file.path()).await?;
    left(file.path())
}

/// The command of the editor, as a shell splits it; no shell runs it.
fn command(variable: impl Fn(&str) -> Option<String>) -> Result<Words, NotEdited> {
    let (name, value) = named(variable).unwrap_or_else(|| ("the usual editor", USUAL.to_owned()));
    value.parse::<Words>().map_err(|error| NotEdited {
        exit: Exit::Usage,
        what: format!("{name} cannot be used: {error}"),
        advice: "Name an editor and its arguments, as a shell takes them.",
    })
}

/// The variable that names one, and what it says.
fn named(variable: impl Fn(&str) -> Option<String>) -> Option<(&'static str, String)> {
    VARIABLES.into_iter().find_map(|name| {
        let value = variable(name)?;
        (!value.trim().is_empty()).then_some((name, value))
    })
}

fn process_variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visual_comes_before_editor_and_vi_is_the_usual_one() {
        for (visual, editor, wanted) in [
            (Some("code --wait"), Some("nano"), Ok("code")),
            (
                Some(" "),
                Some("'/opt/my editor/e' -w"),
                Ok("/opt/my editor/e"),
            ),
            (None, Some("nano"), Ok("nano")),
            (None, Some(""), Ok(USUAL)),
            (None, None, Ok(USUAL)),
            (Some("'open"), Some("nano"), Err("VISUAL cannot be used")),
            (None, Some("''"), Err("EDITOR cannot be used")),
        ] {
            let variable = |name: &str| {
                let value = match name {
                    "VISUAL" => visual,
                    _ => editor,
                };
                value.map(str::to_owned)
            };
            match (command(variable), wanted) {
                (Ok(words), Ok(program)) => assert_eq!(words.program, program),
                (Err(error), Err(says)) => {
                    assert!(error.to_string().starts_with(says), "{error}");
                }
                (read, _) => panic!("{visual:?} {editor:?}: {read:?}"),
            }
        }
    }
}
