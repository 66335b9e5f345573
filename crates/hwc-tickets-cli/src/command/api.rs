//! `hwc-tickets api`.

mod tap;

use crate::{
    cli::ticket::Api,
    context::{Context, interruptible},
    failure::Failure,
    input,
    render::{self, Outflow, Screen},
};
use hwc_tickets::{
    Client, Error,
    raw::{RawCall, RawFile},
};
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
    path: &str,
    parameters: &[(String, String)],
    args: &Api,
) -> Result<RawCall, Failure> {
    let mut call = client.raw(&args.method, path)?;
    for (name, value) in parameters {
        call = call.query(name, value);
    }
    for parameter in &args.query {
        let (name, value) = parameter.split_once('=').ok_or_else(|| {
            Failure::usage(
                "a query parameter has no `=`",
                "Write it as --query name=value.",
            )
        })?;
        call = call.query(name, value);
    }
    if let Some(source) = &args.input {
        let body = match source.as_str() {
            "-" => input::standard_input()?,
            path => input::file(Path::new(path))?,
        };
        call = call.json(body)?;
    }
    Ok(call)
}

async fn call(args: Api, context: &Context) -> Result<(), Failure> {
    let tap = Tap::on(context.transport()?);
    let client = context.finish(context.builder()?.transport(tap.clone()))?;
    let (path, parameters) = target(&args.path)?;
    let request = format!("{} {path}", args.method.to_ascii_uppercase());
    let mut call = prepared(&client, &path, &parameters, &args)?;
    let screen = &context.screen;
    if call.answers_file() {
        // Else a file may take as long as pieces come.
        if let Some(total) = context.settings.timeout.value {
            call = call.timeout(total.0);
        }
        return match render::wait("waiting for the file", call.download()).await {
            Ok(file) => pass_on(file, request, screen).await,
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
            screen
                .answer(answer.body())
                .map_err(|failure| match is_read {
                    true => failure,
                    false => failure.after(format_args!(
                        "{request} was done (HTTP {})",
                        answer.status()
                    )),
                })
        }
        Err(error) => Err(failed(request, error, &tap.last(), screen)),
    }
}

/// What stands in the head of an answer, when people asked for more.
fn tell(status: u16, request_id: Option<&str>, attempts: u32, screen: &Screen) {
    if screen.is_verbose() {
        let id = request_id.unwrap_or("none");
        screen.note(&format!(
            "HTTP {status}, request id {id}, attempts {attempts}"
        ));
    }
}

/// Hands a file to standard output as it comes. One that breaks off is a failure that says after how many bytes.
async fn pass_on(mut file: RawFile, request: String, screen: &Screen) -> Result<(), Failure> {
    tell(file.status(), file.request_id(), file.attempts(), screen);
    let mut output = Outflow::new();
    loop {
        match file.chunk().await {
            Ok(Some(piece)) => output.write(&piece)?,
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
    use super::target;

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
