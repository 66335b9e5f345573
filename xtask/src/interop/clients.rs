//! Clients that generators of others make of the description: their types are checked, they hold the shared conversation
//! with the simulator, and every exchange of the kit is replayed into them.
//!
//! Each language has its scripts below `tests/interop`, and the versions it is pinned to. What they found stands as a table in
//! the README of the description, in each of its languages.

use super::{Judge, Simulator, environment, program};
use crate::{
    file::Workspace,
    problem::{Place, Problem, Result},
    programs::{self, Verdict, on_server},
    spec,
};
use serde::Deserialize;
use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// Where the exchanges that are replayed go.
const KIT: &str = "target/interop/kit";
/// Where the table stands. Its head is in the language of the file, and stays as it is.
const GUIDES: [&str; 2] = [spec::README, "spec/README.zh.md"];
/// What the table is between.
const START: &str = "<!-- clients: written by `cargo xtask interop` -->\n";
const END: &str = "<!-- end of clients -->\n";
/// The one credential that a client puts on the wire.
const CREDENTIAL: &str = "x-auth-token";

/// What to do with the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// Write it.
    Write,
    /// See that it says what was found.
    Check,
}

/// What a language found about one of its clients.
#[derive(Debug, Deserialize)]
struct Row {
    /// Its generator.
    client: String,
    /// Which form of the description it was made of.
    document: String,
    /// Headers with a credential that its requests carried.
    credentials: Vec<String>,
    /// How many exchanges it could ask.
    asked: usize,
    /// How many of them are a success.
    successes: usize,
    /// How many of these did not come out of it.
    refused: usize,
    /// How many failures came out of it, without an `error_code`.
    taken: usize,
}

impl Row {
    /// Its first two cells, which no other row has.
    fn key(&self) -> String {
        format!("| {} | `{}` |", self.client, self.document)
    }

    fn line(&self) -> String {
        format!(
            "{} {} | {} | {} | {} |",
            self.key(),
            self.asked,
            self.successes,
            self.refused,
            self.taken
        )
    }
}

/// What the clients of every language are held against.
#[derive(Debug)]
pub struct Stage<'w> {
    workspace: &'w Workspace,
    kit: PathBuf,
    simulator: PathBuf,
}

impl<'w> Stage<'w> {
    /// Writes the exchanges that are replayed, and builds the simulator.
    ///
    /// # Errors
    /// The description has problems, or the simulator does not build.
    pub fn set(workspace: &'w Workspace) -> Result<Self> {
        Ok(Self {
            workspace,
            kit: kit(workspace, &programs::absolute(workspace))?,
            simulator: programs::build(workspace)?.simulator()?,
        })
    }

    /// Makes the clients of a language and asks them. The languages do not meet, so they may be asked at the same time.
    ///
    /// # Errors
    /// One is not as it should be, or the table is not.
    pub fn ask(&self, judge: Judge, table: Table) -> Result<Verdict> {
        let workspace = self.workspace;
        let (mut command, place) = match tools(workspace, judge)? {
            Ok(tools) => tools,
            Err(why) => return Ok(Verdict::Absent(why)),
        };
        let kit = self.kit.display().to_string();
        let control = Simulator::start(
            &self.simulator,
            &[
                "--seed",
                "7",
                "--control",
                "--engineers",
                "manual",
                "--no-log",
            ],
        )?;
        let replay = Simulator::start(&self.simulator, &["--no-log", "--replay", kit.as_str()])?;
        let results = format!("target/interop/{}/results.json", judge.name());
        workspace.replace(&[(results.clone(), String::new())])?;
        command
            .current_dir(&place)
            .arg(programs::absolute(workspace).join("spec/dist"))
            .arg(&self.kit)
            .args([&control.endpoint, &replay.endpoint]);
        let is_content = match table {
            Table::Write => programs::succeeds(&mut command),
            Table::Check => succeeds_quietly(&mut command),
        };
        if !is_content {
            let what = format!(
                "a client of {} is not as it should be; the words of its script are above",
                judge.name()
            );
            let remedy = format!(
                "mend the description, the simulator or tests/interop/{}, whichever is wrong",
                judge.name()
            );
            return Err(Problem::general(what, remedy).into());
        }
        let rows = rows(&workspace.read(&results)?, &results)?;
        keep(workspace, judge, table, &rows)
    }
}

