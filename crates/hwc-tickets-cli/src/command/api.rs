//! `hwc-tickets api`.

mod tap;

use crate::{
    cli::ticket::Api,
    context::{Context, interruptible},
    failure::{Failure, telling},
    input,
    render::{self, Outflow, Screen},
    settings::Setting,
};
use hwc_tickets::{
    Client, Error,
    api::{Kind, Operation},
    raw::{RawCall, RawFile},
};
use serde_json::{Map, Value};
use std::{future::IntoFuture as _, path::Path};
use tap::{Beginning, Tap};

pub(crate) async fn run(args: Api, context: &Context) -> Result<(), Failure> {
    interruptible(call(args, context)).await
}

/// The path with a slash in front, and the parameters that were written behind a `?`, decoded.
fn target(given: &str) -> Result<(String, Vec<(String, String)>), Failure> {
    if given.contains("://") {
        return Err(Failure::usage(
            "the path is a whole address",
            "Give the path alone, from the first slash on; the address is that of --endpoint.",
        ));
    }
    if given.contains('#') {
        return Err(Failure::usage(
            "the path holds a `#`, which is not sent",
            "Write it as %23 when it is part of a value.",
        ));
    }
    let (path, query) = given.split_once('?').unwrap_or((given, ""));
    let slash = if path.starts_with('/') { "" } else { "/" };
    let parameters = form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    Ok((format!("{slash}{path}"), parameters))
}

/// The call as it was asked for. Nothing is sent yet.
fn prepared(
    client: &Client,
    (request, path): (&str, &str),
    mut parameters: Vec<(String, String)>,
    args: &Api,
    group: &Setting<Option<String>>,
) -> Result<RawCall, Failure> {
    let mut call = client.raw(&args.method, path)?;
    let described = call.described();
    if let Some(operation) = described {
        refuse_file(operation, request)?;
    }
    for parameter in &args.query {
        let (name, value) = parameter.split_once('=').ok_or_else(|| {
            Failure::usage(
                "a query parameter has no `=`",
                "Write it as --query name=value.",
            )
        })?;
        parameters.push((name.to_owned(), value.to_owned()));
    }
    let mut body = args.input.as_deref().map(body_of).transpose()?;
    if let Some(id) = &group.value {
        let values = described.map_or(&[][..], |operation| operation.values);
        let place = values.iter().find(|value| value.is_group);
        match place.map(|value| value.path) {
            Some(["body", name]) => body = Some(with_group(body, name, id)),
            Some([name]) => {
                if !parameters.iter().any(|(given, _)| given == name) {
                    parameters.push(((*name).to_owned(), id.clone()));
                }
            }
            // A group of a profile is for the calls that take one.
            _ if group.of_flag().is_none() => {}
            _ => {
                return Err(Failure::usage(
                    format!("{request} takes no group, as far as is known"),
                    "Leave --group out, or put it where the call takes it with --query or --input.",
                ));
            }
        }
    }
    for (name, value) in &parameters {
        call = call.query(name, value);
    }
    match body {
        Some(body) => Ok(call.json(body)?),
        None => Ok(call),
    }
}

/// What `--input` names. Nothing at all is no JSON, and as a rule comes of a variable that is not set or a command that failed.
fn body_of(given: &str) -> Result<String, Failure> {
    let (body, place) = match given {
        "" => {
            return Err(Failure::usage(
                "--input names no file",
                "Give the path of a file with the JSON body, or `-` for standard input. Nothing was sent.",
            ));
        }
        "-" => (input::standard_input()?, "standard input"),
        path => (input::file(Path::new(path))?, path),
    };
    match body.trim().is_empty() {
        true => Err(Failure::usage(
            format!("--input: {place} is empty"),
            "Give the JSON body there, such as {}, or leave --input out if the call takes no body. Nothing was sent.",
        )),
        false => Ok(body),
    }
}

/// A form is no JSON: what a file needs is not to be sent as something else.
fn refuse_file(operation: &Operation, request: &str) -> Result<(), Failure> {
    if !operation
        .values
        .iter()
        .any(|value| value.kind == Kind::File)
    {
        return Ok(());
    }
    Err(Failure::usage(
        format!("{request} takes a file, and `api` sends JSON alone"),
        match operation.command {
            Some(command) => format!("Use `hwc-tickets {command}`. Nothing was sent."),
            None => "Use the SDK. Nothing was sent.".to_owned(),
        },
    ))
}

/// The body with the group in it, unless it names one; else it stays as it was written, byte for byte.
fn with_group(body: Option<String>, name: &str, group: &str) -> String {
    let body = body.unwrap_or_else(|| "{}".to_owned());
    let known: Option<Map<String, Value>> = serde_json::from_str(&body).ok();
    let (Some(known), Some((front, rest))) = (known, body.split_once('{')) else {
        return body;
    };
    if known.contains_key(name) {
        return body;
    }
    let comma = if known.is_empty() { "" } else { "," };
    let (name, group) = (Value::from(name), Value::from(group));
    format!("{front}{{{name}:{group}{comma}{rest}")
}

