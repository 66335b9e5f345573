//! Linters of others on what is published: every rule that they have. What is off is argued in `tests/linters`.

use crate::{
    file::Workspace,
    problem::{Problem, Result},
    programs::{self, Verdict, on_server, succeeds},
    spec,
};
use std::process::Command;

/// Where their packages are listed, and their settings are.
const SETTINGS: &str = "tests/linters";
/// Where their packages go.
const PLACE: &str = "target/linters";

/// What is linted.
const DOCUMENTS: [&str; 2] = [spec::BUNDLED, spec::TOLERANT];

/// Asks the linters.
///
/// # Errors
/// One finds something, or on a server they cannot be had.
pub fn ask(workspace: &Workspace) -> Result<Verdict> {
    match programs::install_npm(workspace, SETTINGS, PLACE)? {
        Ok(()) => {}
        Err(why) if on_server() => return Err(absent(why).into()),
        Err(why) => return Ok(Verdict::Absent(why)),
    }
    for document in DOCUMENTS {
        let linters = [
            (
                "Redocly CLI",
                "@redocly/cli/bin/cli.js",
                ["lint", "--config", "redocly.yaml"],
                "--format=stylish",
            ),
            (
                "Spectral",
                "@stoplight/spectral-cli/dist/index.js",
                ["lint", "--ruleset", "spectral.yaml"],
                "--fail-severity=hint",
            ),
        ];
        for (name, program, [command, flag, settings], option) in linters {
            let root = programs::absolute(workspace);
            let mut linter = Command::new("node");
            linter
                .current_dir(root.join(PLACE))
                .env("REDOCLY_TELEMETRY", "off")
                .env("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true")
                .arg(root.join(PLACE).join("node_modules").join(program))
                .args([command, flag])
                .arg(root.join(SETTINGS).join(settings))
                .arg(option)
                .arg(root.join(document));
            if !succeeds(&mut linter) {
                let what =
                    format!("{name} is not content with {document}; its own words are above");
                let remedy = format!(
                    "mend the description or xtask/src/spec/publish; a rule that cannot hold is argued in {SETTINGS}/{settings}"
                );
                return Err(Problem::general(what, remedy).into());
            }
        }
    }
    Ok(Verdict::Content)
}

/// Asks the linters, or says why not.
///
/// # Errors
/// One finds something, or they cannot run here.
pub fn run(workspace: &Workspace) -> Result<String> {
    match ask(workspace)? {
        Verdict::Content => Ok(format!("clean: {}", DOCUMENTS.join(", "))),
        Verdict::Absent(why) => Err(absent(why).into()),
    }
}

fn absent(why: String) -> Problem {
    Problem::general(
        why,
        "install Node.js 20 with npm, and let npm reach its registry",
    )
}
