//! A small workspace in a temporary directory, to break.

use clap::Parser as _;
use std::{
    cell::RefCell,
    collections::BTreeMap,
    fs, iter,
    path::{Path, PathBuf},
    process::{Command, Output},
};
use xtask::{commands, file::Workspace, flags::Flags};

thread_local! {
    /// What the command of this thread told on the way.
    static HEARD: RefCell<String> = const { RefCell::new(String::new()) };
}

fn hear(line: &str) {
    HEARD.with_borrow_mut(|heard| {
        heard.push_str(line);
        heard.push('\n');
    });
}

/// The root of the real workspace.
pub(crate) fn real() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A copy of the fixture.
pub(crate) struct House {
    directory: tempfile::TempDir,
}

/// What a run of a command gave.
pub(crate) struct Run {
    pub(crate) passed: bool,
    pub(crate) said: String,
}

impl House {
    /// The fixture as it is: every rule holds.
    pub(crate) fn new() -> Self {
        // In memory where the system has a place for that: each file that is brought to a disk is waited for.
        let directory = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
        let house = Self {
            directory: directory.unwrap(),
        };
        copy(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/spec"),
            &house.path("spec"),
        );
        fs::copy(
            real().join("spec/exchange.schema.json"),
            house.path("spec/exchange.schema.json"),
        )
        .unwrap();
        house
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.directory.path().join(path)
    }

    pub(crate) fn workspace(&self) -> Workspace {
        Workspace::new(self.directory.path())
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_default()
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        fs::create_dir_all(self.path(path).parent().unwrap()).unwrap();
        #[expect(clippy::disallowed_methods, reason = "a test sets its scene")]
        fs::write(self.path(path), text).unwrap();
    }

    /// Replaces the first occurrence of `from`.
    pub(crate) fn edit(&self, path: &str, from: &str, to: &str) -> &Self {
        let text = self.read(path);
        assert!(text.contains(from), "the fixture no longer has {from:?}");
        self.write(path, &text.replacen(from, to, 1));
        self
    }

    /// The line of the first occurrence of `text`.
    pub(crate) fn line(&self, path: &str, text: &str) -> usize {
        let whole = self.read(path);
        let at = whole
            .find(text)
            .unwrap_or_else(|| panic!("{path} has no {text:?}"));
        whole.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
    }

    /// Runs a command on this workspace, without the program around it: see [`House::program`].
    pub(crate) fn xtask(&self, arguments: &[&str]) -> Run {
        let words = iter::once("xtask").chain(arguments.iter().copied());
        let flags = Flags::try_parse_from(words).unwrap();
        let ended = commands::run(&self.workspace(), &flags.command, hear);
        let said = HEARD.take();
        match ended {
            Ok(told) => Run {
                passed: true,
                said: said + &told,
            },
            Err(problems) => Run {
                passed: false,
                said: format!("{said}{problems}"),
            },
        }
    }

    /// Runs the program on this workspace: for what is about the program alone, since each start takes as long as many commands.
    pub(crate) fn program(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_xtask"))
            .args(arguments)
            .arg("--root")
            .arg(self.directory.path())
            .output()
            .unwrap()
    }

    /// Every file with its text.
    pub(crate) fn files(&self) -> BTreeMap<String, String> {
        let workspace = self.workspace();
        let files = workspace.files("", "").unwrap();
        files
            .into_iter()
            .map(|path| (path.clone(), self.read(&path)))
            .collect()
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
