//! `hwc-tickets doctor`: everything a call needs, checked one by one, with what to do.

mod local;
mod network;
mod proxy;

use crate::{
    cli::Form,
    context::{Context, interruptible},
    exit::Exit,
    failure::Failure,
    render::{Cell, Part, Show, Titles},
};
use serde::{Serialize, Serializer};

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

impl Serialize for Verdict {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// One check.
#[derive(Debug, Serialize)]
struct Check {
    #[serde(rename = "check")]
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

/// One setting, and where its value comes from.
#[derive(Debug, Serialize)]
struct Setting {
    name: String,
    value: Option<String>,
    source: String,
}

/// What was found.
#[derive(Debug, Serialize)]
struct Examined {
    settings: Vec<Setting>,
    checks: Vec<Check>,
}

impl Show for Examined {
    fn parts(&self, _: Form) -> Vec<Part> {
        let setting = |setting: &Setting| -> Vec<Cell> {
            vec![
                Some(setting.name.clone()),
                Some(setting.source.clone()),
                setting.value.clone(),
            ]
        };
        let check = |check: &Check| -> Vec<Cell> {
            let mut text = check.detail.clone();
            if !check.advice.is_empty() {
                text.push_str(&format!("\n-> {}", check.advice));
            }
            let cells = [check.name.to_owned(), check.verdict.name().to_owned(), text];
            cells.map(Some).into()
        };
        vec![
            Part::Rows(
                Titles::fitted(["SETTING", "FROM", "VALUE"]),
                self.settings.iter().map(setting).collect(),
            ),
            Part::Rows(
                Titles::fitted(["CHECK", "RESULT", "DETAIL"]),
                self.checks.iter().map(check).collect(),
            ),
        ]
    }
}

pub(crate) async fn run(context: &Context) -> Result<(), Failure> {
    interruptible(examine(context)).await
}

async fn examine(context: &Context) -> Result<(), Failure> {
    let settings = context.settings.shown().into_iter();
    let settings = settings.map(|shown| Setting {
        name: shown.key.name().replace('_', " "),
        value: shown.value,
        source: shown.source,
    });
    let mut checks = local::checks(context);
    checks.extend(network::checks(context).await);
    let examined = Examined {
        settings: settings.collect(),
        checks,
    };
    context.screen.show(&examined)?;
    let checks = &examined.checks;
    match checks
        .iter()
        .filter(|check| check.verdict == Verdict::Fail)
        .count()
    {
        0 => Ok(()),
        failed => Err(Failure::own(
            Exit::Failure,
            format!("{failed} of {} checks failed", checks.len()),
            "Fix the first one and run it again; the others may be caused by it.",
        )),
    }
}
