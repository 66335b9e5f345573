//! The description may be split: spec/paths and spec/components are put together, and places name the right file.

use crate::house::House;

fn split() -> House {
    let house = House::new();
    let text = house.read("spec/openapi.yaml");
    let (head, paths) = text.split_once("paths:\n").unwrap();
    let (paths, components) = paths.split_once("components:\n").unwrap();
    let unindent = |text: &str| {
        text.lines()
            .map(|line| format!("{}\n", line.strip_prefix("  ").unwrap_or(line)))
            .collect::<String>()
    };
    house.write("spec/openapi.yaml", head);
    house.write("spec/paths/messages.yaml", &unindent(paths));
    house.write("spec/components/messages.yaml", &unindent(components));
    house
}

#[test]
fn a_split_description_is_the_same_description() {
    let (whole, split) = (House::new(), split());
    for house in [&whole, &split] {
        assert!(house.xtask(&["spec", "bundle"]).passed);
    }
    assert_eq!(
        whole.read("spec/dist/openapi.json"),
        split.read("spec/dist/openapi.json")
    );
}

#[test]
fn a_problem_in_a_part_names_the_part() {
    let house = split();
    house.edit(
        "spec/components/messages.yaml",
        "maxLength: 2000",
        "maxLenght: 2000",
    );
    let line = house.line("spec/components/messages.yaml", "maxLenght");
    let run = house.xtask(&["spec", "lint"]);
    assert!(
        run.said.contains(&format!(
            "at: spec/components/messages.yaml:{line} (#/components/schemas/"
        )),
        "{}",
        run.said
    );
}

#[test]
fn an_entry_in_two_parts_is_refused() {
    let house = split();
    house.write(
        "spec/components/other.yaml",
        "schemas:\n  Message:\n    type: object\n",
    );
    let run = house.xtask(&["spec", "lint"]);
    assert!(
        run.said.contains("`Message` is already described")
            && run.said.contains("spec/components/other.yaml:2"),
        "{}",
        run.said
    );
}

/// What every operation of the fixture could have in common, and the fixture without it.
fn shared() -> House {
    let house = split();
    let head = house.read("spec/openapi.yaml");
    let every = r##"x-every-operation:
  parameters:
    - $ref: "#/components/parameters/XSite"
  success:
    headers:
      X-Request-Id:
        $ref: "#/components/headers/XRequestId"
    properties:
      error_code:
        type: string
        description: Code of a failure.
    examples:
      refused:
        value:
          error_code: A.1
  failure:
    content:
      application/json:
        schema:
          $ref: "#/components/schemas/ErrorBody"
  responses:
    "403":
      $ref: "#/components/responses/Forbidden"
  responses-to-a-body:
    "413":
      $ref: "#/components/responses/TooLarge"
"##;
    house.write("spec/openapi.yaml", &format!("{head}{every}"));
    let paths = "spec/paths/messages.yaml";
    for _ in 0..2 {
        house.edit(
            paths,
            "      \"403\":\n        $ref: \"#/components/responses/Forbidden\"\n",
            "",
        );
    }
    house.edit(
        paths,
        "      - $ref: \"#/components/parameters/XSite\"\n",
        "",
    );
    let components = "spec/components/messages.yaml";
    house.edit(
        components,
        "    description: Not allowed.\n    content:\n      application/json:\n        schema:\n          $ref: \"#/components/schemas/ErrorBody\"\n",
        "    description: Not allowed.\n  TooLarge:\n    description: Too large.\n",
    );
    house.edit(
        components,
        "      error_code:\n        type: string\n        description: Code of a failure.\n  Message:",
        "  Message:",
    );
    house
}

fn bundle(house: &House) -> serde_json::Value {
    let run = house.xtask(&["spec", "bundle"]);
    assert!(run.passed, "{}", run.said);
    serde_json::from_str(&house.read("spec/dist/openapi.json")).unwrap()
}

#[test]
fn what_every_operation_has_is_put_into_each() {
    let bundled = bundle(&shared());
    assert!(bundled.get("x-every-operation").is_none());
    let write = &bundled["paths"]["/v2/servicerequest/cases/{case_id}/message"]["post"];
    let read = &bundled["paths"]["/v2/servicerequest/cases/messages"]["get"];
    for operation in [write, read] {
        let parameters = operation["parameters"].as_array().unwrap();
        let put_in = parameters.last().unwrap();
        assert_eq!(put_in["$ref"], "#/components/parameters/XSite");
        assert_eq!(
            operation["responses"]["200"]["headers"]["X-Request-Id"]["$ref"],
            "#/components/headers/XRequestId"
        );
    }
    let statuses = |operation: &serde_json::Value| -> Vec<String> {
        let responses = operation["responses"].as_object().unwrap();
        responses.keys().cloned().collect()
    };
    let examples = |operation: &serde_json::Value| -> Vec<String> {
        let media = &operation["responses"]["200"]["content"]["application/json"];
        let examples = media["examples"].as_object().unwrap();
        examples.keys().cloned().collect()
    };
    assert_eq!(examples(write), ["refused"]);
    assert_eq!(examples(read), ["documented", "refused"]);
    assert_eq!(statuses(write), ["200", "403", "413"], "it has a body");
    assert_eq!(statuses(read), ["200", "403"], "it has none");
    for response in ["Forbidden", "TooLarge"] {
        let response = &bundled["components"]["responses"][response];
        assert_eq!(
            response["content"]["application/json"]["schema"]["$ref"],
            "#/components/schemas/ErrorBody"
        );
    }
    let schemas = &bundled["components"]["schemas"];
    assert!(schemas["ListMessagesAnswer"]["properties"]["error_code"].is_object());
    assert!(
        schemas["WriteResult"]["properties"]["error_code"]["x-documented-limits"].is_object(),
        "what a schema states itself stands"
    );
    assert!(
        schemas["Message"]["properties"]["error_code"].is_null(),
        "no answer of its own"
    );
}

