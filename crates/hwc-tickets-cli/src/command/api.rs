//! `hwc-tickets api`.

mod tap;

use crate::{
    cli::ticket::Api,
    context::{Context, interruptible},
    failure::Failure,
    input, render,
};
use std::{future::IntoFuture as _, path::Path};
use tap::Tap;

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

async fn call(args: Api, context: &Context) -> Result<(), Failure> {
    let tap = Tap::on(context.transport()?);
    let client = context.finish(context.builder()?.transport(tap.clone()))?;
    let (path, parameters) = target(&args.path)?;
    let request = format!("{} {path}", args.method.to_ascii_uppercase());
    let mut call = client.raw(&args.method, &path)?;
    for (name, value) in parameters {
        call = call.query(&name, &value);
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
    let screen = &context.screen;
    match render::wait("waiting for the answer", call.into_future()).await {
        Ok(answer) => {
            if screen.is_verbose() {
                let id = answer.request_id().unwrap_or("none");
                screen.note(&format!(
                    "HTTP {}, request id {id}, attempts {}",
                    answer.status(),
                    answer.attempts()
                ));
            }
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
        // The raw answer was asked for: it is shown whatever it says, and the exit code says the rest.
        Err(error) => {
            let error = Box::new(error);
            let failure = Failure::Request { request, error };
            Err(match screen.answer_line(&tap.last()) {
                Ok(()) => failure,
                Err(unwritten) => unwritten.beside(failure),
            })
        }
    }
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
