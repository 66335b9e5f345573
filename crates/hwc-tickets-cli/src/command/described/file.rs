//! A file that an operation answers: onto the disk, whole or not at all, or to standard output.

use super::{Given, name, unknown, warn};
use crate::{
    cli::{
        Form,
        described::{FORCE, TO},
    },
    command::{age, api::pass_on},
    context::{Context, interruptible},
    failure::{Failure, telling},
    private_file::{self, Draft},
    render::{self, Part, Show, fact},
};
use clap::ArgMatches;
use hwc_tickets::api::{Content, Download, Operation};
use serde::Serialize;
use std::{
    io::{self, IsTerminal as _},
    path::{Path, PathBuf},
};

/// Where a file goes.
#[derive(Debug)]
pub(super) enum Target {
    Standard,
    File(PathBuf, Draft),
}

impl Target {
    /// As it was asked for. What cannot be written is refused before anything is sent.
    pub(super) fn of(matches: &ArgMatches) -> Result<Self, Failure> {
        let path = matches.get_one::<PathBuf>(TO);
        Self::named(path.map(PathBuf::as_path), matches.get_flag(FORCE))
    }

    /// Of this name; with `replaces`, in the place of a file that is there.
    pub(super) fn named(path: Option<&Path>, replaces: bool) -> Result<Self, Failure> {
        let path = match path {
            Some(dash) if dash.as_os_str() == "-" => return Ok(Self::Standard),
            Some(path) => path.to_owned(),
            None if io::stdout().is_terminal() => {
                return Err(Failure::usage(
                    "the answer is a file, and standard output is a terminal",
                    "Name a file with --to FILE, or send the output elsewhere; --to - shows it here.",
                ));
            }
            None => return Ok(Self::Standard),
        };
        private_file::refuse_without_directory(&path)?;
        let draft = Draft::begin(&path, replaces).map_err(|error| unwritten(&path, &error))?;
        Ok(Self::File(path, draft))
    }
}

/// What stood there stands there.
fn unwritten(path: &Path, error: &io::Error) -> Failure {
    let place = path.display();
    match error.kind() {
        io::ErrorKind::AlreadyExists => Failure::usage(
            format!("{place} already exists"),
            "Name another file, or add --force to replace it.",
        ),
        io::ErrorKind::InvalidInput => Failure::usage(
            format!("cannot write {place}: {error}"),
            "Only a plain file is replaced. Name another file.",
        ),
        _ => Failure::file("write", path, error),
    }
}

/// With an age among what is given, whether the clock of this machine, from which it was counted back, is right is looked at as well.
pub(super) async fn run(
    operation: &Operation,
    given: Given,
    target: Target,
    mut sought: Sought,
    has_age: bool,
    context: &Context,
) -> Result<(), Failure> {
    let client = context.client()?;
    let work = async {
        // Else a file may take as long as pieces come.
        let total = context.settings.timeout.value.map(|total| total.0);
        let call = operation.call(&client, given.arguments, total);
        let answer = render::wait("waiting for the file", call).await?;
        warn(&answer, context);
        if has_age {
            age::compare(&answer.headers, context);
        }
        let Content::File(file) = answer.body else {
            return Ok(());
        };
        match target {
            Target::Standard => {
                let look = |piece: &[u8]| sought.look(piece);
                pass_on(*file, name(operation).to_owned(), look).await
            }
            Target::File(path, draft) => {
                save(operation, *file, &path, draft, &mut sought, context).await
            }
        }
    };
    let done = interruptible(work).await;
    done.map_err(|failure| unknown(operation, failure))?;
    if let Some(missing) = sought.missing() {
        context.screen.warn(&format!(
            "the file does not name {missing}: there may be no such ticket, or another option leaves it out"
        ));
    }
    Ok(())
}

/// Ids of tickets that a file is to name, looked for while it passes. The form of the file is not documented: only in one that
/// is a text, an id that is not found is missing.
#[derive(Debug, Default)]
pub(super) struct Sought {
    ids: Vec<String>,
    /// The end of what passed, where an id may have begun.
    end: Vec<u8>,
    is_no_text: bool,
}

impl Sought {
    pub(super) fn new(ids: Vec<String>) -> Self {
        Self {
            ids,
            ..Self::default()
        }
    }

    fn look(&mut self, piece: &[u8]) {
        self.is_no_text |= piece.contains(&0);
        if self.is_no_text {
            return;
        }
        let Some(longest) = self.ids.iter().map(String::len).max() else {
            return;
        };
        self.end.extend_from_slice(piece);
        let passed = &self.end;
        let is_there = |id: &[u8]| passed.windows(id.len().max(1)).any(|part| part == id);
        self.ids.retain(|id| !is_there(id.as_bytes()));
        let done = self.end.len().saturating_sub(longest);
        self.end.drain(..done);
    }

    /// Those that it does not name.
    fn missing(&self) -> Option<String> {
        let is_told = !self.is_no_text && !self.ids.is_empty();
        is_told.then(|| self.ids.join(", "))
    }
}

/// The next piece; a file that breaks off is an error that says how much came.
async fn piece(
    operation: &Operation,
    file: &mut Download,
) -> Result<Option<bytes::Bytes>, Failure> {
    file.chunk().await.map_err(|error| Failure::Request {
        request: name(operation).to_owned(),
        error: Box::new(error),
    })
}

async fn save(
    operation: &Operation,
    mut file: Download,
    path: &Path,
    mut draft: Draft,
    sought: &mut Sought,
    context: &Context,
) -> Result<(), Failure> {
    let failed = |error: io::Error| unwritten(path, &error);
    while let Some(piece) = piece(operation, &mut file).await? {
        sought.look(piece.as_ref());
        draft.write(&piece).map_err(failed)?;
    }
    draft.end().map_err(failed)?;
    let (screen, place) = (&context.screen, path.display().to_string());
    let saved = Saved {
        file: &place,
        bytes: file.received(),
    };
    telling(format_args!("{place} was written"), || screen.show(&saved))
}

/// A file that was written.
#[derive(Serialize)]
struct Saved<'a> {
    file: &'a str,
    bytes: u64,
}

impl Show for Saved<'_> {
    fn parts(&self, _: Form) -> Vec<Part> {
        vec![Part::Facts(vec![
            fact("file", self.file.to_owned()),
            fact("bytes", self.bytes.to_string()),
        ])]
    }
}

#[cfg(test)]
mod tests {
    use super::Sought;

    /// Wherever the pieces end, and in no file that is not text.
    #[test]
    fn an_id_is_missing_in_a_text_alone() {
        for (pieces, missing) in [
            (&["id,about\n", "case-1,a\ncase-22,b\n"][..], None),
            (&["ca", "s", "e-1", ",case-2", "2"], None),
            (&["id,about\n"], Some("case-1, case-22")),
            (&["case-1\n", "case-2\n"], Some("case-22")),
            (&["PK\u{3}\u{4}\0", "x"], None),
            (&[], Some("case-1, case-22")),
        ] {
            let mut sought = Sought::new(vec!["case-1".to_owned(), "case-22".to_owned()]);
            for piece in pieces {
                sought.look(piece.as_bytes());
            }
            assert_eq!(sought.missing().as_deref(), missing, "{pieces:?}");
        }
        assert_eq!(Sought::default().missing(), None);
    }
}
