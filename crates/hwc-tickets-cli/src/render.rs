//! The only place that prints.
//!
//! Standard output carries data only; all else goes to standard error. Everything that is printed for people passes
//! [`foreign::line`] here, so that no text from outside can act on the terminal. A closed pipe ends the program quietly.

pub(crate) mod foreign;
mod jq;
pub(crate) mod json;
mod list;
mod outflow;
mod progress;
mod reader;
mod show;
mod spinner;
pub(crate) mod table;
pub(crate) mod wrap;

pub(crate) use jq::Filter;
pub(crate) use list::List;
pub(crate) use outflow::Outflow;
pub(crate) use progress::Progress;
pub(crate) use reader::reader_gone;
pub(crate) use show::{Cell, Fact, Part, Row, Show, Titles, fact};
pub(crate) use spinner::wait;

use crate::{
    cli::{self, Colour, Form},
    exit::Exit,
    failure::Failure,
    signal::Last,
};
use anstream::{AutoStream, ColorChoice};
use clap::error::{ContextKind, ContextValue};
use serde::Serialize;
use serde_json::Value;
use std::{
    io::{self, IsTerminal as _, Write as _},
    sync::Arc,
};
use table::{Column, Line, Span, Table};

/// Where data and messages go, and in which form.
#[derive(Debug, Clone)]
pub(crate) struct Screen {
    form: Form,
    verbose: bool,
    /// Columns of the terminal behind standard output; `None` when there is none.
    columns: Option<usize>,
    /// The filter of JSON, which was read before.
    jq: Option<Arc<str>>,
    /// The columns that are shown; all when nobody chose.
    chosen: Option<Arc<[String]>>,
}

impl Screen {
    pub(crate) fn new(form: Form, verbose: bool) -> Self {
        Self {
            form,
            verbose,
            columns: columns(),
            jq: None,
            chosen: None,
        }
    }

    /// With a filter of JSON.
    pub(crate) fn filtered(mut self, filter: Option<&str>) -> Self {
        self.jq = filter.map(Arc::from);
        self
    }

    /// With these columns of lists and tables alone.
    pub(crate) fn with_columns(mut self, columns: Option<&[String]>) -> Self {
        self.chosen = columns.map(Arc::from);
        self
    }

    /// The filter of JSON, if there is one.
    fn filter(&self) -> Result<Option<Filter>, Failure> {
        self.jq.as_deref().map(Filter::read).transpose()
    }

    /// What the filter makes of a value: a line for each result, a text as it is.
    fn filter_value(&self, filter: &Filter, value: &Value) -> Result<(), Failure> {
        filter.apply(value, |result| match result {
            Value::String(text) => self.text_line(&text),
            result => self.raw_line(&json::compact(&result).map_err(Failure::unserialisable)?),
        })
    }

    /// A text as it came; on a terminal made inert.
    fn text_line(&self, text: &str) -> Result<(), Failure> {
        if !io::stdout().is_terminal() {
            return self.raw_line(text);
        }
        foreign::lines(text)
            .iter()
            .try_for_each(|line| self.raw_line(line))
    }

    /// Form of the data.
    pub(crate) fn form(&self) -> Form {
        self.form
    }

    /// Whether people asked for more.
    pub(crate) fn is_verbose(&self) -> bool {
        self.verbose
    }

    /// Whether people read it, or scripts that cut lines, and no program that reads JSON.
    pub(crate) fn is_for_people(&self) -> bool {
        matches!(self.form, Form::Table | Form::Plain)
    }

