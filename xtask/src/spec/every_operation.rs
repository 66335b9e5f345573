//! What every operation has (header parameters, answers of errors, fields of an answer) is written once, under
//! `x-every-operation` of `spec/openapi.yaml`, and put in here. What an operation, an answer or a schema states
//! itself stands; `x-leaves-out` of an operation names what it does not have. The rules and everything generated see
//! the whole only.

mod form;

use super::{operation, pointer};
use serde_yaml::{Mapping, Value};

/// The key at the top of the description.
pub const KEY: &str = "x-every-operation";
/// The key of an operation that lacks something.
const LEAVES_OUT: &str = "x-leaves-out";
/// What was put in, and what was wrong with it.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Pointer in the whole, pointer to where it is written.
    pub put_in: Vec<(String, String)>,
    /// Pointer, what is wrong, what mends it.
    pub wrong: Vec<(String, String, String)>,
}

impl Outcome {
    fn wrong(&mut self, at: String, what: impl Into<String>, remedy: impl Into<String>) {
        self.wrong.push((at, what.into(), remedy.into()));
    }

    /// Adds what `shared` has and `own` lacks. `first`: it stands before what is there.
    fn merge(
        &mut self,
        own: &mut Mapping,
        shared: &Mapping,
        first: bool,
        (whole, local): (&str, &str),
    ) {
        let mut lacking = Mapping::new();
        for (key, value) in shared.iter().filter(|(key, _)| !own.contains_key(*key)) {
            let name = key.as_str().unwrap_or_default();
            self.put_in
                .push((pointer::join(whole, name), pointer::join(local, name)));
            lacking.insert(key.clone(), value.clone());
        }
        if first {
            lacking.extend(std::mem::take(own));
            *own = lacking;
        } else {
            own.extend(lacking);
        }
    }
}

/// Puts it into every operation of `root` and takes both keys out.
pub fn put_in(root: &mut Value) -> Outcome {
    let mut outcome = Outcome::default();
    let Value::Mapping(document) = &mut *root else {
        return outcome;
    };
    let every = document
        .shift_remove(KEY)
        .unwrap_or_else(|| Mapping::new().into());
    form::check(&every, &mut outcome);
    let operations: Vec<String> = operation::operations(root)
        .iter()
        .filter(|operation| operation.value.is_mapping())
        .map(operation::Operation::pointer)
        .collect();
    for at in &operations {
        let leaves_out = leaves_out(root, at, &every, &mut outcome);
        parameters(root, at, &every, &leaves_out, &mut outcome);
        responses(root, at, &every, &leaves_out, &mut outcome);
        success(root, at, &every, &mut outcome);
    }
    failures(root, &every, &mut outcome);
    outcome
}

/// Takes the list of what the operation lacks; each name is one of something shared.
fn leaves_out(root: &mut Value, at: &str, every: &Value, outcome: &mut Outcome) -> Vec<String> {
    let mut known: Vec<String> = pointer::items(every.get("parameters"))
        .filter_map(|parameter| Some(identity(root, parameter)?.1))
        .collect();
    for part in ["responses", "responses-to-a-body"] {
        known.extend(pointer::entries(every.get(part)).map(|(status, _)| status.to_owned()));
    }
    let Some(names) = operation(root, at).and_then(|own| own.shift_remove(LEAVES_OUT)) else {
        return Vec::new();
    };
    let pointer = pointer::join(at, LEAVES_OUT);
    let names: Vec<String> = match names {
        Value::Sequence(names) if !names.is_empty() => names
            .iter()
            .map(|name| name.as_str().unwrap_or_default().to_owned())
            .collect(),
        _ => {
            outcome.wrong(
                pointer,
                format!("`{LEAVES_OUT}` names nothing"),
                "write a list of parameters and statuses, such as `[X-Time-Zone, \"413\"]`, or delete it",
            );
            return Vec::new();
        }
    };
    for (index, name) in names.iter().enumerate() {
        if !known.contains(name) {
            outcome.wrong(
                pointer::join(&pointer, &index.to_string()),
                format!("`{name}` is nothing that every operation has"),
                format!("use the name of a parameter or a status (in quotes) out of `{KEY}`, or delete it"),
            );
        }
    }
    names
}

