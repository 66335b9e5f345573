//! How a row of the table is called: by the typed call of its operation, so that nothing that a call knows is written twice.

use super::{Arguments, JsonPages, json_pages::without_json};
use crate::{
    api::{Call, Content, Described, Download, Exceeded, Paged, Pages, Response, Upload},
    client::Client,
    error::{Error, ErrorKind, Result},
};
use hwc_tickets_wire as wire;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};
use std::{fmt, future::Future, pin::Pin, time::Duration};

/// An operation of the table. Implemented by the generator for each.
pub(crate) trait Row: Described<Response: Send> + DeserializeOwned {
    /// Names of the values that are files.
    const FILES: &'static [&'static str];
    /// Whether it has a body of JSON even when nothing is put into it.
    const HAS_BODY: bool;
    /// Puts a file in its place.
    fn put(&mut self, name: &str, file: Upload);
}

type Answering<'c> = Pin<Box<dyn Future<Output = Result<Response<Content>>> + Send + 'c>>;

/// Reads the pages of a list.
type ReadPages = fn(&Client, Arguments, Option<Duration>) -> Result<JsonPages>;

/// How a row is called.
#[derive(Clone, Copy)]
pub(crate) struct Way {
    pub(super) exceeded: fn(Arguments) -> Result<Option<Exceeded>>,
    pub(super) call: fn(&Client, Arguments, Option<Duration>) -> Answering<'_>,
    pub(super) pages: Option<ReadPages>,
}

impl Way {
    /// Of an operation that answers an object.
    pub(crate) const fn object<R: Row<Answer<Client>: Serialize>>() -> Self {
        Self {
            exceeded: exceeded::<R>,
            call: |client, arguments, timeout| {
                Box::pin(async move {
                    let answer = prepared::<R>(client, arguments, timeout)?.await?;
                    json(R::OPERATION.name, answer)
                })
            },
            pages: None,
        }
    }

    /// Of one that answers a list.
    pub(crate) const fn list<R: Row<Answer<Client>: Serialize> + Paged<Item: Serialize>>() -> Self {
        Self {
            pages: Some(|client, arguments, timeout| {
                let call = prepared::<R>(client, arguments, timeout)?;
                Ok(JsonPages::new(Pages::new(call)))
            }),
            ..Self::object::<R>()
        }
    }

    /// Of one that answers a file.
    pub(crate) const fn file<R: Row<Answer<Client> = Download>>() -> Self {
        Self {
            exceeded: exceeded::<R>,
            call: |client, arguments, timeout| {
                Box::pin(async move {
                    let answer = prepared::<R>(client, arguments, timeout)?.await?;
                    Ok(answer.map(|file| Content::File(Box::new(file))))
                })
            },
            pages: None,
        }
    }
}

fn json<T: Serialize>(operation: &'static str, answer: Response<T>) -> Result<Response<Content>> {
    let body = serde_json::to_value(&answer.body).map_err(|_| without_json(operation))?;
    Ok(answer.map(|_| Content::Json(body)))
}

fn exceeded<R: Row>(arguments: Arguments) -> Result<Option<Exceeded>> {
    Ok(wire::check(&request::<R>(arguments)?).err())
}

fn prepared<R: Row>(
    client: &Client,
    arguments: Arguments,
    timeout: Option<Duration>,
) -> Result<Call<R>> {
    let call = client.call(request::<R>(arguments)?);
    Ok(match timeout {
        Some(total) => call.timeout(total),
        None => call,
    })
}

/// The request for arguments.
fn request<R: Row>(arguments: Arguments) -> Result<R> {
    let name = R::OPERATION.name;
    let Arguments { values, files } = arguments;
    let values = completed(name, (R::FILES, R::HAS_BODY), values, &files)?;
    let request = wire::from_arguments::<R>(values);
    let mut request = request.map_err(|fault| Error::from_fault(name, fault))?;
    for (name, file) in files {
        request.put(&name, file);
    }
    Ok(request)
}

/// `values` of an operation, with something in the place of each file, and with a body where it has one.
fn completed(
    operation: &'static str,
    (takes, has_body): (&[&str], bool),
    mut values: Value,
    files: &[(String, Upload)],
) -> Result<Value> {
    if values.is_null() {
        values = Value::Object(Map::new());
    }
    let refused =
        |detail: String| Error::local(ErrorKind::InvalidInput, detail).with_operation(operation);
    for (file, _) in files {
        if !takes.contains(&file.as_str()) {
            return Err(refused(format!("it takes no file {file:?}")));
        }
        if let Some(values) = values.as_object_mut() {
            // Until the file itself is put in its place.
            let before = values.insert(file.clone(), json!({"content": ""}));
            if before.is_some_and(|before| !before.is_null()) {
                // One of them would be left out without a word.
                return Err(refused(format!("{file} is given twice")));
            }
        }
    }
    if has_body && let Some(values) = values.as_object_mut() {
        let body = values.entry("body").or_insert(Value::Null);
        if body.is_null() {
            *body = Value::Object(Map::new());
        }
    }
    Ok(values)
}

impl fmt::Debug for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Way")
    }
}