    /// A thing, in the form that was asked for: one document for `json`, one line for `ndjson`, else its parts.
    pub(crate) fn show(&self, thing: &impl Show) -> Result<(), Failure> {
        if let Some(filter) = self.filter()? {
            let lines = thing.lines().filter(|_| self.form == Form::Ndjson);
            let lines = match lines {
                Some(lines) => lines,
                None => vec![serde_json::to_value(thing).map_err(Failure::unserialisable)?],
            };
            let mut lines = lines.iter();
            return lines.try_for_each(|line| self.filter_value(&filter, line));
        }
        match self.form {
            Form::Json => {
                let text = json::document(thing).map_err(Failure::unserialisable)?;
                self.raw_line(&text)
            }
            Form::Ndjson => match thing.lines() {
                Some(lines) => lines.iter().try_for_each(|line| self.line(line)),
                None => self.line(thing),
            },
            Form::Table | Form::Plain => self.parts(thing.parts(self.form)),
        }
    }

    /// JSON on one line.
    fn line(&self, value: &impl Serialize) -> Result<(), Failure> {
        self.raw_line(&json::line(value).map_err(Failure::unserialisable)?)
    }

    /// Text of this program's own making, e.g. JSON or a script, as it is.
    pub(crate) fn raw(&self, text: &str) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        Ok(out.flush()?)
    }

    /// The same as a line.
    pub(crate) fn raw_line(&self, text: &str) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.write_all(b"\n")?;
        Ok(out.flush()?)
    }

    /// An answer of the service as it came; on a terminal made inert.
    pub(crate) fn answer(&self, body: &[u8]) -> Result<(), Failure> {
        if let Some(filter) = self.filter()? {
            return match serde_json::from_slice(body) {
                Ok(body) => self.filter_value(&filter, &body),
                Err(_) => Err(Failure::own(
                    Exit::Failure,
                    "the answer is no JSON, so that --jq has nothing to filter",
                    "Leave --jq out.",
                )),
            };
        }
        self.answer_as_it_is(body)
    }

    fn answer_as_it_is(&self, body: &[u8]) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        if out.is_terminal() {
            for line in foreign::lines(&String::from_utf8_lossy(body)) {
                writeln!(out, "{line}")?;
            }
        } else {
            out.write_all(body)?;
        }
        Ok(out.flush()?)
    }

    /// The same, with a line break at its end: something else is told after it.
    pub(crate) fn answer_line(&self, body: &[u8]) -> Result<(), Failure> {
        if body.is_empty() {
            return Ok(());
        }
        self.answer_as_it_is(body)?;
        match body.ends_with(b"\n") || io::stdout().is_terminal() {
            true => Ok(()),
            false => self.raw("\n"),
        }
    }

    /// Parts below each other, in a table with an empty line between them.
    fn parts(&self, parts: Vec<Part>) -> Result<(), Failure> {
        let parts = self.chosen_of(parts)?;
        for (number, part) in parts.into_iter().enumerate() {
            if number > 0 && self.form == Form::Table {
                self.raw_line("")?;
            }
            match part {
                Part::Facts(facts) => self.facts(&facts)?,
                Part::NamedFacts(facts) => self.named_facts(&facts)?,
                Part::Rows(titles, rows) => self.rows(&mut None, &titles, rows)?,
            }
        }
        Ok(())
    }

    /// Those parts in which something was chosen. A name that no part has is refused.
    fn chosen_of(&self, mut parts: Vec<Part>) -> Result<Vec<Part>, Failure> {
        let Some(chosen) = &self.chosen else {
            return Ok(parts);
        };
        let titles = |part: &Part| -> Vec<String> {
            match part {
                Part::Rows(titles, _) => titles.names().collect(),
                Part::Facts(_) | Part::NamedFacts(_) => Vec::new(),
            }
        };
        let known: Vec<String> = parts.iter().flat_map(titles).collect();
        if known.is_empty() {
            self.warn("--columns is for lists and tables, and there is none here");
            return Ok(parts);
        }
        refuse_unknown(chosen, &known)?;
        parts.retain(|part| match part {
            Part::Rows(titles, _) => !titles.places(chosen).is_empty(),
            Part::Facts(_) | Part::NamedFacts(_) => false,
        });
        Ok(parts)
    }

    /// Refuses a column that a table does not have, before there is anything to put into it.
    fn refuse_unknown_columns(&self, titles: &Titles) -> Result<(), Failure> {
        match &self.chosen {
            Some(chosen) => refuse_unknown(chosen, &titles.names().collect::<Vec<_>>()),
            None => Ok(()),
        }
    }

    /// Rows of a table, below its titles, which stand there once. Columns are as wide as the first rows need it.
    fn rows(
        &self,
        table: &mut Option<Table>,
        titles: &Titles,
        rows: Vec<Vec<Cell>>,
    ) -> Result<(), Failure> {
        let chosen = self.chosen.as_deref().map(|names| titles.places(names));
        let written = |cells: Vec<Cell>| -> Vec<String> {
            let cells = match &chosen {
                Some(places) => titles.cells_at(places, cells, self.form),
                None => cells,
            };
            let cells = cells.into_iter();
            cells.map(|cell| show::written(cell, self.form)).collect()
        };
        let rows: Vec<Vec<String>> = rows.into_iter().map(written).collect();
        let table = match table {
            Some(table) => table,
            None => {
                let begun = match &chosen {
                    Some(places) => Table::new(&titles.columns_at(places), &rows, self.columns),
                    None => Table::new(&titles.columns, &rows, self.columns),
                };
                self.header(&begun, &titles.legend)?;
                table.insert(begun)
            }
        };
        rows.iter().try_for_each(|row| self.row(table, row))
    }

    /// The titles of a table; `legend` in their place when it is too narrow for titles. The form `plain` has none.
    fn header(&self, table: &Table, legend: &str) -> Result<(), Failure> {
        if self.form != Form::Table {
            return Ok(());
        }
        if table.is_stacked() && !legend.is_empty() {
            let text = legend.to_owned();
            let style = table::QUIET;
            return self.lines(&[vec![Span { text, style }]]);
        }
        self.lines(&table.header())
    }

    /// A row of a table, or of tab-separated fields in the form `plain`.
    fn row(&self, table: &Table, cells: &[String]) -> Result<(), Failure> {
        if self.form == Form::Plain {
            return self.fields(cells);
        }
        self.lines(&table.row(cells))
    }

    /// Names and values below each other; in the form `plain` the values on one line.
    fn facts(&self, facts: &[Fact]) -> Result<(), Failure> {
        if self.form == Form::Plain {
            let values = facts.iter().map(|(_, value)| value.clone());
            let values = values.map(|value| show::written(value, self.form));
            return self.fields(&values.collect::<Vec<_>>());
        }
        let rows: Vec<Vec<String>> = show::told(facts)
            .map(|(name, value)| vec![name.to_owned(), value.to_owned()])
            .collect();
        let columns = [
            Column::new("", table::ColumnWidth::Fit).styled(table::QUIET),
            Column::new("", table::ColumnWidth::Rest),
        ];
        let table = Table::new(&columns, &rows, self.columns);
        rows.iter().try_for_each(|row| self.lines(&table.row(row)))
    }

    /// The same; in the form `plain` a line each.
    fn named_facts(&self, facts: &[Fact]) -> Result<(), Failure> {
        if self.form == Form::Plain {
            return show::told(facts)
                .try_for_each(|(name, value)| self.fields(&[name.to_owned(), value.to_owned()]));
        }
        self.facts(facts)
    }

    fn fields(&self, cells: &[String]) -> Result<(), Failure> {
        let line: Vec<String> = cells.iter().map(|cell| foreign::field(cell)).collect();
        self.raw_line(&line.join("\t"))
    }

    fn lines(&self, lines: &[Line]) -> Result<(), Failure> {
        let mut out = anstream::stdout().lock();
        for line in lines {
            write_line(&mut out, line)?;
        }
        Ok(out.flush()?)
    }

    /// Rings the bell of the terminal; nothing where standard output is none.
    pub(crate) fn ring(&self) {
        to_terminal("\u{7}");
    }

    /// Asks the terminal to do something (OSC), with inert texts; nothing where standard output is none.
    pub(crate) fn command(&self, texts: &[&str]) {
        let inert = |text: &&str| foreign::line(text).replace(';', ",");
        let texts: Vec<String> = texts.iter().map(inert).collect();
        to_terminal(&format!("\u{1b}]{}\u{1b}\\", texts.join(";")));
    }

    /// A line of a dialogue, on standard error.
    pub(crate) fn say(&self, text: &str) {
        let style = clap::builder::styling::Style::new();
        say(&[Span {
            text: text.to_owned(),
            style,
        }]);
    }

    /// A remark on standard error.
    pub(crate) fn note(&self, text: &str) {
        say(&[Span {
            text: text.to_owned(),
            style: table::QUIET,
        }]);
    }

    /// A warning on standard error.
    pub(crate) fn warn(&self, text: &str) {
        tell("warning: ", table::WARN, text);
    }
}