fn operation<'r>(root: &'r mut Value, at: &str) -> Option<&'r mut Mapping> {
    pointer::get_mut(root, at)?.as_mapping_mut()
}

/// Place and name of a parameter, its `$ref` followed.
fn identity(root: &Value, parameter: &Value) -> Option<(String, String)> {
    let parameter = pointer::resolve(root, parameter)?;
    let text = |key: &str| parameter.get(key)?.as_str().map(str::to_owned);
    Some((text("in")?, text("name")?))
}

fn parameters(
    root: &mut Value,
    at: &str,
    every: &Value,
    leaves_out: &[String],
    outcome: &mut Outcome,
) {
    let own: Vec<_> = [pointer::parent(at), Some(at)]
        .into_iter()
        .filter_map(|owner| pointer::get(root, owner?)?.get("parameters"))
        .flat_map(|parameters| pointer::items(Some(parameters)))
        .filter_map(|parameter| identity(root, parameter))
        .collect();
    let wanted: Vec<(usize, Value)> = pointer::items(every.get("parameters"))
        .enumerate()
        .filter(|(_, parameter)| {
            identity(root, parameter)
                .is_none_or(|id| !own.contains(&id) && !leaves_out.contains(&id.1))
        })
        .map(|(index, parameter)| (index, parameter.clone()))
        .collect();
    if wanted.is_empty() {
        return;
    }
    let whole = pointer::join(at, "parameters");
    let Some(operation) = operation(root, at) else {
        return;
    };
    let list = entry_before(
        operation,
        "parameters",
        &["requestBody", "responses"],
        Value::Sequence(Vec::new()),
    );
    // Another rule says that `parameters` is no list.
    let Value::Sequence(list) = list else { return };
    for (index, parameter) in wanted {
        outcome.put_in.push((
            pointer::join(&whole, &list.len().to_string()),
            format!("/{KEY}/parameters/{index}"),
        ));
        list.push(parameter);
    }
}

/// The value of `key`, put in before the first of `before` if it is not there.
pub(super) fn entry_before<'m>(
    map: &'m mut Mapping,
    key: &str,
    before: &[&str],
    empty: Value,
) -> &'m mut Value {
    if !map.contains_key(key) {
        let mut put = Some(empty);
        let mut whole = Mapping::new();
        for (other, value) in std::mem::take(map) {
            if other.as_str().is_some_and(|other| before.contains(&other))
                && let Some(empty) = put.take()
            {
                whole.insert(key.into(), empty);
            }
            whole.insert(other, value);
        }
        if let Some(empty) = put {
            whole.insert(key.into(), empty);
        }
        *map = whole;
    }
    map.entry(key.into()).or_insert(Value::Null)
}

/// The answers of errors, in the order of their statuses.
fn responses(
    root: &mut Value,
    at: &str,
    every: &Value,
    leaves_out: &[String],
    outcome: &mut Outcome,
) {
    let whole = pointer::join(at, "responses");
    let Some(operation) = operation(root, at) else {
        return;
    };
    let has_body = operation.contains_key("requestBody");
    let Some(Value::Mapping(own)) = operation.get_mut("responses") else {
        return;
    };
    for part in ["responses", "responses-to-a-body"] {
        let Some(Value::Mapping(shared)) = every.get(part) else {
            continue;
        };
        if part == "responses-to-a-body" && !has_body {
            continue;
        }
        let mut shared = shared.clone();
        shared.retain(|status, _| {
            status
                .as_str()
                .is_none_or(|status| !leaves_out.iter().any(|name| name == status))
        });
        outcome.merge(own, &shared, false, (&whole, &format!("/{KEY}/{part}")));
    }
    let mut sorted: Vec<_> = std::mem::take(own).into_iter().collect();
    sorted.sort_by(|(a, _), (b, _)| a.as_str().cmp(&b.as_str()));
    own.extend(sorted);
}

