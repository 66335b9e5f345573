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
            "crates/hwc-tickets/src/service/convert.rs",
            "//! X.\nuse hwc_tickets_wire::{self as wire, messages::{A, ListMessages}};\nimpl From<ListMessages> for Page {\n".to_owned(),
            "lets a wire type out",
        ),
        (
            "crates/hwc-tickets/src/lib.rs",
            "//! X.\npub mod service;\n".to_owned(),
            "the room of the wire types public",
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
