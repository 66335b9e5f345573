//! `hwc-tickets api`.

use crate::{
    cli::ticket::Api,
    context::{Context, interruptible},
    failure::Failure,
    input, render,
};
use std::{future::IntoFuture as _, path::Path};

pub(crate) async fn run(args: Api, context: &Context) -> Result<(), Failure> {
    interruptible(call(args, context)).await
}

async fn call(args: Api, context: &Context) -> Result<(), Failure> {
    let client = context.client()?;
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
    let answer = render::wait("waiting for the answer", call.into_future())
        .await
        .map_err(Failure::in_full)?;
    if context.screen.is_verbose() {
        let id = answer.request_id().unwrap_or("none");
        context.screen.note(&format!(
            "HTTP {}, request id {id}, attempts {}",
            answer.status(),
            answer.attempts()
        ));
    }
    context.screen.answer(answer.body())
}
