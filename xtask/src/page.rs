//! The simulator's page in a real browser: its tests, and the pictures of it in the documents.
//!
//! The tests are scripts for Node.js below `tests/page`. Chromium, the programs they start and the packages they need
//! are found, built and installed here; the packages stay below `target/`.

use crate::{
    file::Workspace,
    problem::{Problem, Result},
    programs::{self, Kind, Verdict, on_server},
};
use std::{
    env, fs,
    path::PathBuf,
    process::{Command, Stdio},
};

/// Where the scripts are.
const SCRIPTS: &str = "tests/page";
/// Where their packages and their screenshots go.
const PLACE: &str = "target/page";
/// Where the pictures of the documents are.
const PICTURES: &str = "docs/pictures";

/// Runs the tests of the page.
///
/// # Errors
/// A test fails, or on a server something that they need cannot be had.
pub fn ask(workspace: &Workspace) -> Result<Verdict> {
    let stage = match Stage::prepare(workspace)? {
        Ok(stage) => stage,
        Err(why) if on_server() => return Err(absent(why).into()),
        Err(why) => return Ok(Verdict::Absent(why)),
    };
    let shots = format!("{PLACE}/pictures");
    let arguments = [
        "--test",
        "--test-reporter=spec",
        // Each file has a browser and a simulator of its own, and Node.js would leave one of two cores idle.
        "--test-concurrency=2",
        "tests/page/page.test.mjs",
        "tests/page/reference.test.mjs",
    ];
    stage.run(workspace, &arguments, &shots, || {
        Problem::general(
            "the page does not pass its tests; their own words are above",
            format!(
                "mend crates/hwc-tickets-sim/src/page or the tests; screenshots are in {shots}"
            ),
        )
    })?;
    Ok(Verdict::Content)
}

/// Runs the tests of the page, or says why not.
///
/// # Errors
/// A test fails, or they cannot run here.
pub fn test(workspace: &Workspace) -> Result<String> {
    match ask(workspace)? {
        Verdict::Content => Ok(format!(
            "the page passes its tests; screenshots are in {PLACE}/pictures"
        )),
        Verdict::Absent(why) => Err(absent(why).into()),
    }
}

/// Makes the pictures of the page anew.
///
/// # Errors
/// There is no browser here, or it fails.
pub fn pictures(workspace: &Workspace) -> Result<String> {
    let stage = Stage::prepare(workspace)?.map_err(absent)?;
    let arguments = ["tests/page/pictures.mjs"];
    stage.run(workspace, &arguments, PICTURES, || {
        Problem::general(
            "the pictures cannot be made; the reason is above",
            "mend tests/page/pictures.mjs",
        )
    })?;
    Ok(format!("wrote {PICTURES}"))
}

/// Everything the scripts need.
struct Stage {
    chromium: PathBuf,
    simulator: PathBuf,
    talk: PathBuf,
}

impl Stage {
    /// Gets it ready; or says what is missing here.
    fn prepare(workspace: &Workspace) -> Result<std::result::Result<Self, String>> {
        let Some(chromium) = chromium() else {
            return Ok(Err(
                "there is no Chromium here, and CHROMIUM does not name one".to_owned(),
            ));
        };
        if let Err(why) = programs::install_npm(workspace, SCRIPTS, PLACE)? {
            return Ok(Err(why));
        }
        let built = programs::build(workspace)?;
        Ok(Ok(Self {
            chromium,
            simulator: built.simulator()?,
            talk: built.path("hwc-tickets", Kind::Example, "talk")?,
        }))
    }

    fn run(
        &self,
        workspace: &Workspace,
        arguments: &[&str],
        shots: &str,
        failed: impl Fn() -> Problem,
    ) -> Result<()> {
        let root = programs::absolute(workspace);
        fs::create_dir_all(root.join(shots)).map_err(|_| failed())?;
        let status = Command::new("node")
            .current_dir(&root)
            .args(arguments)
            .env("PAGE_CHROMIUM", &self.chromium)
            .env("PAGE_SIMULATOR", &self.simulator)
            .env("PAGE_TALK", &self.talk)
            .env("PAGE_TOOLS", root.join(PLACE))
            .env("PAGE_PICTURES", root.join(shots))
            .stdin(Stdio::null())
            .status()
            .map_err(|_| failed())?;
        if status.success() {
            Ok(())
        } else {
            Err(failed().into())
        }
    }
}

/// A Chromium: the one named, one on the path, or on a server one that is installed now.
fn chromium() -> Option<PathBuf> {
    if let Some(named) = env::var_os("CHROMIUM") {
        return Some(PathBuf::from(named)).filter(|path| path.is_file());
    }
    let found = || programs::on_path(&["chromium", "chromium-browser", "google-chrome"]);
    found().or_else(|| {
        let is_installed = on_server() && programs::install(&["chromium"]);
        is_installed.then(found).flatten()
    })
}

fn absent(why: String) -> Problem {
    let remedy = "install Chromium (on Debian: `apt-get install chromium`) and Node.js 20 with npm, and let npm reach its registry";
    Problem::general(why, remedy)
}
