//! The commands that follow from the description, all of them by the same tests: they go by the table of operations, the
//! recorded exchanges and the simulator, so that a new operation needs no line here.

use crate::stage::{FOREVER, Ran, Stage, names, private, program, unavailable};
use contract_tests::{exchange::Exchange, simulator};
use heck::{ToKebabCase as _, ToShoutySnakeCase as _};
use hwc_tickets::api::{Answer, Column, Kind, OPERATIONS, Operation, Value};
use hwc_tickets_sim::{Fault, FaultRule, GROUP, Label, Operation as Simulated};
use serde_json::Value as Json;
use std::{
    collections::BTreeMap,
    path::Path,
    process::Command,
    sync::{LazyLock, OnceLock},
};

/// What is said of a list that ends before its total.
const FEWER: &str = "warning: an item may be missing: the list changed while it was read, or ends before its total\n";

/// Options that are every command's own.
const OF_ALL: [&str; 5] = ["color", "language", "limit", "timeout", "version"];

const FORMS: [&str; 4] = ["table", "json", "ndjson", "plain"];

/// The operations that the description gives a command, with noun and verb.
fn printed() -> impl Iterator<Item = (&'static Operation, &'static str, &'static str)> {
    let made = OPERATIONS.iter().filter(|operation| !operation.is_by_hand);
    made.filter_map(|operation| {
        let (noun, verb) = operation.command?.split_once(' ')?;
        Some((operation, noun, verb))
    })
}

/// The commands of the description whose place is taken by one that is written by hand: their help has other words.
fn overridden() -> &'static [&'static str] {
    static OVERRIDDEN: OnceLock<Vec<&str>> = OnceLock::new();
    OVERRIDDEN.get_or_init(|| {
        let by_hand = printed().filter(|(operation, noun, verb)| {
            let mut help = Command::new(program());
            let help = help.args([noun, verb, "--help"]).env_clear();
            let help = String::from_utf8(help.output().unwrap().stdout).unwrap();
            let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            let summary = operation.summary.trim_end_matches('.');
            let own = words(&format!("{summary} {}", operation.description));
            !words(&help).starts_with(&own)
        });
        by_hand
            .filter_map(|(operation, ..)| operation.command)
            .collect()
    })
}