/// Headers and examples of the answers of success, and the fields of their JSON objects.
fn success(root: &mut Value, at: &str, every: &Value, outcome: &mut Outcome) {
    let Some(success) = every.get("success") else {
        return;
    };
    let whole = pointer::join(at, "responses");
    let mut schemas = Vec::new();
    let Some(Value::Mapping(own)) = operation(root, at).and_then(|own| own.get_mut("responses"))
    else {
        return;
    };
    for (status, response) in own.iter_mut() {
        let status = status.as_str().unwrap_or_default();
        if !status.starts_with('2') || pointer::reference(response).is_some() {
            continue;
        }
        let whole = pointer::join(&whole, status);
        if let Value::Mapping(response) = &mut *response {
            headers(response, success, "success", &whole, outcome);
            examples(response, success, &whole, outcome);
        }
        schemas.extend(operation::json_schema(response).map(|schema| {
            match pointer::reference(schema).and_then(|target| target.strip_prefix('#')) {
                Some(component) => component.to_owned(),
                None => format!("{whole}/content/application~1json/schema"),
            }
        }));
    }
    for schema in schemas {
        fields(root, &schema, success, outcome);
    }
}

/// What every answer may be in the place of a success, after its own examples.
fn examples(response: &mut Mapping, success: &Value, whole: &str, outcome: &mut Outcome) {
    let Some(Value::Mapping(shared)) = success.get("examples") else {
        return;
    };
    let content = response.get_mut("content");
    let media = content.and_then(|content| content.get_mut("application/json"));
    let Some(Value::Mapping(media)) = media else {
        return;
    };
    if media.contains_key("example") {
        return;
    }
    let own = media
        .entry("examples".into())
        .or_insert(Mapping::new().into());
    if let Value::Mapping(own) = own {
        let whole = format!("{whole}/content/application~1json/examples");
        let local = format!("/{KEY}/success/examples");
        outcome.merge(own, shared, false, (&whole, &local));
    }
}

/// The fields of every answer, at the end of the object at `at`.
fn fields(root: &mut Value, at: &str, success: &Value, outcome: &mut Outcome) {
    let Some(Value::Mapping(shared)) = success.get("properties") else {
        return;
    };
    let whole = pointer::join(at, "properties");
    if let Some(Value::Mapping(own)) = pointer::get_mut(root, &whole) {
        outcome.merge(
            own,
            shared,
            false,
            (&whole, &format!("/{KEY}/success/properties")),
        );
    }
}

fn headers(response: &mut Mapping, shared: &Value, part: &str, whole: &str, outcome: &mut Outcome) {
    let Some(Value::Mapping(shared)) = shared.get("headers") else {
        return;
    };
    let own = entry_before(response, "headers", &["content"], Mapping::new().into());
    if let Value::Mapping(own) = own {
        outcome.merge(
            own,
            shared,
            true,
            (
                &pointer::join(whole, "headers"),
                &format!("/{KEY}/{part}/headers"),
            ),
        );
    }
}

/// Headers and body of the shared answers of errors.
fn failures(root: &mut Value, every: &Value, outcome: &mut Outcome) {
    let Some(failure) = every.get("failure") else {
        return;
    };
    let names: Vec<String> = ["responses", "responses-to-a-body"]
        .into_iter()
        .flat_map(|part| pointer::entries(every.get(part)))
        .filter_map(|(_, response)| pointer::reference(response))
        .filter_map(|target| target.strip_prefix("#/components/responses/"))
        .map(str::to_owned)
        .collect();
    for name in names {
        let whole = pointer::join("/components/responses", &name);
        let Some(Value::Mapping(response)) = pointer::get_mut(root, &whole) else {
            continue;
        };
        headers(response, failure, "failure", &whole, outcome);
        if let (Some(content), false) = (failure.get("content"), response.contains_key("content")) {
            response.insert("content".into(), content.clone());
            outcome.put_in.push((
                pointer::join(&whole, "content"),
                format!("/{KEY}/failure/content"),
            ));
        }
    }
}