/// Runs a command whose words are shown only if it fails: several run at the same time.
fn succeeds_quietly(command: &mut Command) -> bool {
    let Ok(done) = command.output() else {
        return false;
    };
    let succeeds = done.status.success();
    if !succeeds {
        let mut shown = io::stderr().lock();
        let _ = shown.write_all(&done.stdout);
        let _ = shown.write_all(&done.stderr);
    }
    succeeds
}

/// Writes what was found into the tables, or sees that they say it.
fn keep(workspace: &Workspace, judge: Judge, table: Table, rows: &[Row]) -> Result<Verdict> {
    for guide in GUIDES {
        let text = workspace.read(guide)?;
        let told = told(guide, &text, rows)?;
        match table {
            Table::Write => {
                workspace.replace(&[(guide.to_owned(), told)])?;
            }
            Table::Check if told != text => {
                let what = format!(
                    "its table does not say what the clients of {} do",
                    judge.name()
                );
                let remedy = format!(
                    "run `cargo xtask interop {}`, look at what changed, and commit it",
                    judge.name()
                );
                return Err(Problem::at(Place::file(guide), what, remedy).into());
            }
            Table::Check => {}
        }
    }
    Ok(Verdict::Content)
}

/// The script of a language with what it needs, and its directory; or what is missing here.
fn tools(
    workspace: &Workspace,
    judge: Judge,
) -> Result<std::result::Result<(Command, PathBuf), String>> {
    let scripts = format!("tests/interop/{}", judge.name());
    let place = format!("target/interop/{}", judge.name());
    let root = programs::absolute(workspace);
    let mut command = match judge {
        Judge::Typescript => {
            if let Err(why) = programs::install_npm(workspace, &scripts, &place)? {
                return Ok(Err(why));
            }
            let mut node = Command::new("node");
            node.arg(root.join(&scripts).join("clients.mjs"));
            node
        }
        _ => {
            // The generator of both is written in Java.
            if matches!(judge, Judge::Java | Judge::Go) && !has_jdk() {
                return Ok(Err("`javac` and `java` are not installed".to_owned()));
            }
            let environment = match environment(workspace, judge)? {
                Ok(environment) => environment,
                Err(why) => return Ok(Err(why)),
            };
            let mut python = Command::new(program(&environment, "python"));
            python.arg(root.join(&scripts).join("clients.py"));
            python
        }
    };
    let place = root.join(place);
    command
        // Whatever a generator writes into its home stays below target/.
        .env("HOME", &place)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdin(Stdio::null());
    Ok(Ok((command, place)))
}

/// Whether there is a Java compiler; on a server one is installed if that can be done.
fn has_jdk() -> bool {
    let found = || {
        [["javac", "javac.exe"], ["java", "java.exe"]]
            .iter()
            .all(|names| programs::on_path(names).is_some())
    };
    found() || (on_server() && programs::install(&["default-jdk-headless"]) && found())
}

/// Writes the kit anew: the exchanges follow from the description.
fn kit(workspace: &Workspace, root: &Path) -> Result<PathBuf> {
    let kit = root.join(KIT);
    if kit.exists() {
        fs::remove_dir_all(&kit).map_err(|error| {
            let what = format!("cannot be removed: {error}");
            Problem::at(Place::file(KIT), what, "remove it by hand")
        })?;
    }
    spec::kit::write(workspace, &kit)?;
    Ok(kit)
}

/// What a script found. A client that sends another credential than the token, or two, is none to recommend; and one of the
/// tolerant form has to take every success, for that is what the form is for.
fn rows(text: &str, place: &str) -> Result<Vec<Row>> {
    let rows: Vec<Row> = serde_json::from_str(text).map_err(|error| {
        let what = format!("is not what a script writes: {error}");
        Problem::at(Place::file(place), what, "mend the script")
    })?;
    for row in &rows {
        if row.credentials != [CREDENTIAL] {
            let what = format!(
                "the client of {} sends the credentials [{}], not {CREDENTIAL} alone",
                row.client,
                row.credentials.join(", ")
            );
            let remedy =
                "the description has one security scheme: see `Credentials` in spec/README.md";
            return Err(Problem::general(what, remedy).into());
        }
        if spec::TOLERANT.ends_with(&format!("/{}", row.document)) && row.refused > 0 {
            let what = format!(
                "the client of {} refuses {} of {} successes, made of {}; they are named below target/interop",
                row.client, row.refused, row.successes, row.document
            );
            let remedy = "mend xtask/src/spec/tolerant.rs, or tell how a client lets them through";
            return Err(Problem::general(what, remedy).into());
        }
    }
    Ok(rows)
}

