//! The rules of the house hold for this workspace, and each catches what it is there for.

use crate::house::{House, real};
use xtask::{codegen::header::MARK, file::Workspace, tidy};

#[test]
fn this_workspace_is_tidy() {
    if let Err(problems) = tidy::check(&Workspace::new(real())) {
        panic!("{problems}");
    }
}

#[test]
fn each_rule_catches_what_it_is_there_for() {
    let machine = ["/ho", "me/someone/file"].concat();
    let path = ["/v2/service", "request/cases"].concat();
    let open = ["TO", "DO"].concat();
    for (file, text, says) in [
        (
            "notes.txt",
            "x".to_owned(),
            "does not belong on the top level",
        ),
        (
            "crates/hwc-core/src/utils.rs",
            "//! X.\n".to_owned(),
            "`utils` says nothing",
        ),
        (
            "crates/hwc-core/src/retry/mod.rs",
            "//! X.\n".to_owned(),
            "no `mod.rs`",
        ),
        (
            "crates/hwc-core/src/a.rs",
            "fn a() {}\n".to_owned(),
            "does not say what it is for",
        ),
        (
            "crates/hwc-core/src/a.rs",
            format!("{MARK}\n"),
            "a handwritten file with the mark",
        ),
        (
            "crates/hwc-tickets-wire/src/generated/a.rs",
            "//! X.\n".to_owned(),
            "a generated file without its mark",
        ),
        (
            "crates/hwc-core/src/a.rs",
            format!("//! See {machine}.\n"),
            "names something of one machine",
        ),
        (
            "crates/hwc-core/src/a.rs",
            "//! X.\n#[allow(dead_code)]\nfn a() {}\n".to_owned(),
            "without a reason",
        ),
        (
            "crates/hwc-core/src/a.rs",
            format!("//! X.\n// {open}: later\n"),
            "left open without a link",
        ),
        (
            "crates/hwc-tickets/src/a.rs",
            format!("//! X.\nconst A: &str = \"{path}\";\n"),
            "a path of the service",
        ),
        (
            "crates/hwc-core/src/a.rs",
            "//! X.\nstruct TicketId;\n".to_owned(),
            "hwc-core speaks of `ticket`",
        ),
        (
            "crates/hwc-tickets/src/a.rs",
            "//! X.\nfn a() { if http_status == 403 {} }\n".to_owned(),
            "looks at a status",
        ),
        (
            "crates/hwc-tickets-cli/src/a.rs",
            "//! X.\nfn a() { body[\"error_code\"]; }\n".to_owned(),
            "looks at a status or an error code",
        ),
        (
            "crates/hwc-tickets/src/a.rs",
            "//! X.\npub use hwc_tickets_wire::messages;\n".to_owned(),
            "names the wire crate",
        ),
        (
            "crates/hwc-tickets/src/service.rs",
            "//! X.\nuse hwc_tickets_wire::messages::ListMessages;\npub(crate) type Page = ListMessages;\n".to_owned(),
            "lets a wire type out",
        ),
        (
            "crates/hwc-tickets/src/things/wire/convert.rs",
            "//! X.\nuse hwc_tickets_wire::{self as wire, messages::{A, ListMessages}};\nimpl From<ListMessages> for Page {\n".to_owned(),
            "lets a wire type out",
        ),
        (
            "crates/hwc-tickets/src/lib.rs",
            "//! X.\npub mod service;\n".to_owned(),
            "the room of the wire types public",
        ),
        (
            "crates/hwc-tickets/src/things.rs",
            "//! X.\npub mod wire;\n".to_owned(),
            "the room of the wire types public",
        ),
        (
            "crates/hwc-tickets/src/things/submit.rs",
            "//! X.\nuse hwc_tickets_wire::messages::ListMessages;\n".to_owned(),
            "names the wire crate",
        ),
        (
            "crates/hwc-tickets/docs/a.md",
            "# A\n".to_owned(),
            "no module includes this document",
        ),
        (
            "crates/hwc-core/Cargo.toml",
            "[package]\nname = \"hwc-core\"\n".to_owned(),
            "does not use the lints",
        ),
        (
            "crates/hwc-core/Cargo.toml",
            "[lints]\nworkspace = true\n[dependencies]\nprogenitor.workspace = true\n".to_owned(),
            "`progenitor` outside xtask",
        ),
        (
            "crates/hwc-core/Cargo.toml",
            "[lints]\nworkspace = true\n[dependencies]\nserde_yaml = \"1\"\n".to_owned(),
            "`serde_yaml` outside xtask",
        ),
        (
            "crates/hwc-core/Cargo.toml",
            "[lints]\nworkspace = true\n[dependencies]\nhwc-tickets.workspace = true\n".to_owned(),
            "no arrow leads to `hwc-tickets`",
        ),
        (
            "crates/other/Cargo.toml",
            "[lints]\nworkspace = true\n".to_owned(),
            "a package that no arrow mentions",
        ),
        (
            "Cargo.toml",
            "[workspace]\n".to_owned(),
            "unsafe code is not forbidden",
        ),
        (
            "crates/hwc-core/src/a.rs",
            format!("//! X.\n{}", "\n".repeat(300)),
            "the median module has",
        ),
    ] {
        let house = House::new();
        assert!(
            tidy::check(&house.workspace()).is_ok(),
            "the empty house is tidy"
        );
        house.write(file, &text);
        let problems = tidy::check(&house.workspace()).unwrap_err().to_string();
        assert!(
            problems.contains(says) && problems.contains("mend: "),
            "{says}: {problems}"
        );
    }
}

