//! The error codes and the discrepancies as pages to read. Text goes through a renderer that escapes it.

use pulldown_cmark::{Alignment, CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

use crate::catalogue::{self, Code};

const DISCREPANCIES: &str = include_str!("../../spec/discrepancies.md");

const HEADERS: [&str; 8] = [
    "Code",
    "HTTP status",
    "About",
    "Repeat",
    "Message",
    "Meaning",
    "Source",
    "From this simulator",
];

/// The page of discrepancies, with an anchor for each.
pub(super) fn discrepancies() -> String {
    let with_anchors: String = DISCREPANCIES
        .lines()
        .map(|line| match anchor(line) {
            Some(number) => format!("{line} {{#{number}}}\n"),
            None => format!("{line}\n"),
        })
        .collect();
    let events = Parser::new_ext(&with_anchors, Options::ENABLE_HEADING_ATTRIBUTES);
    // The file holds no markup; should it ever, it is shown and not obeyed.
    let events = events.map(|event| match event {
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        event => event,
    });
    page("Where the sources disagree", events)
}

fn anchor(line: &str) -> Option<&str> {
    let number = line.strip_prefix("## ")?.split(' ').next()?;
    number.starts_with("D-").then_some(number)
}

/// The page of error codes, with an anchor for the first entry of each.
pub(super) fn errors() -> String {
    let title = "Error codes";
    let mut events = vec![
        Event::Start(heading(None)),
        Event::Text(title.into()),
        Event::End(TagEnd::Heading(HeadingLevel::H1)),
        Event::Start(Tag::Paragraph),
        Event::Text(
            "The codes of the service and of the gateway in front of it, as far as they are published. The set is \
             open: others may come. An injected fault answers any of them."
                .into(),
        ),
        Event::End(TagEnd::Paragraph),
        Event::Start(Tag::Table(vec![Alignment::None; HEADERS.len()])),
        Event::Start(Tag::TableHead),
    ];
    for header in HEADERS {
        events.extend(cell([Event::Text(header.into())]));
    }
    events.push(Event::End(TagEnd::TableHead));
    let mut last = "";
    for code in catalogue::all() {
        events.push(Event::Start(Tag::TableRow));
        row(&mut events, code, last != code.code);
        events.push(Event::End(TagEnd::TableRow));
        last = &code.code;
    }
    events.push(Event::End(TagEnd::Table));
    page(title, events.into_iter())
}

fn row<'a>(events: &mut Vec<Event<'a>>, code: &'a Code, first: bool) {
    let name = Event::Code(code.code.as_str().into());
    if first {
        let id = Some(code.code.as_str().into());
        events.extend(cell([
            Event::Start(heading(id)),
            name,
            Event::End(TagEnd::Heading(HeadingLevel::H6)),
        ]));
    } else {
        events.extend(cell([name]));
    }
    let status = code.http_status.to_string();
    let message = if code.message == code.meaning {
        ""
    } else {
        &code.message
    };
    let text = |text: CowStr<'a>| cell([Event::Text(text)]);
    events.extend(text(status.into()));
    events.extend(text(code.category.as_str().into()));
    events.extend(text(code.repeatable.as_str().into()));
    // What comes over the wire looks like it.
    match message {
        "" => events.extend(cell([])),
        message => events.extend(cell([Event::Code(message.into())])),
    }
    events.extend(text(code.meaning.as_str().into()));
    events.extend(text(code.source.as_str().into()));
    let simulated = code.unreachable.as_deref().unwrap_or("Answered.");
    events.extend(text(simulated.into()));
}

/// A heading of the page, or the name of a row that can be linked to.
fn heading(id: Option<CowStr<'_>>) -> Tag<'_> {
    Tag::Heading {
        level: if id.is_some() {
            HeadingLevel::H6
        } else {
            HeadingLevel::H1
        },
        id,
        classes: Vec::new(),
        attrs: Vec::new(),
    }
}

fn cell<'a, const N: usize>(inside: [Event<'a>; N]) -> impl Iterator<Item = Event<'a>> {
    [Event::Start(Tag::TableCell)]
        .into_iter()
        .chain(inside)
        .chain([Event::End(TagEnd::TableCell)])
}

/// A page around it. `title` is one of ours.
fn page<'a>(title: &str, events: impl Iterator<Item = Event<'a>>) -> String {
    let mut body = String::new();
    html::push_html(&mut body, events);
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n\
         <link rel=\"icon\" type=\"image/svg+xml\" href=\"/page/icon.svg\">\n\
         <link rel=\"stylesheet\" href=\"/page/base.css\">\n\
         <link rel=\"stylesheet\" href=\"/docs/docs.css\">\n</head>\n<body class=\"paper\">\n\
         <header>{NAVIGATION}</header>\n<main tabindex=\"0\">\n{body}</main>\n</body>\n</html>\n"
    )
}

const NAVIGATION: &str = "<nav aria-label=\"Pages\"><a href=\"/\">Simulator</a> <a href=\"/docs\">API reference</a> \
                          <a href=\"/docs/try\">Try requests</a> \
                          <a href=\"/docs/errors\">Error codes</a> <a href=\"/docs/discrepancies\">Discrepancies</a></nav>";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_discrepancy_can_be_linked_to() {
        let page = discrepancies();
        let numbers: Vec<&str> = DISCREPANCIES.lines().filter_map(anchor).collect();
        assert!(numbers.len() >= 50);
        for number in numbers {
            assert!(
                page.contains(&format!("<h2 id=\"{number}\">{number} ")),
                "{number}"
            );
        }
    }

    #[test]
    fn every_error_code_is_there_with_its_text() {
        let page = errors();
        for code in catalogue::all() {
            assert!(
                page.contains(&format!("id=\"{}\"", code.code)),
                "{}",
                code.code
            );
        }
        assert_eq!(page.matches("<tr>").count(), catalogue::all().len() + 1);
        // Escaped by the renderer, as every text is.
        assert!(page.contains("Can't create a case") || page.contains("Can&#39;t create a case"));
        assert!(page.contains("<td>if-idempotent</td>"));
        assert!(page.contains("<td>Answered.</td>"));
        assert!(page.contains("<td>The simulator does not fail by itself.</td>"));
    }
}
