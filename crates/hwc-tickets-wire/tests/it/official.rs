//! The decoders held against the models of the official Python SDK, on the random answers of
//! `tests/interop/python-official/answers.py`. They are made by `cargo xtask differential`, which names their file; without one there is
//! nothing to compare. Values are compared in JSON that was written again, where what no typed field reads stands as well: that each
//! described field has one is shown by `tests/tests/it/fields.rs`.

use crate::fuzz::targets::judged;
use hwc_tickets_wire::{INDEX, Read};
use serde_json::Value;
use std::collections::BTreeSet;

/// Names the file.
const FILE: &str = "OFFICIAL_ANSWERS";

/// Says how many answers of each operation it has to have.
const COUNT: &str = "OFFICIAL_COUNT";

/// Whether both mean the same. A scalar may be read as another kind of scalar (a time as text, a flag as a number).
fn is_same(ours: &Value, theirs: &Value) -> bool {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Bool(flag) => u8::from(*flag).to_string(),
        other => other.to_string(),
    };
    let number = |value: &Value| text(value).parse::<f64>().ok();
    ours == theirs
        || text(ours) == text(theirs)
        || (number(ours).is_some() && number(ours) == number(theirs))
        || theirs
            .as_bool()
            .is_some_and(|flag| text(ours) == flag.to_string())
}

#[test]
fn answers_are_read_as_the_official_sdk_reads_them() {
    let Ok(file) = std::env::var(FILE) else {
        return;
    };
    let answers = std::fs::read_to_string(file).unwrap();
    let (mut compared, mut refused, mut wrong) = (BTreeSet::new(), 0_usize, Vec::new());
    let (mut count, mut values) = (0_usize, 0_usize);
    for line in answers.lines() {
        let answer: Value = serde_json::from_str(line).unwrap();
        count += 1;
        let name = answer["operation"].as_str().unwrap();
        let entry = INDEX.iter().find(|entry| entry.operation.name == name);
        let entry = entry.unwrap_or_else(|| panic!("there is no operation {name}"));
        let Read::Object(read) = entry.read else {
            panic!("{name} answers with a file");
        };
        let Some(reply) = judged(answer["body"].to_string().into_bytes()) else {
            refused += 1;
            continue;
        };
        let ours = read(entry.operation, reply).unwrap_or_else(|fault| panic!("{name}: {fault}"));
        assert_eq!(ours.undecodable, [], "{name}: {line}");
        for pair in answer["read"].as_array().unwrap() {
            let (pointer, theirs) = (pair[0].as_str().unwrap(), &pair[1]);
            let ours = ours.body.pointer(pointer);
            values += 1;
            if !ours.is_some_and(|ours| is_same(ours, theirs)) {
                wrong.push(format!("{name}{pointer}: {ours:?}, not {theirs}"));
            }
        }
        compared.insert(name.to_owned());
    }
    wrong.sort();
    wrong.dedup();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // The judge of answers has tests of its own: it may take a random one for a failure, now and then.
    assert!(refused * 20 <= count, "{refused} of {count} were refused");
    let objects = INDEX
        .iter()
        .filter(|entry| matches!(entry.read, Read::Object(_)))
        .count();
    assert_eq!(compared.len(), objects, "of every operation");
    let asked: usize = std::env::var(COUNT).map_or(40, |asked| asked.parse().unwrap());
    assert_eq!(count, asked * objects, "answers in the file");
    println!(
        "{} answers of {objects} operations are read as the official Python SDK reads them, in {values} values; \
         {refused} more were taken for failures and not compared",
        count - refused
    );
}
