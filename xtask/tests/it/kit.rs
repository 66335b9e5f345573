//! The kit for testers of other languages has every exchange, in the published form and under names that everything takes.

use crate::house::{House, real};
use exchanges::{
    exchange::{self, Exchange},
    synthesis,
};
use std::{collections::BTreeSet, fs, process::Command, sync::LazyLock};
use xtask::{
    file::{self, Workspace},
    spec::kit,
};

static FILES: LazyLock<Vec<(String, String)>> =
    LazyLock::new(|| kit::files(&Workspace::new(real())).unwrap());

/// The exchanges of the kit: name and text.
fn in_kit() -> impl Iterator<Item = (&'static str, &'static str)> {
    FILES.iter().filter_map(|(path, text)| {
        let name = path.strip_prefix("exchanges/")?.strip_suffix(".json")?;
        Some((name, text.as_str()))
    })
}

#[test]
fn papers_and_exchanges_are_in_it() {
    let papers: Vec<&str> = FILES
        .iter()
        .map(|(path, _)| path.as_str())
        .filter(|path| !path.starts_with("exchanges/"))
        .collect();
    assert_eq!(
        papers,
        [
            "README.md",
            "errors.json",
            "exchange.schema.json",
            "LICENSE-APACHE",
            "LICENSE-MIT"
        ]
    );
    assert_eq!(in_kit().count(), synthesis::all().len());
    // What somebody recorded is there as it was written.
    for Exchange { name, .. } in exchange::recorded() {
        let (_, text) = in_kit().find(|(other, _)| *other == name).unwrap();
        let file = real().join(format!("spec/examples/{name}.json"));
        assert_eq!(text, fs::read_to_string(file).unwrap(), "{name}");
    }
}

#[test]
fn names_are_taken_by_every_file_system_address_and_header() {
    let mut seen = BTreeSet::new();
    for (name, _) in in_kit() {
        let (operation, own) = name.split_once('/').unwrap();
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        assert!(!own.is_empty() && own.chars().all(plain), "{name}");
        assert!(operation.chars().all(plain) && name.len() < 160, "{name}");
        assert!(seen.insert(name.to_lowercase()), "{name} is there twice");
    }
}

/// What is read out of the kit is what was made, and it has the published form.
#[test]
fn every_exchange_can_be_read_again() {
    let form = fs::read_to_string(real().join("spec/exchange.schema.json")).unwrap();
    let form = jsonschema::validator_for(&serde_json::from_str(&form).unwrap()).unwrap();
    let made = synthesis::all().iter();
    for ((name, text), exchange) in in_kit().zip(made) {
        let value = serde_json::from_str(text).unwrap();
        let wrong: Vec<_> = form
            .iter_errors(&value)
            .map(|error| format!("{error} at {}", error.instance_path()))
            .collect();
        assert!(wrong.is_empty(), "{name}: {}", wrong.join("; "));
        let read = Exchange::of(name, value).unwrap();
        assert_eq!(read.operation(), exchange.operation(), "{name}");
        assert_eq!(read.verdict, exchange.verdict, "{name}");
        assert_eq!(read.request.path, exchange.request.path, "{name}");
        assert_eq!(read.request.query, exchange.request.query, "{name}");
        assert_eq!(read.request.headers, exchange.request.headers, "{name}");
        assert!(read.request.bytes() == exchange.request.bytes(), "{name}");
        assert_eq!(read.response.status, exchange.response.status, "{name}");
        assert!(read.response.bytes() == exchange.response.bytes(), "{name}");
    }
}

/// A directory and an archive have the same files; neither is written over something by mistake, or left half written.
#[test]
fn it_is_written_as_a_directory_or_as_an_archive() {
    let house = House::new();
    let files: Vec<(String, String)> = [("README.md", "Read me."), ("exchanges/a/b.json", "{}")]
        .map(|(path, text)| (path.to_owned(), text.to_owned()))
        .into();
    let directory = house.path("kit/new");
    file::fill(&directory, &files).unwrap();
    for (path, text) in &files {
        assert_eq!(fs::read_to_string(directory.join(path)).unwrap(), *text);
    }
    let error = file::fill(&directory, &files).unwrap_err().to_string();
    assert!(
        error.contains("is not empty") && error.contains("kit/new"),
        "{error}"
    );

    let archive = house.path("out/kit.zip");
    file::archive(&archive, &files).unwrap();
    let first = fs::read(&archive).unwrap();
    let read = zip::ZipArchive::new(fs::File::open(&archive).unwrap()).unwrap();
    let names: BTreeSet<&str> = read.file_names().collect();
    assert_eq!(names, ["README.md", "exchanges/a/b.json"].into());
    file::archive(&archive, &files).unwrap();
    assert_eq!(first, fs::read(&archive).unwrap(), "the same bytes");
    assert_eq!(fs::read_dir(house.path("out")).unwrap().count(), 1);
    assert!(
        file::archive(&house.path("kit"), &files).is_err(),
        "a directory"
    );
}

#[test]
fn the_command_writes_it() {
    let house = House::new();
    let archive = house.path("kit.zip");
    let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["spec", "kit", "--output"])
        .arg(&archive)
        .arg("--root")
        .arg(real())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let told = format!("wrote {} exchanges to ", synthesis::all().len());
    assert!(output.status.success() && said.starts_with(&told), "{said}");
    let read = zip::ZipArchive::new(fs::File::open(&archive).unwrap()).unwrap();
    assert_eq!(read.len(), FILES.len());
}
