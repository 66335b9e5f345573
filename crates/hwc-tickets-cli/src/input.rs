//! What is read from files and standard input: texts, lists of ids, JSON bodies.

use crate::{context::ticket_id, failure::Failure, render::Screen};
use hwc_core::file::{self, Rules, Unreadable};
use hwc_tickets::{TicketId, api::Source, attachments::UploadLimits};
use std::{
    fmt, io,
    path::{Path, PathBuf},
};

/// More than this is no message, no list of ids and no request.
pub(crate) const MOST_BYTES: u64 = 12 * 1024 * 1024;

/// How a file for a message is uploaded under another name than its own.
pub(crate) const UPLOAD: &str = "hwc-tickets attachment upload FILE --name NAME";

/// Standard input, to its end. One line break at the end is not part of it, nor a byte order mark at its begin.
pub(crate) fn standard_input() -> Result<String, Failure> {
    let path = Path::new("standard input");
    file::read_text_from(io::stdin().lock(), MOST_BYTES)
        .map_err(|why| match why {
            Unreadable::Wide(form) => in_utf_8(form),
            Unreadable::NotText => Failure::usage(
                "standard input is not UTF-8 text",
                "Convert it on its way, for example with: iconv -f LATIN1 -t UTF-8.",
            ),
            Unreadable::NotAFile(sort) => no_input(sort),
            why => unreadable(path, &why),
        })
        .and_then(|text| as_typed(text.as_str(), path))
}

/// A file or a pipe, to its end. One line break at the end is not part of it, nor a byte order mark at its begin.
pub(crate) fn file(path: &Path) -> Result<String, Failure> {
    file::read_text(path, Rules::up_to(MOST_BYTES).or_stream())
        .map_err(|why| unreadable(path, &why))
        .and_then(|text| as_typed(text.as_str(), path))
}

/// Standard input to its end, on the disk: it is what it is, however large. But not nothing.
pub(crate) fn spooled() -> Result<tempfile::NamedTempFile, Failure> {
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::IsADirectory => no_input("a directory"),
        _ => Failure::own(
            crate::exit::Exit::Failure,
            format!("standard input cannot be kept on the disk: {error}"),
            "Check the free space of the directory for temporary files, or name a file.",
        ),
    };
    let mut file = tempfile::NamedTempFile::new().map_err(failed)?;
    let bytes = io::copy(&mut io::stdin().lock(), file.as_file_mut()).map_err(failed)?;
    if bytes == 0 {
        // Out of a pipe that failed, as a rule.
        return Err(Failure::usage(
            "standard input is empty",
            "Name the file itself if it is to be empty. Nothing was sent.",
        ));
    }
    Ok(file)
}

/// A file to upload. It is opened and looked at; nothing of it is sent.
pub(crate) fn source(path: &Path) -> Result<Source, Failure> {
    let way = "Name a plain file, or give what it holds on standard input, with `-`.";
    Ok(opened(path, way)?)
}

/// Why a file cannot be uploaded, and what to do about it.
#[derive(Debug)]
pub(crate) struct Unfit {
    what: String,
    way: String,
}

/// Where more files are asked for: nothing was to be sent yet.
impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}. {}", self.what, self.way)
    }
}

impl From<Unfit> for Failure {
    fn from(Unfit { what, way }: Unfit) -> Self {
        Self::usage(what, format!("Nothing was sent. {way}"))
    }
}

/// A file to upload, opened. `way` says what else can be done with what is no plain file.
fn opened(path: &Path, way: &str) -> Result<Source, Unfit> {
    Source::file(path).map_err(|error| {
        let way = match error.reason() {
            // The output of another program, for instance.
            Unreadable::NotAFile(_) | Unreadable::Untold { .. } => way,
            _ => "Name a file that can be read.",
        };
        Unfit {
            what: error.to_string(),
            way: way.to_owned(),
        }
    })
}

/// A file that is to go along with a message or a ticket. It is opened and looked at; nothing of it is sent. `upload` is the
/// command that uploads one under another name, and `taker` takes its id.
pub(crate) fn enclosure(path: &Path, upload: &str, taker: &str) -> Result<Source, Unfit> {
    // Only the command that uploads takes standard input for a file.
    let way = format!(
        "Name a plain file, or upload what it holds, with `-` for FILE, and give its id to {taker}: {upload}"
    );
    let source = opened(path, &way)?;
    match name_flaw(&source) {
        None => Ok(source),
        Some(flaw) => Err(Unfit {
            what: format!("{} cannot be uploaded: {flaw}", path.display()),
            way: format!(
                "Rename it, or upload it under another name, and give its id to {taker}: {upload}"
            ),
        }),
    }
}