/// A column that is none is told with those that there are.
fn refuse_unknown(chosen: &[String], known: &[String]) -> Result<(), Failure> {
    let is_unknown = |name: &&String| !known.contains(&show::plain_name(name));
    match chosen.iter().find(is_unknown) {
        None => Ok(()),
        Some(name) => Err(Failure::usage(
            format!("--columns: there is no column {name}"),
            format!("There are: {}.", known.join(", ")),
        )),
    }
}

/// What failed, what to do, and the request id, one line each, on standard error.
pub(crate) fn report(failure: &Failure, verbose: bool) {
    let Some(told) = failure.told(verbose) else {
        return;
    };
    tell("error: ", table::BAD, &told.what);
    if let Some(advice) = &told.advice {
        tell("  help: ", table::GOOD, &sentence(advice));
    }
    for (name, value) in &told.facts {
        tell(&format!("  {name}: "), table::QUIET, value);
    }
}

/// What a signal leaves to say.
pub(crate) fn last_words(last: &Last) {
    match last {
        Last::Done(what) => report(
            &Failure::untold(what, "interrupted while that was told"),
            false,
        ),
        Last::Kept(what) => tell("warning: ", table::WARN, what),
    }
}

/// With a capital letter: advice comes from several places.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// What clap has to say: help and version on standard output, else on standard error.
///
/// # Errors
/// Standard output cannot be written.
pub(crate) fn command_line(error: clap::Error) -> Result<(), Failure> {
    automatic().write_global();
    let is_asked_for = !error.use_stderr();
    let mut error = disarm(error);
    let typed = std::env::args_os().skip(1);
    let typed = typed.filter_map(|word| word.into_string().ok());
    cli::guide(&mut error, typed);
    let printed = error.print().and_then(|()| io::stdout().flush());
    // Nobody is left to tell when standard error is closed.
    if is_asked_for { Ok(printed?) } else { Ok(()) }
}