/// The text with these rows in its table: in the place of those of the same clients, and new ones at the end.
fn told(guide: &str, text: &str, rows: &[Row]) -> Result<String> {
    let parts = text
        .split_once(START)
        .and_then(|(before, rest)| Some((before, rest.split_once(END)?)));
    let Some((before, (table, after))) = parts else {
        let what = "has no place for the table of clients";
        let remedy = format!(
            "write {} and {} on lines of their own",
            START.trim(),
            END.trim()
        );
        return Err(Problem::at(Place::file(guide), what, remedy).into());
    };
    let mut lines: Vec<String> = table.trim_end().lines().map(str::to_owned).collect();
    for row in rows {
        let key = row.key();
        match lines.iter_mut().find(|line| line.starts_with(&key)) {
            Some(line) => *line = row.line(),
            None => lines.push(row.line()),
        }
    }
    Ok(format!("{before}{START}{}\n{END}{after}", lines.join("\n")))
}

#[cfg(test)]
mod tests {
    use super::{END, GUIDES, Row, START, rows, told};

    fn row(client: &str, asked: usize) -> Row {
        Row {
            client: client.to_owned(),
            document: "openapi.json".to_owned(),
            credentials: vec!["x-auth-token".to_owned()],
            asked,
            successes: 3,
            refused: 2,
            taken: 1,
        }
    }

    #[test]
    fn a_row_takes_the_place_of_its_own_client_below_a_head_in_any_language() {
        for head in ["| client | asked |", "| 客户端 | 询问 |"] {
            let text = format!(
                "before\n{START}{head}\n|---|---|\n| one | `openapi.json` | 1 |\n{END}after\n"
            );
            let told = told(GUIDES[0], &text, &[row("two", 5), row("one", 4)]).unwrap();
            let table = "|---|---|\n| one | `openapi.json` | 4 | 3 | 2 | 1 |\n| two | `openapi.json` | 5 | 3 | 2 | 1 |\n";
            assert_eq!(told, format!("before\n{START}{head}\n{table}{END}after\n"));
        }
    }

    #[test]
    fn each_language_has_a_table_with_the_same_rows() {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
        let tables = GUIDES.map(|guide| {
            let text = std::fs::read_to_string(format!("{root}/{guide}")).unwrap();
            let table = text.split(START).nth(1).unwrap();
            let table = table.split(END).next().unwrap();
            table.lines().skip(1).map(str::to_owned).collect::<Vec<_>>()
        });
        assert!(tables[0].len() > 2);
        assert_eq!(tables[0], tables[1]);
    }

    #[test]
    fn a_text_without_a_table_is_refused() {
        assert!(told(GUIDES[1], "before\n", &[row("one", 4)]).is_err());
    }

    #[test]
    fn a_client_of_the_tolerant_form_takes_every_success() {
        for (document, refused, is_right) in [
            ("openapi.json", 2, true),
            ("openapi.tolerant.json", 0, true),
            ("openapi.tolerant.json", 2, false),
        ] {
            let said = format!(
                r#"[{{"client":"c","document":"{document}","credentials":["x-auth-token"],"asked":9,"successes":9,"refused":{refused},"taken":0}}]"#
            );
            assert_eq!(
                rows(&said, "results.json").is_ok(),
                is_right,
                "{document} {refused}"
            );
        }
    }

    #[test]
    fn a_client_sends_one_credential() {
        let said = |credentials: &str| {
            format!(
                r#"[{{"client":"c","document":"d","credentials":{credentials},"asked":1,"successes":1,"refused":0,"taken":0}}]"#
            )
        };
        for (credentials, is_right) in [
            (r#"["x-auth-token"]"#, true),
            (r#"["authorization","x-auth-token"]"#, false),
            (r#"["authorization"]"#, false),
            ("[]", false),
        ] {
            assert_eq!(
                rows(&said(credentials), "results.json").is_ok(),
                is_right,
                "{credentials}"
            );
        }
        assert!(rows("", "results.json").is_err());
    }
}
