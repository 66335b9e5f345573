//! The agreements that the service asks for.

use serde_json::json;

use super::Handler;
use crate::domain::{Agreement, AgreementCommand, AgreementOutcome, Command, Outcome};
use crate::http::asked::{Asked, Malformed, Parsed};
use crate::http::render::{Paint, Rendered, written};
use crate::operation::Operation;

#[allow(non_upper_case_globals, reason = "named as the variants of a list")]
impl Operation {
    /// Gives the newest agreement of a kind.
    pub const ShowLatestPublishedAgreement: Operation =
        Operation::new("showLatestPublishedAgreement");
    /// Tells whether the newest agreement of a kind is signed.
    pub const ShowSignedLatestPublishedAgreement: Operation =
        Operation::new("showSignedLatestPublishedAgreement");
    /// Signs an agreement.
    pub const SignPublishedAgreement: Operation = Operation::new("signPublishedAgreement");
}

pub(super) const HANDLERS: &[Handler] = &[
    Handler::new(Operation::ShowLatestPublishedAgreement, latest, answer),
    Handler::new(
        Operation::ShowSignedLatestPublishedAgreement,
        signed,
        answer,
    ),
    Handler::new(Operation::SignPublishedAgreement, sign, answer),
];

fn command(asked: &Asked<'_>, what: AgreementCommand) -> Command {
    Command::Agreement {
        by: asked.by(),
        what,
    }
}

fn latest(asked: &Asked<'_>) -> Parsed<Command> {
    let kind = asked.text("agreement_type");
    Ok(command(asked, AgreementCommand::Latest { kind }))
}

fn signed(asked: &Asked<'_>) -> Parsed<Command> {
    let kind = asked.text("agreement_type");
    Ok(command(asked, AgreementCommand::Signed { kind }))
}

/// What it is signed for is not looked at: the example of the documents names nothing that exists.
fn sign(asked: &Asked<'_>) -> Parsed<Command> {
    let agreement = asked.path("id").parse().map_err(|_| Malformed::Parameter)?;
    Ok(command(asked, AgreementCommand::Sign { agreement }))
}

fn answer(paint: &Paint<'_>, outcome: Outcome) -> Rendered {
    match outcome {
        Outcome::Agreement(AgreementOutcome::Latest(agreement)) => {
            let Agreement {
                id,
                kind,
                version,
                content,
                ..
            } = agreement;
            let name = name(paint, &kind);
            paint.json(json!({ "case_agreement": {
                // A text here, a number where it is signed (D-96).
                "id": id.to_string(),
                "agreement_name": name,
                "agreement_type": kind,
                "agreement_type_name": name,
                "content": content,
                // D-97.
                "version": version,
            }}))
        }
        Outcome::Agreement(AgreementOutcome::Signed(signed)) => {
            paint.json(json!({ "is_signed_latest": signed }))
        }
        // D-98.
        Outcome::Agreement(AgreementOutcome::Recorded { record }) => {
            paint.json(json!({ "agreement_signed_record_id": record }))
        }
        other => written(paint, other),
    }
}

fn name(paint: &Paint<'_>, kind: &str) -> &'static str {
    match kind {
        "0" => paint.say("New ticket", "新建工单"),
        "1" => paint.say("New ticket of a software vendor", "ISV新建工单"),
        "2" => paint.say("Authorization", "授权"),
        _ => paint.say("Agreement", "协议"),
    }
}
