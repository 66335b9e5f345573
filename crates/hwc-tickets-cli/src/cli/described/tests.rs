//! What no operation of today has: made of those that are there.

use super::*;
use crate::cli::{Cli, tree};
use clap::CommandFactory as _;
use hwc_tickets::api::Value;

/// An operation with other values; `change` is told the number of each.
pub(crate) fn changed(name: &str, change: impl Fn(usize, &mut Value)) -> Operation {
    let mut operation = *Operation::named(name).unwrap();
    let mut values = operation.values.to_vec();
    for (number, value) in values.iter_mut().enumerate() {
        change(number, value);
    }
    operation.values = values.leak();
    operation
}

fn help(operation: &Operation) -> String {
    command(operation, "verb").render_long_help().to_string()
}

#[test]
fn every_operation_with_a_command_has_one() {
    let tree = tree();
    for operation in OPERATIONS {
        let Some(command) = operation.command else {
            continue;
        };
        let (noun, verb) = command.split_once(' ').unwrap();
        let noun = tree.find_subcommand(noun).unwrap();
        assert!(noun.find_subcommand(verb).is_some(), "{command}");
    }
    tree.debug_assert();
}

/// What the parser has made when it comes to it is what stands in the whole tree, in the same order.
#[test]
fn a_noun_that_waits_is_the_same() {
    let by_hand = Cli::command();
    let mut whole = grow(by_hand.clone());
    let mut waiting = grow_when_named(by_hand);
    let label = |tree: &Command| tree.find_subcommand("label").unwrap().has_subcommands();
    assert_eq!((label(&whole), label(&waiting)), (true, false));
    whole.build();
    waiting.build();
    assert_same(&mut waiting, &mut whole);
}

fn assert_same(one: &mut Command, other: &mut Command) {
    let helps = [&mut *one, &mut *other].map(|command| command.render_long_help().to_string());
    assert_eq!(helps[0], helps[1]);
    let names = |command: &Command| -> Vec<String> {
        let below = command.get_subcommands();
        below.map(|below| below.get_name().to_owned()).collect()
    };
    assert_eq!(names(one), names(other), "{}", one.get_name());
    let below = one.get_subcommands_mut().zip(other.get_subcommands_mut());
    below.for_each(|(one, other)| assert_same(one, other));
}

/// What is written by hand wins: the verbs of `ticket` stay its own.
#[test]
fn a_command_by_hand_stays() {
    let tree = tree();
    let show = tree.find_subcommand("ticket").unwrap();
    let show = show.find_subcommand("show").unwrap();
    let about = show.get_about().unwrap().to_string();
    assert!(about.starts_with("Show a ticket"), "{about}");
}

/// By its name alone; the others of its group come in beside it.
#[test]
fn a_command_by_hand_takes_the_place_of_the_printed_one() {
    let create = Command::new("create").about("By hand");
    let by_hand = Command::new("test").subcommand(Command::new("label").subcommand(create));
    let tree = grow(by_hand.clone());
    let label = tree.find_subcommand("label").unwrap();
    let of = |verb: &str| -> Vec<String> {
        let verbs = label.get_subcommands();
        let verbs = verbs.filter(|command| command.get_name() == verb);
        verbs
            .filter_map(|command| Some(command.get_about()?.to_string()))
            .collect()
    };
    assert_eq!(of("create"), ["By hand"]);
    assert_eq!(of("list").len(), 1);
    let operation = |words: &[&str]| {
        let matches = tree.clone().try_get_matches_from(words).unwrap();
        asked(&matches, &by_hand).map(|described| described.operation.command)
    };
    assert_eq!(operation(&["test", "label", "create"]), None);
    let list = Some(Some("label list"));
    assert_eq!(operation(&["test", "label", "list"]), list);
}

