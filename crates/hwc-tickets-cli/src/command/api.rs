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

async fn call(args: Api, context: &Context) -> Result<(), Failure> {
    let tap = Tap::on(context.transport()?);
    let client = context.finish(context.builder()?.transport(tap.clone()))?;
    let mut call = client.raw(&args.method, &args.path)?;
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
            screen.answer(answer.body())
        }
        // The raw answer was asked for: it is shown whatever it says, and the exit code says the rest.
        Err(error) => {
            screen.answer(&tap.last())?;
            Err(error.into())
        }
    }
}
