//! How the people of a ticket are reached, and whether a contact is verified.

use serde_json::{Map, Value, json};

use super::Handler;
use crate::domain::{
    Command, Contact, ContactCommand, ContactFilter, ContactOutcome, ContactWay, Outcome, Text,
    VerifiedContact,
};
use crate::http::asked::{Asked, Malformed, Parsed};
use crate::http::render::{Paint, Rendered, written};
use crate::operation::Operation;

#[allow(non_upper_case_globals, reason = "named as the variants of a list")]
impl Operation {
    /// Tells whether a contact has to be verified.
    pub const CheckNeedVerify: Operation = Operation::new("checkNeedVerify");
    /// Sends a code to a contact.
    pub const SendVerifyCodes: Operation = Operation::new("sendVerifyCodes");
    /// Verifies a contact with the code that was sent to it.
    pub const CheckVerifyCodes: Operation = Operation::new("checkVerifyCodes");
    /// Lists the verified contacts.
    pub const ListHasVerifiedContacts: Operation = Operation::new("listHasVerifiedContacts");
    /// Gives the mail addresses that get copies.
    pub const ListCaseCcEmails: Operation = Operation::new("listCaseCcEmails");
}

pub(super) const HANDLERS: &[Handler] = &[
    Handler::new(Operation::CheckNeedVerify, check, answer),
    Handler::new(Operation::SendVerifyCodes, send, written),
    Handler::new(Operation::CheckVerifyCodes, verify, written),
    Handler::new(Operation::ListHasVerifiedContacts, list, answer),
    Handler::new(Operation::ListCaseCcEmails, copies, answer),
];

fn command(asked: &Asked<'_>, what: ContactCommand) -> Command {
    Command::Contact {
        by: asked.by(),
        what,
    }
}

fn check(asked: &Asked<'_>) -> Parsed<Command> {
    // Without the mandatory two (a quirk), it is about a phone without a number.
    let contact = Contact::new(
        way(asked.number("contact_way"))?.unwrap_or(ContactWay::Phone),
        asked.text("contact_value").unwrap_or_default(),
        asked.text("area_code").unwrap_or_default(),
    );
    Ok(command(asked, ContactCommand::Check(contact)))
}

fn send(asked: &Asked<'_>) -> Parsed<Command> {
    Ok(command(asked, ContactCommand::Send(in_body(asked)?)))
}

/// Whose contact it is, the credentials say; the two ids in the body are not looked at.
fn verify(asked: &Asked<'_>) -> Parsed<Command> {
    let what = ContactCommand::Verify {
        contact: in_body(asked)?,
        code: asked.field("verify_code").unwrap_or_default().into(),
    };
    Ok(command(asked, what))
}

fn list(asked: &Asked<'_>) -> Parsed<Command> {
    let filter = ContactFilter {
        way: way(asked.number("contact_way"))?,
        value: asked.text("contact_value").map(Text::from),
        area_code: asked.text("area_code"),
        id: asked.text("verified_id").map(Text::from),
        account: asked.text("customer_id"),
        sub_user: asked.text("sub_customer_id"),
        holds_at: asked.time("expired_time")?,
    };
    let what = ContactCommand::List {
        filter,
        // The documented default is 1, but the documented answer without an offset has the only contact there is (D-103).
        offset: asked.count("offset").unwrap_or(0),
        limit: asked.limit()?,
    };
    Ok(command(asked, what))
}

fn copies(asked: &Asked<'_>) -> Parsed<Command> {
    Ok(command(asked, ContactCommand::Copies))
}

fn in_body(asked: &Asked<'_>) -> Parsed<Contact> {
    let number = asked.body.get("contact_way").and_then(Value::as_i64);
    Ok(Contact::new(
        way(number)?.ok_or(Malformed::Parameter)?,
        asked.field("contact_value").unwrap_or_default(),
        asked.field("area_code").unwrap_or_default(),
    ))
}

fn way(number: Option<i64>) -> Parsed<Option<ContactWay>> {
    let way = number.map(|number| ContactWay::of(number).ok_or(Malformed::Parameter));
    way.transpose()
}

fn answer(paint: &Paint<'_>, outcome: Outcome) -> Rendered {
    let outcome = match outcome {
        Outcome::Contact(outcome) => outcome,
        other => return written(paint, other),
    };
    match outcome {
        ContactOutcome::Needed { needed, until } => {
            let mut fields = Map::new();
            fields.insert("need_verify_code".to_owned(), json!(i64::from(needed)));
            if let Some(until) = until {
                fields.insert("expire_time".to_owned(), paint.time(until));
            }
            paint.json(Value::Object(fields))
        }
        ContactOutcome::Verified { total, contacts } => paint.json(json!({
            "count": paint.count(total),
            "contact_list": paint.list(contacts.iter().map(line)),
        })),
        // One object, where the example of the documents has a list of one (D-102).
        ContactOutcome::Copies {
            user,
            account,
            last,
            others,
        } => paint.json(json!({
            "cc_email_info": { "user_id": user, "customer_id": account, "cc_email": &*last },
            "mc_email_infos": paint.list(others.iter().map(|address| json!(&**address))),
        })),
    }
}

/// A contact in the list (ContactV2). A mail address has a country code only if somebody gave it one (D-94).
fn line(VerifiedContact { id, contact, .. }: &VerifiedContact) -> Value {
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    put("contact_way", json!(contact.way.number()));
    put("contact_value", json!(&*contact.value));
    if !contact.area_code.is_empty() {
        put("area_code", json!(contact.area_code));
    }
    put("verified_id", json!(&**id));
    Value::Object(fields)
}
