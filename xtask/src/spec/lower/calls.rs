//! Corrections of what surrounds the schemas: security, parameters, responses, examples.

use super::schemas::each_of;
use crate::spec::{
    grammar::Kind,
    pointer::{each_mapping, resolve},
};
use serde_yaml::{Mapping, Value};

/// Headers that the pipeline sends with every call.
const PIPELINE_HEADERS: &[&str] = &["X-Site", "X-Language", "X-Time-Zone"];

/// Runs `change` on every operation.
fn each_operation(root: &mut Value, change: &mut impl FnMut(&mut Mapping)) {
    let Some(paths) = root.get_mut("paths").and_then(Value::as_mapping_mut) else {
        return;
    };
    for item in paths.values_mut() {
        let Some(item) = item.as_mapping_mut() else {
            continue;
        };
        for (key, operation) in item.iter_mut() {
            let is_method = key
                .as_str()
                .is_some_and(|key| crate::spec::operation::METHODS.contains(&key));
            if let (true, Some(operation)) = (is_method, operation.as_mapping_mut()) {
                change(operation);
            }
        }
    }
}

pub(super) fn drop_security(root: &mut Value) -> usize {
    let mut count = 0;
    let mut take = |map: Option<&mut Mapping>, key: &str| {
        count += usize::from(map.and_then(|map| map.remove(key)).is_some());
    };
    take(root.as_mapping_mut(), "security");
    take(
        root.get_mut("components").and_then(Value::as_mapping_mut),
        "securitySchemes",
    );
    each_operation(root, &mut |operation| take(Some(operation), "security"));
    count
}

pub(super) fn drop_pipeline_headers(root: &mut Value) -> usize {
    let before = root.clone();
    let mut count = 0;
    each_mapping(root, &mut |map| {
        let Some(Value::Sequence(parameters)) = map.get_mut("parameters") else {
            return;
        };
        let all = parameters.len();
        parameters.retain(|parameter| {
            let parameter = resolve(&before, parameter).unwrap_or(parameter);
            let named = |name: &str| {
                PIPELINE_HEADERS
                    .iter()
                    .any(|header| header.eq_ignore_ascii_case(name))
            };
            !(parameter.get("in").and_then(Value::as_str) == Some("header")
                && parameter
                    .get("name")
                    .and_then(Value::as_str)
                    .is_some_and(named))
        });
        count += all - parameters.len();
    });
    count
}

pub(super) fn keep_one_success(root: &mut Value) -> usize {
    let mut count = 0;
    each_operation(root, &mut |operation| {
        let Some(Value::Mapping(responses)) = operation.get_mut("responses") else {
            return;
        };
        let all = responses.len();
        let mut kept = false;
        responses.retain(|status, _| {
            let keep = !kept
                && status
                    .as_str()
                    .is_some_and(|status| status.starts_with('2'));
            kept |= keep;
            keep
        });
        count += all - responses.len();
    });
    count
}

pub(super) fn drop_response_headers(root: &mut Value) -> usize {
    let mut count = 0;
    let mut strip = |response: &mut Value| {
        if let Some(response) = response.as_mapping_mut() {
            count += usize::from(response.remove("headers").is_some());
        }
    };
    if let Some(Value::Mapping(responses)) = root
        .get_mut("components")
        .and_then(|c| c.get_mut("responses"))
    {
        responses.values_mut().for_each(&mut strip);
    }
    each_operation(root, &mut |operation| {
        if let Some(Value::Mapping(responses)) = operation.get_mut("responses") {
            responses.values_mut().for_each(&mut strip);
        }
    });
    count
}

pub(super) fn drop_examples(root: &mut Value) -> usize {
    let mut count = 0;
    // Found by the grammar: a property may be called `example`.
    let kinds = [Kind::Parameter, Kind::Header, Kind::MediaType, Kind::Schema];
    each_of(root, &kinds, &mut |map| {
        count += usize::from(map.remove("example").is_some());
        count += usize::from(map.remove("examples").is_some());
    });
    count
}

pub(super) fn type_of_submit_may_be_left_out(root: &mut Value) -> usize {
    let required = root
        .get_mut("components")
        .and_then(|components| components.get_mut("schemas"))
        .and_then(|schemas| schemas.get_mut("CreateMessageV2Req"))
        .and_then(|schema| schema.get_mut("required"))
        .and_then(Value::as_sequence_mut);
    let Some(required) = required else { return 0 };
    let all = required.len();
    required.retain(|name| name.as_str() != Some("type"));
    all - required.len()
}
