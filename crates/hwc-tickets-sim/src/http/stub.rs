//! Answers of operations that nobody has built yet: an example in the place of what the service would say.

use http::{HeaderName, StatusCode};
use serde_json::{Map, Value, json};

use super::answer::{Answer, status_of};
use super::asked::Asked;
use crate::description::{By, Content, Field, Kind, Pages, Schema};
use crate::journal::Example;

/// Tells that an answer is an [`Example`], and which.
const HEADER: &str = "x-simulated";

/// Fields that would turn an answer into a failure.
const OF_FAILURE: [&str; 2] = ["error_code", "error_msg"];

/// The success that the description shows, else one made from the schema of the answer; of a list, the page of it that was
/// asked for.
pub(super) fn answer(asked: &Asked<'_>) -> Answer {
    let row = asked.row;
    let status = status_of(row.success.status);
    let Some(content) = &row.success.content else {
        return marked(Answer::new(status, "text/plain", ""), Example::Synthesised);
    };
    let (mut example, kind) = match &content.example {
        Some(example) => (example.clone(), Example::Described),
        None => (synthesised(&content.schema), Example::Synthesised),
    };
    if let Some(pages) = &row.pages {
        turn(pages, asked, &mut example);
    }
    marked(written(status, content, &example), kind)
}

/// Keeps the page that was asked for. A list that says the same at every place has no end, and a total of more than there
/// is promises what never comes.
fn turn(pages: &Pages, asked: &Asked<'_>, example: &mut Value) {
    let Some(list) = (example.get_mut(&pages.list)).and_then(Value::as_array_mut) else {
        return;
    };
    let all = list.len();
    let count = |name: &Option<String>| asked.count(name.as_deref()?);
    let size = count(&pages.size).unwrap_or(list.len());
    let before = match (pages.by, count(&pages.at)) {
        (By::Whole, _) | (_, None) => 0,
        (By::Offset, Some(at)) => at,
        (By::Number, Some(number)) => number.saturating_sub(1).saturating_mul(size.max(1)),
    };
    *list = (list.drain(..).skip(before)).take(size).collect();
    let total = pages.total.as_ref();
    if let Some(total) = total.and_then(|name| example.get_mut(name)) {
        *total = json!(all);
    }
}

fn marked(answer: Answer, example: Example) -> Answer {
    let mut answer = answer.header(HeaderName::from_static(HEADER), example.name());
    answer.example = Some(example);
    answer
}

fn written(status: StatusCode, content: &Content, example: &Value) -> Answer {
    match (&content.schema.kind, example) {
        (Kind::Bytes, Value::String(text)) => {
            Answer::new(status, &content.media, text.clone().into_bytes())
        }
        _ => Answer::new(status, &content.media, example.to_string()),
    }
}

/// A value that keeps to a schema and to its limits.
fn synthesised(schema: &Schema) -> Value {
    match &schema.kind {
        Kind::Object(fields) => {
            let told = |field: &&Field| !OF_FAILURE.contains(&field.name.as_str());
            let fields = fields.iter().filter(told);
            let fields = fields.map(|field| (field.name.clone(), synthesised(&field.schema)));
            Value::Object(fields.collect::<Map<_, _>>())
        }
        // One item: so a total beside it, which is 1 as every number, is right.
        Kind::List(items) => {
            let count = usize::try_from(schema.nearest(1)).unwrap_or(1);
            vec![synthesised(items); count].into()
        }
        Kind::Text | Kind::Bytes => {
            let length = usize::try_from(schema.nearest(7)).unwrap_or(7);
            let text: String = "example".chars().cycle().take(length).collect();
            text.into()
        }
        Kind::Integer | Kind::Number => {
            let known = schema.known.clone();
            known.unwrap_or_else(|| json!(schema.nearest(1)))
        }
        Kind::Truth => json!(false),
        Kind::Any => json!({}),
    }
}