async fn call(args: Api, context: &Context) -> Result<(), Failure> {
    let tap = Tap::on(context.transport()?);
    let client = context.finish(context.builder()?.transport(tap.clone()))?;
    let (path, parameters) = target(&args.path)?;
    let request = format!("{} {path}", args.method.to_ascii_uppercase());
    let group = &context.settings.group;
    let mut call = prepared(&client, (&request, &path), parameters, &args, group)?;
    let screen = &context.screen;
    if call.answers_file() {
        // Else a file may take as long as pieces come.
        if let Some(total) = context.settings.timeout.value {
            call = call.timeout(total.0);
        }
        return match render::wait("waiting for the file", call.download()).await {
            Ok(file) => {
                tell(file.status(), file.request_id(), file.attempts(), screen);
                pass_on(file, request, |_| {}).await
            }
            Err(error) => Err(failed(request, error, &tap.last(), screen)),
        };
    }
    match render::wait("waiting for the answer", call.into_future()).await {
        Ok(answer) => {
            tell(
                answer.status(),
                answer.request_id(),
                answer.attempts(),
                screen,
            );
            let is_read = args.method.eq_ignore_ascii_case("GET");
            let show = || screen.answer(answer.body());
            match is_read {
                true => show(),
                false => {
                    let status = answer.status();
                    telling(format_args!("{request} was done (HTTP {status})"), show)
                }
            }
        }
        Err(error) => Err(failed(request, error, &tap.last(), screen)),
    }
}

/// What stands in the head of an answer, when people asked for more.
pub(super) fn tell(status: u16, request_id: Option<&str>, attempts: u32, screen: &Screen) {
    if screen.is_verbose() {
        let id = request_id.unwrap_or("none");
        screen.note(&format!(
            "HTTP {status}, request id {id}, attempts {attempts}"
        ));
    }
}

/// Hands a file to standard output as it comes; `look` sees each piece before. One that breaks off is a failure that says after
/// how many bytes.
pub(super) async fn pass_on(
    mut file: RawFile,
    request: String,
    mut look: impl FnMut(&[u8]),
) -> Result<(), Failure> {
    let mut output = Outflow::new();
    loop {
        match file.chunk().await {
            Ok(Some(piece)) => {
                look(piece.as_ref());
                output.write(&piece)?;
            }
            Ok(None) => return output.end(),
            Err(error) => {
                let error = Box::new(error);
                let failure = Failure::Request { request, error };
                return Err(match output.end() {
                    Ok(()) => failure,
                    Err(unwritten) => unwritten.beside(failure),
                });
            }
        }
    }
}

/// A call that failed. The raw answer was asked for: it is shown whatever it says, and the exit code says the rest.
fn failed(request: String, error: Error, answer: &Beginning, screen: &Screen) -> Failure {
    let error = Box::new(error);
    let failure = Failure::Request { request, error };
    if let Err(unwritten) = screen.answer_line(answer.bytes()) {
        return unwritten.beside(failure);
    }
    if !answer.bytes().is_empty() && !answer.is_whole() {
        screen.warn(&format!(
            "the output is cut: it holds the first {} bytes of the answer",
            answer.bytes().len()
        ));
    }
    failure
}

#[cfg(test)]
mod tests {
    use super::{target, with_group};

    #[test]
    fn a_group_comes_into_a_body() {
        for (body, expected) in [
            (None, r#"{"group_id":"g\"1"}"#),
            (Some("{ }"), r#"{"group_id":"g\"1" }"#),
            (
                Some(r#" {"n":12345678901234567890.10}"#),
                r#" {"group_id":"g\"1","n":12345678901234567890.10}"#,
            ),
            (Some(r#"{"group_id":"own"}"#), r#"{"group_id":"own"}"#),
            (Some("[]"), "[]"),
            (Some("{no json"), "{no json"),
        ] {
            let body = body.map(str::to_owned);
            assert_eq!(with_group(body, "group_id", "g\"1"), expected);
        }
    }

    #[test]
    fn targets() {
        for (given, path, parameters) in [
            ("/v2/a", "/v2/a", &[][..]),
            ("v2/a", "/v2/a", &[]),
            ("/v2/a?", "/v2/a", &[]),
            ("v2/a?x=1&y=%20z+z", "/v2/a", &[("x", "1"), ("y", " z z")]),
            (
                "/v2/a?x=1&x=2&flag",
                "/v2/a",
                &[("x", "1"), ("x", "2"), ("flag", "")],
            ),
            ("/v2/a?q=a?b=c", "/v2/a", &[("q", "a?b=c")]),
        ] {
            let expected: Vec<(String, String)> = parameters
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect();
            assert_eq!(
                target(given).unwrap(),
                (path.to_owned(), expected),
                "{given}"
            );
        }
        for given in ["https://elsewhere.example/v2", "/v2/a#b", "http://x"] {
            assert!(target(given).is_err(), "{given}");
        }
    }
}
