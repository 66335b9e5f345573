//! What no operation of today asks for.

use super::*;
use crate::{
    cli::described::{command, tests::changed},
    exit::Exit,
};
use std::{cell::Cell, io::Write as _};

fn told(outcome: Result<(), Failure>) -> (Exit, String) {
    let failure = outcome.unwrap_err();
    (failure.exit(), failure.told(false).unwrap().what)
}

/// Only a yes is a yes, and without a terminal nobody is asked.
#[test]
fn it_is_asked_before_it_is_done() {
    let mut operation = changed("updateLabels", |_, _| {});
    operation.asks = true;
    let arguments = Arguments::from(serde_json::json!({"label_id": 7, "body": {"name": "n"}}));
    let ask = |is_terminal, question: &dyn Fn(&str) -> io::Result<Option<String>>| {
        ask(&operation, &arguments, is_terminal, question)
    };
    let asked = Cell::new(0);
    let answer = |typed: Option<&'static str>| {
        let asked = &asked;
        move |question: &str| {
            asked.set(asked.get() + 1);
            assert!(question.starts_with("`label update` --label-id 7: "));
            assert!(question.ends_with("[y/N] "), "{question}");
            Ok(typed.map(str::to_owned))
        }
    };
    for yes in ["y\n", "YES", " yes \r\n"] {
        ask(true, &answer(Some(yes))).unwrap();
    }
    for no in [Some("n\n"), Some("\n"), Some("yesterday"), None] {
        let (exit, what) = told(ask(true, &answer(no)));
        assert_eq!(exit, Exit::Failure, "{what}");
        assert!(what.contains("`label update` was not confirmed"), "{what}");
    }
    assert_eq!(asked.get(), 7);
    let (exit, what) = told(ask(false, &answer(Some("y"))));
    assert_eq!(exit, Exit::Usage, "{what}");
    assert_eq!(asked.get(), 7);
}

/// What is to be done has the words that are typed, and no text.
#[test]
fn a_question_names_what_is_to_be_done_and_to_what() {
    let update = Operation::named("updateCases").unwrap();
    let arguments = serde_json::json!({
        "case_id": "case-123", "action_id": "press", "body": {"operate_desc": "why", "group_id": "g-1"}
    });
    assert_eq!(
        as_typed(update, &arguments.into()),
        "`ticket update` TICKET case-123 --action-id urge"
    );
}

/// By its name on the command line.
#[test]
fn a_limit_is_told_by_its_option() {
    let operation = changed("updateLabels", |_, _| {});
    for (body, says) in [
        (
            serde_json::json!({"name": "", "color": "c"}),
            "--name has 0 characters, and the least is 1",
        ),
        (
            serde_json::json!({"name": "n", "color": "12345678"}),
            "--label-color has 8 characters, and the most is 7",
        ),
    ] {
        let arguments = serde_json::json!({"label_id": 1, "body": body}).into();
        let (exit, what) = told(check(&operation, &arguments));
        assert_eq!(exit, Exit::Usage);
        assert!(what.starts_with(says), "{what}");
    }
}

/// From a file, and never in what is shown.
#[test]
fn a_secret_comes_from_a_file() {
    let operation = changed("updateLabels", |number, value| {
        value.is_sensitive = number == 1
    });
    let mut file = tempfile::NamedTempFile::new().unwrap();
    writeln!(file, "the secret").unwrap();
    let path = file.path().to_str().unwrap();
    let typed = [
        "verb",
        "--label-id",
        "1",
        "--label-color",
        "c",
        "--name-file",
        path,
    ];
    let matches = command(&operation, "verb").try_get_matches_from(typed);
    let given = arguments::read(&operation, &matches.unwrap()).unwrap();
    let mut values = given.arguments.values().clone();
    assert_eq!(values["body"]["name"], "the secret");
    for value in operation.values.iter().filter(|value| value.is_sensitive) {
        arguments::hide(&mut values, value.path);
        arguments::hide(&mut values, &["body", "absent", "deeper"]);
    }
    assert_eq!(
        values,
        serde_json::json!({"label_id": 1, "body": {"name": "<secret>", "color": "c"}})
    );
    // What cannot be read as it should is refused without being repeated.
    let number = changed("updateLabels", |number, value| {
        value.is_sensitive = number == 1;
        if number == 1 {
            value.kind = hwc_tickets::api::Kind::Integer;
        }
    });
    let matches = command(&number, "verb")
        .try_get_matches_from(typed)
        .unwrap();
    let refused = arguments::read(&number, &matches).unwrap_err();
    let what = refused.told(true).unwrap().what;
    assert!(
        what.contains("--name-file") && !what.contains("the secret"),
        "{what}"
    );
}

/// What stands in a cell: a known value by its name, else as it came.
#[test]
fn cells() {
    let known = &[("1", "InProgress")];
    for (value, shown) in [
        (serde_json::json!(1), Some("in-progress")),
        (serde_json::json!(9), Some("9")),
        (serde_json::json!("a\tb"), Some("a\tb")),
        (serde_json::json!(""), Some("")),
        (serde_json::json!(null), None),
        (
            serde_json::json!([1, {"a": true}]),
            Some(r#"[1,{"a":true}]"#),
        ),
    ] {
        assert_eq!(list::cell(Some(&value), known).as_deref(), shown);
    }
    assert_eq!(list::cell(None, known), None);
}

/// A value that has no reading in its column is shown as it came: a dash would say that there is none.
#[test]
fn what_has_no_reading_is_not_nothing() {
    let item = serde_json::json!({"label_id": 1, "~name": {"a": 1}, "color": null});
    for (name, shown) in [
        ("label_id", Some("1")),
        ("name", Some(r#"{"a":1}"#)),
        ("color", None),
        ("other", None),
    ] {
        let value = list::value(&item, name);
        assert_eq!(list::cell(value, &[]).as_deref(), shown, "{name}");
    }
}