#[test]
fn an_operation_can_state_its_own_and_leave_out() {
    let house = shared();
    house.edit(
        "spec/paths/messages.yaml",
        "    operationId: listMessages\n",
        "    operationId: listMessages\n    x-leaves-out: [X-Site]\n",
    );
    house.edit(
        "spec/paths/messages.yaml",
        "      \"200\":\n        description: Accepted.",
        "      \"403\":\n        description: Of another team.\n      \"200\":\n        description: Accepted.",
    );
    let bundled = bundle(&house);
    let read = &bundled["paths"]["/v2/servicerequest/cases/messages"]["get"];
    assert!(read.get("x-leaves-out").is_none());
    assert!(!read["parameters"].to_string().contains("XSite"));
    let write = &bundled["paths"]["/v2/servicerequest/cases/{case_id}/message"]["post"];
    assert_eq!(
        write["responses"]["403"]["description"], "Of another team.",
        "what an operation states itself stands"
    );
}

/// An edit of a file, the line that must be named, and words of the message.
struct Slip(
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

const SLIPS: &[Slip] = &[
    Slip(
        "spec/openapi.yaml",
        "  parameters:\n    - $ref",
        "  paramters:\n    - $ref",
        "paramters",
        "`paramters` is not a key of `x-every-operation`",
    ),
    Slip(
        "spec/openapi.yaml",
        "    properties:\n      error_code",
        "    propertys:\n      error_code",
        "propertys",
        "`propertys` is not a key of `success` here",
    ),
    Slip(
        "spec/openapi.yaml",
        "parameters/XSite",
        "parameters/XSight",
        "XSight",
        "$ref to #/components/parameters/XSight, which does not exist",
    ),
    Slip(
        "spec/openapi.yaml",
        "        description: Code of a failure.",
        "        maxLenght: 3\n        description: Code of a failure.",
        "maxLenght",
        "`maxLenght` is not a key of a schema",
    ),
    Slip(
        "spec/openapi.yaml",
        "responses/TooLarge",
        "responses/TooBig",
        "TooBig",
        "which does not exist",
    ),
    Slip(
        "spec/openapi.yaml",
        "    \"403\":",
        "    403:",
        "    403:",
        "not text to YAML",
    ),
    Slip(
        "spec/openapi.yaml",
        "  failure:\n",
        "  failure:\n    headers: {}\n    headers: {}\n",
        "headers: {}\n    content",
        "stands twice",
    ),
    Slip(
        "spec/paths/messages.yaml",
        "    operationId: listMessages\n",
        "    operationId: listMessages\n    x-leaves-out: [X-Sight]\n",
        "x-leaves-out",
        "`X-Sight` is nothing that every operation has",
    ),
    Slip(
        "spec/paths/messages.yaml",
        "    operationId: listMessages\n",
        "    operationId: listMessages\n    x-leaves-out: X-Site\n",
        "x-leaves-out",
        "`x-leaves-out` names nothing",
    ),
    Slip(
        "spec/paths/messages.yaml",
        "tags: [messages]",
        "tags: [tickets, messages]",
        "tags: [tickets",
        "move it to spec/paths/tickets.yaml",
    ),
    Slip(
        "spec/components/messages.yaml",
        "schemas:\n",
        "schemas:\n  Message:\n    type: object\n",
        "  Message:\n    type: object\n    properties",
        "stands twice",
    ),
];

#[test]
fn a_slip_in_any_part_is_refused_once_with_place_and_remedy() {
    let mut missed = Vec::new();
    for Slip(file, from, to, line, says) in SLIPS {
        let house = shared();
        house.edit(file, from, to);
        let place = format!("at: {file}:{} (#/", house.line(file, line));
        let run = house.xtask(&["spec", "lint"]);
        let told: Vec<&str> = run
            .said
            .split("\n\n")
            .filter(|block| block.contains(says))
            .collect();
        let good = told.len() == 1 && told[0].contains(&place) && told[0].contains(" mend: ");
        if run.passed || !good {
            missed.push(format!("{says:?}: wanted once, {place}\n{}", run.said));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n----\n"));
}

#[test]
fn a_part_that_says_nothing_or_that_nobody_reads_is_refused() {
    for (file, text, says) in [
        (
            "spec/paths/tickets.yml",
            "/v2/x: {}\n",
            "nothing reads this file",
        ),
        ("spec/paths/old/tickets.yaml", "", "nothing reads this file"),
        ("spec/paths/tickets.yaml", "- get\n", "no mapping of paths"),
        ("spec/paths/tickets.yaml", "", "no mapping of paths"),
        (
            "spec/components/shared.yaml",
            "",
            "no mapping of components",
        ),
        (
            "spec/components/shared.yaml",
            "schemas:\n",
            "no mapping of components",
        ),
        (
            "spec/components/others.yaml",
            "schemas:\n  Other:\n    type: object\n",
            "named for no tag",
        ),
    ] {
        let house = split();
        house.write(file, text);
        let run = house.xtask(&["spec", "lint"]);
        let told = run
            .said
            .split("\n\n")
            .any(|block| block.contains(says) && block.contains(file) && block.contains(" mend: "));
        assert!(!run.passed && told, "{file}: {says}\n{}", run.said);
    }
}
