//! The page on which a message is written in an editor: the text, a line, and what is told below it. It is in a file of the
//! user's own until the message is sent.

use crate::{
    cli::message::Send,
    command::parts::Again,
    context::Context,
    drafts::{Draft, Kind},
    editor,
    exit::Exit,
    failure::Failure,
    prompt,
    render::Screen,
};
use hwc_tickets::TicketId;
use std::io::{self, IsTerminal as _};

/// From this line on nothing is sent. No text has it by chance.
const END: &str = "# ------------------------ >8 ------------------------";

/// Whether a text can be written in an editor: there is a terminal.
pub(super) fn is_possible() -> bool {
    prompt::is_possible() && io::stdout().is_terminal()
}

/// It was sent.
pub(super) fn remove(draft: &Draft, screen: &Screen) {
    if let Err(error) = draft.remove() {
        screen.warn(&format!(
            "the text that was sent is still in {}: {error}",
            draft.path().display()
        ));
    }
}

/// It is not known to be sent as a whole.
pub(super) fn tell(draft: &Draft, screen: &Screen) {
    screen.warn(&format!("your text is kept in {}", draft.path().display()));
}

/// It was not sent.
pub(super) fn offer(draft: &Draft, ticket: &TicketId, args: &Send, screen: &Screen) {
    let path = draft.path();
    screen.warn(&format!(
        "your text is kept in {}; it can be sent with: {}",
        path.display(),
        Again::of(args).command(ticket, path)
    ));
}

/// Opens the editor for a message that begins as `given`, and waits for its end.
pub(super) async fn write(
    ticket: &TicketId,
    given: &str,
    args: &Send,
    context: &Context,
) -> Result<(String, Draft), Failure> {
    if !is_possible() {
        return Err(Failure::usage(
            "an editor needs a terminal, and there is none",
            "Give the text as an argument, with --file FILE or from standard input with -. Nothing was sent.",
        ));
    }
    let directory = context.settings.places.drafts.as_deref().ok_or_else(|| {
        Failure::usage(
            "no home directory is known, so there is no place for what is written",
            "Set HOME or XDG_STATE_HOME to an absolute path.",
        )
    })?;
    let draft = Draft::begin(directory, ticket, Kind::Send)
        .map_err(|error| Failure::file("use", directory, &error))?;
    let page = format!(
        "{given}\n{END}\n# Your message to ticket {ticket} is what stands above. This line and those below are not sent.\n\
         # Without a text nothing is sent.\n"
    );
    let keep = |text: &str| {
        let written = draft.write(text);
        written.map_err(|error| Failure::file("write", draft.path(), &error))
    };
    keep(&page)?;
    let opened = editor::open(draft.path()).await;
    let left = editor::left(draft.path());
    let screen = &context.screen;
    let (text, opened) = match (left, opened) {
        (Ok(page), opened) => (above(&page).to_owned(), opened),
        // That it failed says why.
        (Err(_), Err(error)) => return Err(error.into()),
        (Err(failure), Ok(())) => return Err(failure),
    };
    if let Err(error) = opened {
        match !text.trim().is_empty() && text != given {
            true => {
                keep(&text)?;
                offer(&draft, ticket, args, screen);
            }
            false => remove(&draft, screen),
        }
        return Err(error.into());
    }
    if text.trim().is_empty() {
        remove(&draft, screen);
        return Err(Failure::own(
            Exit::Failure,
            "no text was written",
            "Nothing was sent. Write it above the line, save it and leave the editor.",
        ));
    }
    keep(&text)?;
    Ok((text, draft))
}

/// What stands above the line, without the line breaks at its end.
fn above(page: &str) -> &str {
    let mut length = 0;
    for line in page.split_inclusive('\n') {
        if line.trim_end() == END {
            break;
        }
        length += line.len();
    }
    let text = page.get(..length).unwrap_or_default();
    text.trim_end_matches(['\n', '\r'])
}

#[cfg(test)]
mod tests {
    use super::{END, above};

    #[test]
    fn what_stands_above_the_line_is_sent() {
        for (page, text) in [
            (format!("one\n\n# two\n{END}\n# help\n"), "one\n\n# two"),
            (format!("one\r\n{END}\r\nhelp"), "one"),
            (format!("\n{END}\n# help\n"), ""),
            (format!("{END}\n"), ""),
            ("the line was removed\n".to_owned(), "the line was removed"),
            (String::new(), ""),
        ] {
            assert_eq!(above(&page), text, "{page:?}");
        }
    }
}
