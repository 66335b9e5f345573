//! `hwc-tickets ticket export`: written by hand are the names of what can be asked for; the rest is as of any file.

use super::{check, file, refuse_group};
use crate::{
    cli::{Moment, ticket::export::Export},
    clock,
    context::{Context, ticket_id},
    exit::Exit,
    failure::Failure,
};
use hwc_tickets::api::{Arguments, OPERATIONS};

/// The command whose operation it is.
const COMMAND: &str = "ticket export";
/// Language of the file when nothing says another.
const LANGUAGE: &str = "en-us";

pub(in crate::command) async fn run(args: Export, context: &Context) -> Result<(), Failure> {
    let mut operations = OPERATIONS.iter();
    let operation = operations.find(|operation| operation.command == Some(COMMAND));
    let operation = operation.ok_or_else(|| {
        Failure::own(
            Exit::Failure,
            "the description has no such operation",
            "Use `hwc-tickets api`.",
        )
    })?;
    let target = file::Target::named(args.to.as_deref(), args.force)?;
    refuse_group(operation, context)?;
    let arguments = arguments(&args, context)?;
    check(operation, &arguments)?;
    let sought = file::Sought::new(args.ticket.clone());
    let mut times = [args.since, args.until].into_iter().flatten();
    let has_age = times.any(|time| matches!(time, Moment::Ago(_)));
    file::run(
        operation,
        arguments.into(),
        target,
        sought,
        has_age,
        context,
    )
    .await
}

/// What is asked for.
fn arguments(args: &Export, context: &Context) -> Result<Arguments, Failure> {
    let settings = &context.settings;
    let zone = settings.time_zone.value;
    let of_texts = settings.language.value.as_deref();
    let of_texts = of_texts.map(|tag| tag.to_ascii_lowercase().replace('_', "-"));
    let language = args.file_language.clone().or(of_texts);
    let mut arguments = Arguments::default()
        .value(
            &["language"],
            language.unwrap_or_else(|| LANGUAGE.to_owned()),
        )
        .value(&["timezone"], zone.on_the_wire().to_string());
    let ids = args.ticket.iter().map(|id| ticket_id(id));
    let ids = ids.collect::<Result<Vec<_>, _>>()?;
    if !ids.is_empty() {
        let ids: Vec<&str> = ids.iter().map(|id| id.as_str()).collect();
        arguments = arguments.value(&["incident_id"], ids.join(","));
    }
    if let Some(code) = args.status.and_then(|status| status.0.code()) {
        arguments = arguments.value(&["status"], code);
    }
    let now = clock::now();
    for (name, instant) in [
        (
            "query_start_time",
            args.since.map(|moment| moment.instant(now, zone)),
        ),
        (
            "query_end_time",
            args.until.map(|moment| moment.end(now, zone)),
        ),
    ] {
        if let Some(instant) = instant {
            arguments = arguments.value(&[name], zone.on_the_wire().wall_time(instant));
        }
    }
    if let Some(words) = &args.search {
        arguments = arguments.value(&["search_key"], words.as_str());
    }
    Ok(arguments)
}
