//! Examples of documents that are recorded as exchanges as well: both are copied from one page.

use super::Facts;
use crate::{
    file::Workspace,
    problem::{Place, Problem, Result},
    spec::pointer,
};
use serde_yaml::Value;

/// Where an exchange leaves the example that a fact says it records.
pub(super) fn differences(facts: &Facts, workspace: &Workspace) -> Result<Vec<Problem>> {
    let mut found = Vec::new();
    for (id, row) in facts.rows("operations") {
        let documented = row
            .value
            .get("examples")
            .and_then(|all| all.get("documented"));
        for (part, named) in row.below("recorded") {
            let name = named.value.as_str().unwrap_or_default();
            let path = format!("spec/examples/{id}/{name}.json");
            let exchange: Value =
                serde_json::from_str(&workspace.read(&path)?).map_err(|error| {
                    Problem::at(
                        Place::file(&path),
                        format!("is not JSON: {error}"),
                        "mend the syntax",
                    )
                })?;
            let at = match part {
                "body" => "/request/body",
                _ => "/response/body",
            };
            let is = pointer::get(&exchange, at);
            if is.is_none() || is != documented.and_then(|documented| documented.get(part)) {
                let place = named.place();
                let line = place.line.unwrap_or_default();
                found.push(Problem::at(
                    Place::pointer(path, at),
                    "the facts have another example of the document",
                    format!(
                        "copy it from the document, here or into the fact at {}:{line}",
                        place.file
                    ),
                ));
            }
        }
    }
    Ok(found)
}
