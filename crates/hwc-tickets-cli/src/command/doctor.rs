//! `hwc-tickets doctor`: everything a call needs, checked one by one, with what to do.

mod local;
mod network;
mod proxy;

use crate::{
    cli::Form,
    context::{Context, interruptible},
    exit::Exit,
    failure::Failure,
    render::table::{Column, ColumnWidth},
};
use serde_json::json;

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Ok,
    /// It works, but somebody should look at it.
    Warn,
    Fail,
    /// It could not be asked, because something before it failed.
    Skipped,
}

impl Verdict {
    fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warning",
            Self::Fail => "failed",
            Self::Skipped => "skipped",
        }
    }
}

/// One check.
#[derive(Debug)]
struct Check {
    name: &'static str,
    verdict: Verdict,
    /// What was found.
    detail: String,
    /// What to do; empty when it is well.
    advice: String,
}

impl Check {
    fn ok(name: &'static str, detail: impl Into<String>) -> Self {
        Self {
            name,
            verdict: Verdict::Ok,
            detail: detail.into(),
            advice: String::new(),
        }
    }

    fn new(
        name: &'static str,
        verdict: Verdict,
        detail: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Self {
            name,
            verdict,
            detail: detail.into(),
            advice: advice.into(),
        }
    }

    fn failed(name: &'static str, failure: &Failure) -> Self {
        let told = failure.told(false).unwrap_or_default();
        Self::new(
            name,
            Verdict::Fail,
            told.what,
            told.advice.unwrap_or_default(),
        )
    }

    fn skipped(name: &'static str, because: &str) -> Self {
        Self::new(name, Verdict::Skipped, format!("not asked: {because}"), "")
    }
}

pub(crate) async fn run(context: &Context) -> Result<(), Failure> {
    interruptible(examine(context)).await
}

async fn examine(context: &Context) -> Result<(), Failure> {
    let settings = context.settings.shown();
    let mut checks = local::checks(context);
    checks.extend(network::checks(context).await);
    let screen = &context.screen;
    match screen.form() {
        Form::Json | Form::Ndjson => {
            let settings: Vec<_> = settings
                .iter()
                .map(|(name, value, source)| json!({ "name": name, "value": value, "source": source }))
                .collect();
            let checks: Vec<_> = checks
                .iter()
                .map(|check| json!({ "check": check.name, "verdict": check.verdict.name(), "detail": check.detail, "advice": check.advice }))
                .collect();
            screen.document(&json!({ "settings": settings, "checks": checks }))?;
        }
        Form::Table | Form::Plain => {
            let rows: Vec<Vec<String>> = settings
                .into_iter()
                .map(|(name, value, source)| vec![name.to_owned(), source, value])
                .collect();
            let columns = [
                Column::new("SETTING", ColumnWidth::Fit),
                Column::new("FROM", ColumnWidth::Fit),
                Column::new("VALUE", ColumnWidth::Rest),
            ];
            screen.table(&columns, &rows)?;
            if screen.form() == Form::Table {
                screen.raw_line("")?;
            }
            let rows: Vec<Vec<String>> = checks
                .iter()
                .map(|check| {
                    let mut text = check.detail.clone();
                    if !check.advice.is_empty() {
                        text.push_str(&format!("\n-> {}", check.advice));
                    }
                    vec![check.name.to_owned(), check.verdict.name().to_owned(), text]
                })
                .collect();
            let columns = [
                Column::new("CHECK", ColumnWidth::Fit),
                Column::new("RESULT", ColumnWidth::Fit),
                Column::new("DETAIL", ColumnWidth::Rest),
            ];
            screen.table(&columns, &rows)?;
        }
    }
    match checks
        .iter()
        .filter(|check| check.verdict == Verdict::Fail)
        .count()
    {
        0 => Ok(()),
        failed => Err(Failure::own(
            Exit::Failure,
            format!("{failed} of {} checks failed", checks.len()),
            "Mend the first one and run it again; the others may follow from it.",
        )),
    }
}