/// What was typed may hold anything: shown inert, and without advice that would repeat it.
fn disarm(mut error: clap::Error) -> clap::Error {
    let mut hostile = false;
    let mut inert = |text: &String| {
        let inert = foreign::line(text);
        hostile |= inert != *text;
        inert
    };
    let typed: Vec<_> = error
        .context()
        .filter_map(|(kind, value)| match value {
            ContextValue::String(text) => Some((kind, ContextValue::String(inert(text)))),
            ContextValue::Strings(texts) => {
                let texts = texts.iter().map(&mut inert).collect();
                Some((kind, ContextValue::Strings(texts)))
            }
            _ => None,
        })
        .collect();
    for (kind, value) in typed {
        error.insert(kind, value);
    }
    if hostile {
        error.remove(ContextKind::Suggested);
    }
    error
}

/// Asks on standard error, and gives the line that was typed on standard input; `None` at its end.
pub(crate) fn question(text: &str) -> io::Result<Option<String>> {
    let mut out = anstream::stderr().lock();
    write!(out, "{}", foreign::line(text))?;
    out.flush()?;
    // Others may have something to say before the answer comes.
    drop(out);
    let mut line = String::new();
    let read = io::stdin().read_line(&mut line)?;
    Ok((read > 0).then_some(line))
}