/// Refuses a file that cannot be uploaded under its name, as one that is not UTF-8; `way` says how to give it another one.
pub(crate) fn refuse_unfit_name(source: &Source, path: &Path, way: &str) -> Result<(), Failure> {
    let Some(flaw) = name_flaw(source) else {
        return Ok(());
    };
    let what = match path.as_os_str() == "-" {
        true => "standard input".to_owned(),
        false => path.display().to_string(),
    };
    Err(Failure::from(Unfit {
        what: format!("{what} cannot be uploaded: {flaw}"),
        way: way.to_owned(),
    }))
}

/// Why a file cannot be uploaded under its name; `None` if it can.
fn name_flaw(source: &Source) -> Option<String> {
    // The rule for names alone: the limits of the service are asked for later.
    let checked = UploadLimits::new().check(source.name().unwrap_or_default(), 0);
    checked.err().map(|error| error.reason())
}

/// Several of them for one message or one ticket, each of which can have a file once. All are looked at before anything is
/// sent. `upload` is the command that uploads one under another name.
pub(crate) fn sources(paths: &[PathBuf], upload: &str) -> Result<Vec<Source>, Failure> {
    let looked_at = paths.iter().enumerate().map(|(number, path)| {
        let source = enclosure(path, upload, "--attachment")?;
        match is_among(path, paths.get(..number).unwrap_or_default()) {
            false => Ok(source),
            true => Err(Failure::usage(
                format!("{} is named twice", path.display()),
                "Name each file once. Nothing was sent.",
            )),
        }
    });
    looked_at.collect()
}

/// Whether a file is one of others, however it is written.
pub(crate) fn is_among(path: &Path, others: &[PathBuf]) -> bool {
    let place = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let own = place(path);
    others.iter().any(|other| place(other) == own)
}

/// The ids as given, or one per line of standard input. All are checked before anything is asked.
pub(crate) fn tickets(given: &[String]) -> Result<Vec<TicketId>, Failure> {
    match given {
        [dash] if dash == "-" => {
            let text = standard_input()?;
            let ids = text.lines().map(str::trim).filter(|line| !line.is_empty());
            let tickets = ids.map(ticket_id).collect::<Result<Vec<_>, _>>()?;
            if tickets.is_empty() {
                return Err(Failure::usage(
                    "standard input names no ticket",
                    "Give one id per line.",
                ));
            }
            Ok(tickets)
        }
        ids => ids.iter().map(|id| ticket_id(id)).collect(),
    }
}

/// Completes when standard input ends. On a terminal, never: somebody may be there. What comes is for nobody, and that
/// is said.
pub(crate) async fn end(screen: &Screen) {
    use io::{IsTerminal as _, Read as _};
    if io::stdin().is_terminal() {
        return std::future::pending().await;
    }
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let reader = std::thread::Builder::new()
        .name("input".to_owned())
        .spawn(move || {
            let mut buffer = [0; 4096];
            let mut input = io::stdin().lock();
            // Its end is told by the channel, which closes.
            while let Ok(1..) = input.read(&mut buffer) {
                if tell.send(()).is_err() {
                    return;
                }
            }
        });
    if reader.is_err() {
        return std::future::pending().await;
    }
    if told.recv().await.is_some() {
        screen.warn(
            "what comes on standard input is not sent, because there is no terminal; use: hwc-tickets message send",
        );
        while told.recv().await.is_some() {}
    }
}

fn as_typed(text: &str, path: &Path) -> Result<String, Failure> {
    if text.contains('\0') {
        return Err(Failure::usage(
            format!(
                "{} holds zero bytes: it is not text, or it is UTF-16",
                path.display()
            ),
            "Give text in UTF-8; iconv -f UTF-16LE -t UTF-8 converts it.",
        ));
    }
    let text = text
        .strip_suffix('\n')
        .map_or(text, |text| text.strip_suffix('\r').unwrap_or(text));
    Ok(text.to_owned())
}

/// Standard input is of a sort that holds no bytes.
fn no_input(sort: &str) -> Failure {
    Failure::usage(
        format!("standard input is {sort}, not a file or a pipe"),
        "Give a file behind `<`, or the output of a command in front of `|`.",
    )
}

fn in_utf_8(form: &str) -> Failure {
    Failure::usage(
        format!("standard input is {form} text, not UTF-8"),
        format!("Convert it on its way: iconv -f {form} -t UTF-8."),
    )
}

fn unreadable(path: &Path, why: &Unreadable) -> Failure {
    match why {
        Unreadable::TooLarge { .. } => Failure::usage(
            format!(
                "{} is larger than {} MiB",
                path.display(),
                MOST_BYTES / 1024 / 1024
            ),
            "Give less at once.",
        ),
        _ => crate::private_file::unreadable(path, why),
    }
}