/// A secret is no option, in a list neither, nor is what has one within.
#[test]
fn a_secret_is_read_from_elsewhere() {
    let operation = *Operation::named("createMessages").unwrap();
    let shown = help(&operation);
    assert!(
        shown.contains("--authorization-content-file <FILE>"),
        "{shown}"
    );
    assert!(!shown.contains("--authorization-content <"), "{shown}");
    for kind in [Kind::Text, Kind::Integer, Kind::Json] {
        for is_list in [false, true] {
            let operation = changed("updateLabels", |number, value| {
                (value.kind, value.is_list) = (kind, is_list);
                value.is_sensitive = number == 1;
            });
            let shown = help(&operation);
            assert!(shown.contains("--name-file <FILE>"), "{shown}");
            assert!(!shown.contains("--name <"), "{shown}");
            // It may come from a prompt or from standard input.
            let typed = ["verb", "--label-id=1", "--label-color=1"];
            command(&operation, "verb")
                .try_get_matches_from(typed)
                .unwrap();
        }
    }
}

/// Neither with the options of every command, nor with one another.
#[test]
fn names_of_options_do_not_meet() {
    let operation = changed("updateLabels", |number, value| {
        value.path = [
            &["timeout"][..],
            &["body", "a", "limit"],
            &["body", "b", "limit"],
        ][number];
    });
    let names: Vec<&str> = inputs(&operation)
        .into_iter()
        .map(|input| input.name)
        .collect();
    assert_eq!(names, ["label-timeout", "a-limit", "b-limit"]);
    let operation = changed("updateLabels", |_, value| value.path = &["yes"]);
    let names: Vec<&str> = inputs(&operation)
        .into_iter()
        .map(|input| input.name)
        .collect();
    assert_eq!(
        names,
        ["label-yes", "label-label-yes", "label-label-label-yes"]
    );
}

#[test]
fn one_that_asks_can_be_told_yes() {
    let mut operation = *Operation::named("updateLabels").unwrap();
    assert!(!help(&operation).contains("--yes"));
    operation.asks = true;
    assert!(help(&operation).contains("--yes"));
}

#[test]
fn values_are_read_as_what_they_are() {
    use serde_json::json;
    let known: &[(&str, &str)] = &[("4", "AwaitingFeedback"), ("5", "Done")];
    let of = |kind, is_list| {
        let operation = changed("updateLabels", |_, value| {
            (value.kind, value.is_list) = (kind, is_list);
            value.known = match kind {
                Kind::Integer => known,
                _ => &[],
            };
        });
        operation.values[0]
    };
    for (kind, is_list, text, expected) in [
        (Kind::Text, false, "a,b", json!("a,b")),
        (Kind::Text, true, "a,b\\,c,", json!(["a", "b,c", ""])),
        (Kind::Text, true, r"C:\x", json!([r"C:\x"])),
        (Kind::Integer, false, "-7", json!(-7)),
        (Kind::Integer, false, "awaiting-feedback", json!(4)),
        (Kind::Integer, false, "AwaitingFeedback", json!(4)),
        (Kind::Integer, true, "done,9", json!([5, 9])),
        (Kind::Number, false, "1.5", json!(1.5)),
        (Kind::Flag, false, "true", json!(true)),
        (Kind::Json, false, r#"{"a":1}"#, json!({"a": 1})),
        (Kind::Json, true, r#"{"a":1}"#, json!([{"a": 1}])),
        (Kind::Json, true, r#"[{"a":1},{}]"#, json!([{"a": 1}, {}])),
    ] {
        assert_eq!(read(&of(kind, is_list), text), Ok(expected), "{text}");
    }
    for (kind, text) in [
        (Kind::Integer, "seven"),
        (Kind::Integer, ""),
        (Kind::Integer, "1.5"),
        (Kind::Number, "NaN"),
        (Kind::Flag, "yes"),
        (Kind::Json, "{not-json"),
    ] {
        let refused = read(&of(kind, false), text).unwrap_err();
        assert!(text.is_empty() || !refused.contains(text), "{refused}");
    }
}