/// Asks for a secret on a terminal that does not echo, and gives the line that was typed.
#[cfg(unix)]
pub(crate) fn prompt(
    label: &str,
    mut screen: std::fs::File,
    keys: impl io::Read + 'static,
) -> io::Result<secrecy::SecretString> {
    write!(screen, "{label}: ")?;
    let line = rpassword::ConfigBuilder::new()
        .input_reader(keys)
        .output_discard();
    rpassword::read_password_with_config(line.build()).map(secrecy::SecretString::from)
}

/// Asks for a secret on the terminal, without echo.
#[cfg(not(unix))]
pub(crate) fn prompt(label: &str) -> io::Result<secrecy::SecretString> {
    rpassword::prompt_password(format!("{label}: ")).map(secrecy::SecretString::from)
}

/// Decides about colour for the whole program.
pub(crate) fn set_colour(colour: Colour) {
    match colour {
        Colour::Auto => automatic(),
        Colour::Always => ColorChoice::Always,
        Colour::Never => ColorChoice::Never,
    }
    .write_global();
}

/// Colour on a terminal. `CLICOLOR_FORCE=0` asks for nothing, but would force for the library, which looks only whether
/// it is set.
fn automatic() -> ColorChoice {
    if std::env::var_os("CLICOLOR_FORCE").is_none_or(|value| value != "0") {
        return ColorChoice::Auto;
    }
    let is = |name: &str, value: &str| std::env::var_os(name).is_some_and(|set| set == value);
    let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
        || is("CLICOLOR", "0")
        || is("TERM", "dumb");
    let on_a_terminal = io::stdout().is_terminal() && io::stderr().is_terminal();
    if on_a_terminal && !unwanted {
        ColorChoice::Always
    } else {
        ColorChoice::Never
    }
}

/// Whether standard output is to be coloured.
pub(crate) fn is_coloured() -> bool {
    AutoStream::choice(&io::stdout()) != ColorChoice::Never
}

/// A sequence that the terminal acts on, of this program's own making.
fn to_terminal(sequence: &str) {
    let mut out = io::stdout().lock();
    if out.is_terminal() {
        // It only adds to what is printed, and that is told when it fails.
        let _ = out
            .write_all(sequence.as_bytes())
            .and_then(|()| out.flush());
    }
}

fn tell(label: &str, style: clap::builder::styling::Style, text: &str) {
    say(&[
        Span {
            text: label.to_owned(),
            style,
        },
        Span {
            text: text.to_owned(),
            style: clap::builder::styling::Style::new(),
        },
    ]);
}

fn say(line: &[Span]) {
    // Nobody is left to tell when standard error is closed.
    let _ = write_line(&mut anstream::stderr().lock(), line);
}

fn write_line<S: anstream::stream::RawStream>(
    out: &mut AutoStream<S>,
    line: &[Span],
) -> io::Result<()>
where
    AutoStream<S>: io::Write,
{
    for Span { text, style } in line {
        let text = foreign::line(text);
        if style.is_plain() {
            write!(out, "{text}")?;
        } else {
            write!(out, "{style}{text}{style:#}")?;
        }
    }
    writeln!(out)
}

/// Columns of the terminal, or as `COLUMNS` says.
fn columns() -> Option<usize> {
    let asked = std::env::var("COLUMNS")
        .ok()
        .and_then(|columns| columns.parse().ok());
    match asked.filter(|columns| *columns > 0) {
        Some(columns) => Some(columns),
        None if io::stdout().is_terminal() => terminal_size::terminal_size_of(io::stdout())
            .map(|(terminal_size::Width(columns), _)| usize::from(columns)),
        None => None,
    }
}