/// The operations whose command is made, with noun and verb.
pub(crate) fn described() -> impl Iterator<Item = (&'static Operation, &'static str, &'static str)>
{
    printed().filter(|(operation, ..)| {
        let command = operation.command;
        !command.is_some_and(|command| overridden().contains(&command))
    })
}

/// All others are what the description makes of them, and nothing but the name of a command by hand says otherwise.
#[test]
fn these_are_written_by_hand_in_the_place_of_printed_ones() {
    let by_hand: &[&str] = &[
        "attachment upload",
        "attachment download",
        "attachment delete",
        "ticket create",
        "ticket score",
        "ticket export",
    ];
    assert_eq!(overridden(), by_hand);
}

/// The option of a value; `None` of one that is none.
fn option(operation: &Operation, value: &Value) -> Option<String> {
    let last = value.path.last().unwrap();
    if *last == "case_id" && operation.resource == "ticket" || value.is_group {
        return None;
    }
    if operation.size == Some(*last) {
        return Some("--page-size".to_owned());
    }
    let name = last.to_kebab_case();
    let noun = operation.command.unwrap().split(' ').next().unwrap();
    Some(match value.is_sensitive {
        true => format!("--{name}-file"),
        // Every command has options of these names.
        false if OF_ALL.contains(&name.as_str()) => format!("--{noun}-{name}"),
        false => format!("--{name}"),
    })
}

/// A document of the description.
fn spec(path: &str) -> Json {
    let spec = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spec");
    let text = std::fs::read_to_string(spec.join(path)).expect(path);
    serde_json::from_str(&text).expect(path)
}

/// The table of the operations, which is long.
static TABLE: LazyLock<Json> = LazyLock::new(|| spec("dist/operations.json"));

/// The recorded call of an operation, as it is typed. A file lies in the home of the stage.
fn recorded(stage: &Stage, operation: &Operation) -> Vec<String> {
    let exchange = spec(&format!("examples/{}/success.json", operation.name));
    let request = &exchange["request"];
    let mut rows = TABLE["operations"].as_array().unwrap().iter();
    let row = rows.find(|row| row["name"] == operation.name).unwrap();
    let template = row["path"].as_str().unwrap().split('/');
    let path = template.zip(request["path"].as_str().unwrap().split('/'));
    let in_path: Vec<(&str, &str)> = path
        .filter_map(|(name, value)| Some((name.strip_prefix('{')?.strip_suffix('}')?, value)))
        .collect();
    let (noun, verb) = operation.command.unwrap().split_once(' ').unwrap();
    let mut args = vec![noun.to_owned(), verb.to_owned()];
    for value in operation.values {
        let name = *value.path.last().unwrap();
        let mut within = &request["body"];
        for name in value.path.iter().skip(1) {
            within = &within[name];
        }
        let text = |value: &Json| match value {
            Json::Null => None,
            Json::String(text) => Some(text.clone()),
            value => Some(value.to_string()),
        };
        let in_path = in_path.iter().find(|(own, _)| *own == name);
        let in_query = request["query"].as_array().into_iter().flatten();
        let in_query = in_query.filter(|pair| pair[0] == name);
        let in_query: Vec<String> = in_query.filter_map(|pair| text(&pair[1])).collect();
        let form = &request["form"][name];
        let given = match in_path {
            Some((_, value)) => vec![(*value).to_owned()],
            None if !in_query.is_empty() => in_query,
            None if value.kind == Kind::File => {
                let file = stage.home().join(form["name"].as_str().unwrap());
                let content = form["content"].as_str().unwrap();
                vec![private(&file, content.as_bytes()).display().to_string()]
            }
            None if !form.is_null() => text(form).into_iter().collect(),
            None if value.is_list => {
                let items = within.as_array().into_iter().flatten();
                items.filter_map(text).collect()
            }
            None if value.path.len() > 1 => text(within).into_iter().collect(),
            None => Vec::new(),
        };
        for mut text in given {
            if value.is_sensitive {
                let file = stage.home().join(name);
                text = private(&file, text.as_bytes()).display().to_string();
            }
            match option(operation, value) {
                Some(option) => args.push(format!("{option}={text}")),
                None if value.is_group => args.push(format!("--group={text}")),
                None => args.push(text),
            }
        }
    }
    if operation.asks {
        args.push("--yes".to_owned());
    }
    furnish(stage, operation, exchange.clone());
    args
}

/// Whether the simulator only has an example for what was called last.
fn is_example(stage: &Stage) -> bool {
    let last = stage.sim().journal().pop();
    last.is_some_and(|entry| entry.example.is_some())
}

/// Makes what the recorded call names, where it is not there.
fn furnish(stage: &Stage, operation: &Operation, recorded: Json) {
    let name = format!("{}/success", operation.name);
    let exchange = Exchange::of(&name, recorded).unwrap();
    simulator::furnish(stage.sim(), &exchange);
}

/// A stage whose simulator takes ids of things that nobody made, as the recorded calls have them.
fn permissive() -> Stage {
    Stage::with(|builder| builder.rules(simulator::permissive()))
}

fn run(stage: &Stage, args: &[String], more: &[&str]) -> Ran {
    let args: Vec<&str> = args
        .iter()
        .map(String::as_str)
        .chain(more.iter().copied())
        .collect();
    stage.run(&args)
}

/// The help has each value, with what is known of it, and what `plain` writes.
#[test]
fn help_shows_every_value() {
    let stage = Stage::new();
    let mut lists: BTreeMap<&str, String> = BTreeMap::new();
    for (operation, noun, verb) in described() {
        let ran = stage.finish(stage.bare(&[noun, verb, "--help"]).env("COLUMNS", "100"));
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{noun} {verb}");
        let help = &ran.stdout;
        let lines = help.lines().filter(|line| !line.starts_with("Usage: "));
        let longest = lines.map(|line| line.chars().count()).max();
        assert!(longest <= Some(120), "{noun} {verb}");
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let flat = words(help);
        let summary = operation.summary.trim_end_matches('.');
        assert!(help.starts_with(summary), "{help}");
        assert!(flat.contains(&words(operation.description)), "{help}");
        for value in operation.values {
            let about = words(&stage.stable(value.about.trim_end_matches('.')));
            let Some(option) = option(operation, value) else {
                let group = value.is_group && help.contains("--group <ID>");
                assert!(group || help.contains("<TICKET>"), "{help}");
                continue;
            };
            let is_there = help.lines().any(|line| {
                let line = line.trim_start();
                line.starts_with(&format!("{option} <")) || line.starts_with(&format!("{option}[="))
            });
            assert!(is_there, "{option}: {help}");
            assert!(
                option == "--page-size" || flat.contains(&about),
                "{about}: {help}"
            );
            for (number, name) in value.known {
                let known = format!("{} ({number})", name.to_kebab_case());
                let known = stage.stable(&known);
                assert!(flat.contains(&known), "{known}: {help}");
            }
        }
        for (flag, is_there) in [
            ("--limit <N>", operation.list.is_some()),
            ("--to <FILE>", operation.answer == Answer::File),
            ("--dry-run", !operation.is_safe),
            ("--yes", operation.asks),
        ] {
            assert_eq!(
                help.contains(&format!(" {flag}")),
                is_there,
                "{flag}: {help}"
            );
        }
        assert!(help.contains("of -o plain"), "{help}");
        // In the list of its noun, with its words.
        let list = lists.entry(noun).or_insert_with(|| {
            let mut help = stage.bare(&[noun, "--help"]);
            stage.finish(help.env("COLUMNS", "200")).stdout
        });
        let line = list
            .lines()
            .find(|line| line.trim_start().starts_with(&format!("{verb} ")));
        assert!(line.is_some_and(|line| line.ends_with(summary)), "{list}");
        // And in the manual.
        let dir = stage.home().join("man");
        if !dir.exists() {
            assert_eq!(stage.run(&["man", dir.to_str().unwrap()]).code, 0);
        }
        let page = format!("hwc-tickets-{noun}-{verb}.1");
        assert!(names(&dir).contains(&page), "{page}");
    }
    assert!(described().count() >= 6);
}

/// What the description marks as a secret is no option, whatever it is called.
#[test]
fn secrets_are_no_options() {
    let stage = Stage::new();
    for (operation, noun, verb) in described() {
        let help = stage
            .finish(&mut stage.bare(&[noun, verb, "--help"]))
            .stdout;
        for value in operation.values.iter().filter(|value| value.is_sensitive) {
            let name = value.path.last().unwrap().to_kebab_case();
            for line in help.lines().map(str::trim_start) {
                assert!(!line.starts_with(&format!("--{name} ")), "{help}");
            }
        }
    }
}

/// An error about a secret shows no part of it, nor the name of a field in it.
#[test]
fn an_error_about_a_secret_shows_nothing_of_it() {
    let stage = Stage::new();
    let confirm = [
        "authorization",
        "confirm",
        "--yes",
        "--authorization-id",
        "1",
        "--auth-detail-list-file",
    ];
    for (number, value) in [
        r#"[{"canary":1}]"#,
        r#"[{"account":{"canary":1}}]"#,
        r#"["canary"]"#,
        r#"{"canary":"#,
        r#"[{"auth_detail_id":1,"port":987654321}]"#,
    ]
    .into_iter()
    .enumerate()
    {
        let path = stage.home().join(format!("details-{number}.json"));
        let path = private(&path, value.as_bytes());
        let ran = stage.run(&[&confirm[..], &[path.to_str().unwrap(), "-v"]].concat());
        assert_eq!(ran.code, 2, "{value}: {}", ran.golden());
        for part in ["canary", "987654321"] {
            assert!(!ran.stderr.contains(part), "{}", ran.stderr);
        }
    }
    assert_eq!(stage.requests(), 0);
}

/// The recorded call of each, against the simulator, in every form.
#[test]
fn every_command_works_in_every_form() {
    for (operation, ..) in described() {
        for form in FORMS {
            let stage = permissive();
            let mut args = recorded(&stage, operation);
            if args == ["ticket", "list"] {
                // Without anything it is the list of what needs an answer.
                args.extend(["--limit", "20"].map(Into::into));
            }
            let ran = run(&stage, &args, &["-o", form]);
            assert_eq!(ran.code, 0, "{args:?} -o {form}: {}", ran.golden());
            let stderr = match form {
                "table" => ran.stderr.trim_start_matches("Done.\n"),
                _ => ran.stderr.as_str(),
            };
            // The example of a list need not be as long as it says.
            let stderr = match is_example(&stage) {
                true => stderr.trim_start_matches(FEWER),
                false => stderr,
            };
            assert_eq!(stderr, "", "{args:?} -o {form}");
            let is_example = is_example(&stage);
            if operation.answer == Answer::File {
                assert!(!ran.stdout.is_empty(), "{args:?}");
                assert!(is_example || !ran.stdout.starts_with('{'), "{args:?}");
                continue;
            }
            let titles: Vec<String> = (operation.columns.iter())
                .map(|column| column.name.to_shouty_snake_case().replace('_', " "))
                .collect();
            match (form, operation.list) {
                ("json", Some(list)) => {
                    let answer = ran.json();
                    let items = answer[list].as_array().unwrap();
                    assert_eq!(answer["complete"], true, "{answer}");
                    assert_eq!(answer["report"]["yielded"], items.len(), "{answer}");
                }
                ("json", None) => assert!(ran.json().is_object(), "{}", ran.stdout),
                ("ndjson", _) => {
                    for line in ran.stdout.lines() {
                        assert!(
                            serde_json::from_str::<Json>(line).unwrap().is_object(),
                            "{line}"
                        );
                    }
                }
                ("plain", Some(_)) => {
                    for line in ran.stdout.lines() {
                        assert_eq!(line.split('\t').count(), titles.len(), "{line}");
                    }
                }
                ("table", Some(_)) => {
                    let head = ran.stdout.lines().next().unwrap();
                    // Titles of times name their zone.
                    let found: Vec<&str> = head
                        .split("  ")
                        .map(|title| title.split(" (").next().unwrap_or_default().trim())
                        .filter(|title| !title.is_empty())
                        .collect();
                    assert_eq!(found, titles);
                }
                _ => {}
            }
            if operation.name == "listCases" {
                let lines = ran.stdout.lines().count();
                assert!(lines > 10, "{}", ran.stdout);
            }
        }
    }
}

/// What is nested is shown by its names to people, and as JSON to programs.
#[test]
fn a_table_has_no_json() {
    let mut nested = 0;
    for (operation, ..) in described().filter(|(operation, ..)| operation.is_safe) {
        if operation.answer == Answer::File {
            continue;
        }
        let stage = permissive();
        let args = recorded(&stage, operation);
        let mut forms = ["table", "plain"].map(|form| run(&stage, &args, &["-o", form]).stdout);
        forms.iter_mut().for_each(|text| text.retain(|c| c != ' '));
        let [table, plain] = forms;
        let has_json = |text: &str| ["[{", "{\""].iter().any(|start| text.contains(start));
        assert!(!has_json(&table), "{args:?}: {table}");
        nested += usize::from(has_json(&plain));
    }
    assert!(nested >= 3, "{nested}");
    let stage = permissive();
    let severities = described()
        .find(|(.., verb)| *verb == "severities")
        .unwrap()
        .0;
    let args = recorded(&stage, severities);
    let answer = run(&stage, &args, &["-o", "json"]).json();
    let table = run(&stage, &args, &["-o", "table"]).stdout;
    for severity in answer["severity_list"].as_array().unwrap() {
        let [name, id] = ["severity_name", "severity_id"].map(|field| severity[field].as_str());
        let called = format!("{} ({})", name.unwrap(), id.unwrap());
        assert!(table.contains(&called), "{called}: {table}");
    }
}

/// A table is looked at by others, too: what is sensitive beside other columns is in the other forms only.
#[test]
fn a_table_hides_what_is_sensitive() {
    let mut checked = 0;
    for (operation, ..) in described() {
        let (hidden, shown): (Vec<&Column>, Vec<&Column>) =
            (operation.columns.iter()).partition(|column| column.is_sensitive);
        let Some(list) = operation.list.filter(|_| !shown.is_empty()) else {
            continue;
        };
        if hidden.is_empty() {
            continue;
        }
        let stage = permissive();
        let args = recorded(&stage, operation);
        let answer = run(&stage, &args, &["-o", "json"]).json();
        let items = answer[list].as_array().unwrap();
        let table = run(&stage, &args, &["-o", "table"]).stdout;
        let plain = run(&stage, &args, &["-o", "plain"]).stdout;
        assert!(!plain.contains("(hidden"), "{plain}");
        for (item, line) in items.iter().zip(table.lines().skip(1)) {
            let values = hidden
                .iter()
                .filter_map(|column| item[column.name].as_str());
            let values: Vec<&str> = values.filter(|value| !value.is_empty()).collect();
            assert_eq!(line.matches("(hidden").count(), values.len(), "{table}");
            let is_shown = |value: &str| shown.iter().any(|column| item[column.name] == value);
            for value in values.into_iter().filter(|value| !is_shown(value)) {
                assert!(!line.contains(value), "{table}");
                checked += 1;
            }
        }
    }
    assert!(checked > 0);
}

/// Each documented limit, from both sides: refused by the name of the option, and nothing is sent.
#[test]
fn limits_are_told_by_their_options() {
    let mut checked = 0;
    for (operation, ..) in described() {
        let stage = permissive();
        let args = recorded(&stage, operation);
        for value in operation.values {
            let Some(option) = option(operation, value).filter(|_| !value.is_sensitive) else {
                continue;
            };
            for limit in operation.limits(value) {
                let is_item = limit.field.ends_with("[]") && value.is_list;
                let beyond = [
                    limit.min.and_then(|min| min.checked_sub(1)),
                    limit.max.and_then(|max| max.checked_add(1)),
                ];
                for measure in beyond
                    .into_iter()
                    .flatten()
                    .filter(|measure| *measure < 70_000)
                {
                    let text = match (value.kind, value.is_list && !is_item) {
                        (_, true) if measure < 1 => continue,
                        (Kind::Text, true) => {
                            vec!["a"; usize::try_from(measure).unwrap()].join(",")
                        }
                        (Kind::Integer, true) => {
                            vec!["1"; usize::try_from(measure).unwrap()].join(",")
                        }
                        (Kind::Text, false) if measure >= 0 => {
                            "a".repeat(usize::try_from(measure).unwrap())
                        }
                        (Kind::Integer, false) => measure.to_string(),
                        _ => continue,
                    };
                    let own = format!("{option}=");
                    let mut args = args.clone();
                    args.retain(|arg| !arg.starts_with(&own));
                    args.push(format!("{own}{text}"));
                    let ran = run(&stage, &args, &[]);
                    assert_eq!(ran.code, 2, "{option} {measure}: {}", ran.golden());
                    let told = format!("error: {option} ");
                    assert!(ran.stderr.starts_with(&told), "{measure}: {}", ran.stderr);
                    assert!(ran.stderr.contains("documented limit"), "{}", ran.stderr);
                    checked += 1;
                }
            }
        }
        assert_eq!(stage.requests(), 0, "{}", operation.name);
    }
    assert!(checked > 20, "{checked}");
}

/// What is mandatory is asked for by name, and a value of another type is refused.
#[test]
fn what_cannot_be_sent_is_refused() {
    let stage = permissive();
    for (operation, noun, verb) in described() {
        let args = recorded(&stage, operation);
        for value in operation.values {
            let option = option(operation, value);
            if value.is_mandatory && !value.is_sensitive {
                let without = args
                    .iter()
                    .enumerate()
                    .filter(|(number, arg)| match &option {
                        Some(option) => !arg.starts_with(&format!("{option}=")),
                        None => *number != 2,
                    });
                let without: Vec<String> = without.map(|(_, arg)| arg.clone()).collect();
                let ran = run(&stage, &without, &[]);
                assert_eq!(ran.code, 2, "{without:?}: {}", ran.golden());
                let name = option.as_deref().unwrap_or("<TICKET>");
                assert!(ran.stderr.contains(name), "{without:?}: {}", ran.stderr);
            }
            if let (Kind::Integer, Some(option)) = (value.kind, &option) {
                let ran = stage.run(&[noun, verb, &format!("{option}=\u{1b}[2Jseven")]);
                assert_eq!(ran.code, 2, "{}", ran.golden());
                assert!(ran.stderr.contains(option), "{}", ran.stderr);
                assert!(!ran.stderr.contains('\u{1b}'), "{}", ran.stderr);
            }
        }
    }
    assert_eq!(stage.requests(), 0);
}

/// The error of a call is told as everywhere, and ends with its code.
#[test]
fn a_failure_is_told_as_everywhere() {
    for (operation, ..) in described() {
        let stage = permissive();
        let args = recorded(&stage, operation);
        let simulated = Simulated::named(operation.name).unwrap();
        stage
            .sim()
            .fault(FaultRule::new(simulated, unavailable()).times(FOREVER));
        let ran = run(&stage, &args, &["--retries", "0"]);
        assert_eq!(ran.code, 1, "{args:?}: {}", ran.golden());
        assert_eq!(ran.stdout, "", "{args:?}");
        assert!(ran.stderr.contains("\n  help: "), "{}", ran.stderr);
        if operation.list.is_some() {
            let ran = run(&stage, &args, &["--retries", "0", "-o", "json"]);
            let answer = ran.json();
            assert_eq!((ran.code, &answer["complete"]), (1, &Json::Bool(false)));
            assert_eq!(answer["error"]["operation"], operation.name, "{answer}");
        }
    }
}

/// A write whose answer was lost is looked for where it would stand, which need not be a ticket.
#[test]
fn what_may_have_been_done_is_looked_for_where_it_stands() {
    let stage = Stage::new();
    let create = Simulated::named("createLabels").unwrap();
    stage
        .sim()
        .fault(FaultRule::new(create, Fault::Close).after_commit());
    let args = [
        "label",
        "create",
        "--name",
        "new",
        "--label-color",
        "#000000",
    ];
    let ran = stage.run(&args);
    assert_ne!(ran.code, 0, "{}", ran.golden());
    let says = "Check with `hwc-tickets label list` before you do it again.";
    assert!(ran.stderr.contains(says), "{}", ran.stderr);
    assert!(stage.sim().labels().iter().any(|label| label.name == "new"));
}

/// As many items as are asked for, over the borders of pages, and no page more than needed.
#[test]
fn a_list_is_read_page_by_page() {
    let stage = permissive();
    let mut paged = 0;
    let lists = described().filter(|(operation, ..)| operation.list.is_some());
    for (operation, noun, verb) in lists {
        let list = operation.list.unwrap();
        if operation.values.iter().any(|value| value.is_mandatory) {
            // There is not so much of what it is asked for.
            let args = recorded(&stage, operation);
            let all = run(&stage, &args, &["-o", "json"]).json();
            assert_eq!(all["complete"], true, "{args:?}: {all}");
            continue;
        }
        let all = stage.run(&[noun, verb, "-o", "json"]).json();
        assert_eq!(all["complete"], true, "{noun} {verb}: {all}");
        let all = all[list].as_array().unwrap().clone();
        if is_example(&stage) || operation.size.is_none() || all.len() <= 5 {
            let one = stage
                .run(&[noun, verb, "-o", "json", "--limit", "1"])
                .json();
            let first = &all[..all.len().min(1)];
            assert_eq!(one[list].as_array().unwrap(), first, "{noun} {verb}");
            continue;
        }
        paged += 1;
        for (more, expected, pages) in [
            (&["--page-size", "3"][..], all.len(), 4..),
            (&["--limit", "1"], 1, 1..),
            (&["--limit", "4", "--page-size", "3"], 4, 2..),
            (&["--limit", "5"], 5, 1..),
            (&["--limit", "100000"], all.len(), 1..),
        ] {
            let before = stage.requests();
            let args = [&[noun, verb, "-o", "json"][..], more].concat();
            let answer = stage.run(&args).json();
            let items = answer[list].as_array().unwrap();
            assert_eq!(items, &all[..expected], "{args:?}");
            assert_eq!(answer["complete"], true, "{args:?}: {answer}");
            let asked = stage.requests() - before;
            assert!(pages.contains(&asked), "{args:?}: {asked}");
            if expected < all.len() {
                assert!(asked <= 2, "{args:?}: {asked}");
            }
        }
        let ran = stage.run(&[noun, verb, "--limit", "0"]);
        assert_eq!(ran.code, 2, "{}", ran.golden());
        // The page is no page of the service, but a whole table.
        let ran = stage.run(&[noun, verb, "--page-size", "3"]);
        assert_eq!(ran.stdout.lines().count(), all.len() + 1, "{}", ran.stdout);
        if noun != "ticket" {
            continue;
        }
        // A colleague's ticket is there with the group that the list is read for.
        let colleague = "TT202611210007";
        let without = stage.run(&[noun, verb, "-o", "plain"]).stdout;
        let with = stage
            .run(&[noun, verb, "-o", "plain", "--group", GROUP])
            .stdout;
        assert!(
            !without.contains(colleague) && with.contains(colleague),
            "{with}"
        );
    }
    assert!(paged >= 2, "{paged}");
}

/// A page that fails later: what was read stands there, and that it is not all.
#[test]
fn a_list_that_breaks_off_says_so() {
    let stage = Stage::new();
    let order = FaultRule::new(Simulated::ListCases, unavailable());
    stage.sim().fault(order.skipping(1).times(FOREVER));
    let args = ["ticket", "list", "--page-size", "3", "--retries", "0"];
    let ran = stage.run(&[&args[..], &["-o", "json"]].concat());
    let answer = ran.json();
    assert_eq!(ran.code, 1, "{}", ran.golden());
    assert_eq!(answer["incident_info_list"].as_array().unwrap().len(), 3);
    assert_eq!(answer["complete"], false);
    let ran = stage.run(&args);
    assert_eq!(
        (ran.code, ran.stdout.lines().count()),
        (1, 0),
        "{}",
        ran.golden()
    );
}

/// What could not be read is told, inside of items too; behind the last item that was asked for it is nobody's loss.
#[test]
fn what_is_lost_of_a_list_is_told_as_far_as_it_was_asked_for() {
    let stage = Stage::new();
    let rows = r#"[{"incident_id":"a","label_list":[{},7]},7,{"incident_id":"b"},8,{"incident_id":"c","label_list":[9]}]"#;
    let body = Fault::Body {
        status: 200,
        content_type: "application/json".to_owned(),
        body: format!(r#"{{"incident_info_list":{rows}}}"#),
    };
    for (limit, lost, within) in [("1", 0, 1), ("2", 1, 1), ("3", 2, 2)] {
        stage
            .sim()
            .fault(FaultRule::new(Simulated::ListCases, body.clone()));
        let ran = stage.run(&["ticket", "list", "-o", "json", "--limit", limit]);
        assert_eq!(ran.code, 0, "{}", ran.golden());
        let answer = ran.json();
        let report = &answer["report"];
        assert_eq!(report["yielded"].to_string(), limit, "{answer}");
        assert_eq!(report["undecodable"], lost, "{answer}");
        assert_eq!(report["undecodable_within"], within, "{answer}");
        for (number, says) in [(lost, "items"), (within, "parts of items")] {
            let told = format!("{number} {says} could not be read");
            assert_eq!(ran.stderr.contains(&told), number > 0, "{}", ran.stderr);
        }
    }
}

/// Names and numbers of known values, lists with commas or by turns.
#[test]
fn values_as_people_type_them() {
    let stage = Stage::new();
    let ids = |more: &[&str]| {
        let args = [&["ticket", "list", "-o", "plain"][..], more].concat();
        let ran = stage.run(&args);
        assert_eq!(ran.code, 0, "{}", ran.golden());
        let lines = ran.stdout.lines();
        let ids = lines.map(|line| line.split('\t').next().unwrap().to_owned());
        ids.collect::<Vec<_>>()
    };
    let completed = ids(&["--status", "completed"]);
    assert_eq!(completed, ids(&["--status", "3"]));
    assert!(
        completed.contains(&"TT202611210005".to_owned()),
        "{completed:?}"
    );
    assert!(ids(&["--status", "29"]).is_empty());
    let found = ids(&["--search-key", "VPN,hour"]);
    assert_eq!(found, ["TT202611210009"]);
    assert_eq!(found, ids(&["--search-key", "VPN", "--search-key", "hour"]));
    assert!(ids(&["--search-key", "VPN\\,hour"]).is_empty());
    // By its name, the same that is typed.
    let table = stage
        .run(&["ticket", "list", "--status", "completed"])
        .stdout;
    assert!(table.contains("  completed  "), "{table}");
    let plain = stage
        .run(&["ticket", "list", "--status", "completed", "-o", "plain"])
        .stdout;
    assert!(plain.contains("\tcompleted\t"), "{plain}");
}

/// A file goes onto the disk whole or not at all, and never over another without being told.
#[test]
fn a_file_is_saved_whole_or_not_at_all() {
    let stage = Stage::new();
    let content: Vec<u8> = (0..=255).cycle().take(3 << 20).collect();
    stage
        .sim()
        .attach_file("the-file", "a.bin", content.clone());
    let dir = stage.home().join("files");
    std::fs::create_dir(&dir).unwrap();
    let path = dir.join("a.bin");
    let place = path.to_str().unwrap();
    let download = ["attachment", "image", "--accessory-id", "the-file"];
    let to = |more: &[&str]| stage.run(&[&download[..], &["--to", place], more].concat());
    let ran = to(&["-o", "json"]);
    assert_eq!(ran.code, 0, "{}", ran.golden());
    assert_eq!(ran.json()["bytes"], content.len());
    assert!(std::fs::read(&path).unwrap() == content);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    private(&path, b"mine");
    let asked = stage.requests();
    let ran = to(&[]);
    assert_eq!(ran.code, 2, "{}", ran.golden());
    assert!(ran.stderr.contains("--force"), "{}", ran.stderr);
    assert_eq!(stage.requests(), asked, "nothing is sent");
    // One that breaks off is no file, and takes no other's place.
    let cut = Fault::Cut {
        keep: Some(2 << 20),
        chunked: false,
    };
    stage
        .sim()
        .fault(FaultRule::new(Simulated::DownloadImages, cut).times(FOREVER));
    let ran = to(&["--force", "--retries", "0"]);
    assert_eq!(ran.code, 8, "{}", ran.golden());
    assert!(
        ran.stderr.starts_with("error: attachment image: "),
        "{}",
        ran.stderr
    );
    assert_eq!(std::fs::read(&path).unwrap(), b"mine");
    stage.sim().clear_faults();
    let ran = to(&["--force", "-o", "plain"]);
    assert_eq!(ran.code, 0, "{}", ran.golden());
    assert!(std::fs::read(&path).unwrap() == content);
    assert_eq!(names(&dir), ["a.bin"]);
    // What is no plain file stays what it is.
    for flawed in [dir.join("none/a.bin"), dir.clone()] {
        let ran = stage.run(
            &[
                &download[..],
                &["--force", "--to", flawed.to_str().unwrap()],
            ]
            .concat(),
        );
        assert_eq!(ran.code, 2, "{}", ran.golden());
        assert_eq!(ran.stdout, "");
    }
    #[cfg(unix)]
    {
        let link = dir.join("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        let ran =
            stage.run(&[&download[..], &["--force", "--to", link.to_str().unwrap()]].concat());
        assert_eq!(ran.code, 2, "{}", ran.golden());
        assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
    }
    // Standard output by name.
    let ran = stage
        .command(&[&download[..], &["--to", "-"]].concat())
        .output()
        .unwrap();
    assert!(ran.status.success() && ran.stdout == content);
}

/// A dry run of each write shows its request, with the group, and sends nothing.
#[test]
fn a_dry_run_sends_nothing() {
    for (operation, ..) in described().filter(|(operation, ..)| !operation.is_safe) {
        let stage = permissive();
        let args = recorded(&stage, operation);
        let takes_group = operation.values.iter().any(|value| value.is_group);
        if !takes_group {
            // It would be for somebody else than it was asked for.
            let ran = run(&stage, &args, &["--group", GROUP]);
            assert_eq!(ran.code, 2, "{args:?}: {}", ran.golden());
            assert!(ran.stderr.contains("takes no group"), "{}", ran.stderr);
            assert_eq!(stage.requests(), 0, "{args:?}");
        }
        let has_group = args.iter().any(|arg| arg.starts_with("--group="));
        let group = if has_group || !takes_group {
            &[][..]
        } else {
            &["--group", GROUP]
        };
        let more = [&["--dry-run", "-o", "json"][..], group].concat();
        let ran = run(&stage, &args, &more);
        assert_eq!(ran.code, 0, "{args:?}: {}", ran.golden());
        let shown = ran.json();
        let token = stage.sim().credentials().token;
        assert!(!ran.stdout.contains(token), "{shown}");
        for value in operation.values.iter().filter(|value| value.is_sensitive) {
            let option = option(operation, value).unwrap();
            let start = format!("{option}=");
            for file in args.iter().filter_map(|arg| arg.strip_prefix(&start)) {
                let secret = std::fs::read_to_string(file).unwrap();
                // Something that is no secret may have the same value.
                let is_elsewhere = args.iter().any(|arg| arg.ends_with(&format!("={secret}")));
                let is_shown = ran.stdout.contains(&secret);
                assert!(is_elsewhere || !is_shown, "{option}: {shown}");
            }
        }
        for value in operation.values {
            if let ["body", path @ ..] = value.path {
                let within = path
                    .iter()
                    .fold(&shown["body"], |within, name| &within[name]);
                let is_there = !within.is_null();
                let given = option(operation, value).is_some_and(|option| {
                    let given = format!("{option}=");
                    args.iter().any(|arg| arg.starts_with(&given))
                });
                assert!(given || !value.is_mandatory, "{args:?}");
                assert_eq!(is_there, given || value.is_group, "{shown}");
                assert!(!value.is_group || has_group || within == GROUP, "{shown}");
                let is_secret = value.is_sensitive && is_there;
                assert!(!is_secret || within == "<secret>", "{shown}");
            }
        }
        assert_eq!(stage.requests(), 0, "{args:?}");
    }
}

/// `api` puts the group where the call takes it, or says that it takes none, and sends no file as JSON.
#[test]
fn api_knows_the_description() {
    let stage = Stage::new();
    let ticket = "/v2/servicerequest/cases/TT202611210007";
    let list = format!("{ticket}/messages");
    let read = format!("{ticket}/instant-messages/unread");
    assert_eq!(stage.run(&["api", "GET", &list]).code, 5);
    for more in [
        &["--group", GROUP][..],
        &["--query", &format!("group_id={GROUP}"), "--group", "other"],
    ] {
        let ran = stage.run(&[&["api", "GET", list.as_str()][..], more].concat());
        assert_eq!(ran.code, 0, "{more:?}: {}", ran.golden());
    }
    assert_eq!(stage.run(&["api", "POST", &read]).code, 5);
    let ran = stage.run(&["api", "POST", &read, "--group", GROUP]);
    assert_eq!(ran.code, 0, "{}", ran.golden());
    let body = format!(r#"{{"group_id":"{GROUP}"}}"#);
    let given = [
        "api",
        "POST",
        read.as_str(),
        "--input",
        "-",
        "--group",
        "other",
    ];
    let ran = stage.run_with_input(&given, &body);
    assert_eq!(ran.code, 0, "{}", ran.golden());
    // Not where nobody takes it. A profile's is for the calls that take one.
    let asked = stage.requests();
    for path in ["/v2/new", "/v2/servicerequest/cases/case-123/status"] {
        let ran = stage.run(&["api", "GET", path, "--group", GROUP]);
        assert_eq!(ran.code, 2, "{}", ran.golden());
        assert!(ran.stderr.contains("takes no group"), "{}", ran.stderr);
    }
    for more in [&[][..], &["--input", "-"]] {
        let args = [&["api", "POST", "/v2/servicerequest/accessorys"][..], more].concat();
        let ran = stage.run_with_input(&args, "{}");
        assert_eq!(ran.code, 2, "{}", ran.golden());
        assert!(
            ran.stderr.contains("`hwc-tickets attachment upload`"),
            "{}",
            ran.stderr
        );
    }
    assert_eq!(stage.requests(), asked);
    stage.write_config("[profiles.default]\ngroup = \"123456\"\n");
    let ran = stage.run(&["api", "GET", "/v2/servicerequest/cases/case-123/status"]);
    assert_eq!(ran.code, 0, "{}", ran.golden());
    assert_eq!(stage.run(&["api", "GET", &list]).code, 0);
}

/// Output that cannot be written after a write was done says that it was done.
#[cfg(target_os = "linux")]
#[test]
fn what_is_done_is_done() {
    let stage = Stage::new();
    stage
        .sim()
        .add_label(Label::new(7, "demo", "old", "#ffffff"));
    let args = [
        "label",
        "update",
        "--label-id",
        "7",
        "--name",
        "new",
        "--label-color",
        "#000000",
    ];
    let ran = stage.onto_a_full_disk(&[&args[..], &["-o", "json"]].concat());
    assert_eq!(ran.code, 9, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("`label update` was done"),
        "{}",
        ran.stderr
    );
    assert!(stage.sim().labels().iter().any(|label| label.name == "new"));
}