/// A small crate of these files, `src` left out of their paths, and what `tidy` says of it.
fn crate_of(files: &[(&str, &str)]) -> Result<usize, String> {
    let house = House::new();
    for (path, text) in files {
        house.write(
            &format!("crates/hwc-core/src/{path}"),
            &format!("//! X.\n{text}\n"),
        );
    }
    tidy::check(&house.workspace()).map_err(|problems| problems.to_string())
}

#[test]
fn a_circle_of_files_is_told_with_its_files_and_the_way_out() {
    let told = crate_of(&[
        ("lib.rs", "mod a;\nmod b;\nmod c;\nmod d;"),
        ("a.rs", "use crate::b::B;\npub struct A(B);"),
        ("b.rs", "pub struct B;\npub fn b() { super::c::c() }"),
        ("c.rs", "pub fn c() { println!(\"{}\", crate::a::NAME) }"),
        ("d.rs", "use crate::a::A;"),
    ])
    .unwrap_err();
    for says in [
        "a circle of files: crates/hwc-core/src/a.rs names `crate::b::B`, crates/hwc-core/src/b.rs names `super::c::c`, \
         crates/hwc-core/src/c.rs names `crate::a::NAME`, and so back to crates/hwc-core/src/a.rs",
        "mend: move what both need into a file of its own",
        "1 problem",
    ] {
        assert!(told.contains(says), "{says}: {told}");
    }
    assert!(!told.contains("d.rs"), "{told}");
}

/// However the other file is named.
#[test]
fn a_circle_is_found_through_every_kind_of_path() {
    let root = "mod a;\nmod b;\npub use b::B;";
    for back in [
        "use crate::a::A;",
        "use super::{a::{self}, b};",
        "use crate::a as other;",
        "use super::*;\nfn f() { a::f() }",
        "fn f() -> crate::a::A { todo() }",
        "fn f() { use super::a::*; }",
        "fn f() { matches!(1, crate::a::ONE) }",
        "macro_rules! m { () => { $crate::a::f() } }",
        "mod inner { use super::super::a::A; }",
        "impl Trait for B { const X: u8 = crate::a::X; }",
    ] {
        // Through the root, so that a re-export hides nothing.
        let told = crate_of(&[("lib.rs", root), ("a.rs", "use crate::B;"), ("b.rs", back)]);
        assert!(
            told.as_ref()
                .is_err_and(|told| told.contains("a circle of files")),
            "{back}: {told:?}"
        );
    }
}

/// A module and what is below it may know each other, tests may know everything, and what only looks like a path is none.
#[test]
fn what_is_no_circle_is_not_taken_for_one() {
    let root = "mod a;\nmod b;\npub use b::B;";
    for (a, b) in [
        ("mod b;\nuse b::B;", ""),
        (
            "use crate::B;",
            "/// See [`A`](crate::a::A).\npub struct B;",
        ),
        (
            "use crate::B;",
            "#[cfg(test)]\nmod tests { use crate::a::A; }",
        ),
        ("use crate::B;", "#[cfg(all(test, unix))]\nuse crate::a::A;"),
        (
            "use crate::B;",
            "impl B { #[cfg(test)] fn f() { crate::a::f() } }",
        ),
        (
            "use crate::B;",
            "fn f() { \"crate::a::A\"; x.a::<u8>(); std::a::f() }",
        ),
    ] {
        let told = crate_of(&[
            ("lib.rs", root),
            ("a.rs", a),
            ("a/b.rs", "use super::super::a;\nuse crate::a::A;"),
            ("b.rs", b),
        ]);
        assert!(told.is_ok(), "{a} {b}: {told:?}");
    }
}

#[test]
fn an_operation_is_named_in_the_files_of_its_tag_only() {
    let table = r#"{"operations":[{"name":"listThings","tag":"things"}]}"#;
    let names = "//! Asks `listThings`.\nfn f() { g::<ListThings>(\"listThings\") }\n";
    let parents = "//! X.\n#[cfg(test)]\nmod trial;\n";
    for (path, is_good) in [
        ("crates/hwc-tickets/src/things.rs", true),
        ("crates/hwc-tickets/src/things/wire.rs", true),
        ("crates/hwc-tickets/src/service.rs", false),
        ("crates/hwc-tickets/src/service/rows.rs", false),
        ("crates/hwc-tickets/src/others/wire.rs", false),
        ("crates/hwc-tickets/src/recall.rs", false),
        ("crates/hwc-tickets/src/api/trial.rs", true),
        ("crates/hwc-tickets-sim/src/http/handler/things.rs", true),
        ("crates/hwc-tickets-sim/src/http/gateway.rs", false),
        ("crates/hwc-tickets-sim/src/domain/command.rs", true),
        ("crates/hwc-tickets-cli/src/things.rs", false),
        ("crates/hwc-tickets-cli/tests/it/things.rs", true),
    ] {
        let house = House::new();
        house.write("spec/dist/operations.json", table);
        house.write("crates/hwc-tickets/src/api.rs", parents);
        house.write(path, names);
        let told = tidy::check(&house.workspace()).map_err(|problems| problems.to_string());
        match told {
            Ok(_) => assert!(is_good, "{path}"),
            Err(told) => assert!(
                !is_good
                    && told.contains(
                        "names the operation `ListThings` outside of the files of `things`"
                    )
                    && told.contains("`listThings`")
                    && told.contains("mend: take it from the table"),
                "{path}: {told}"
            ),
        }
    }
}
