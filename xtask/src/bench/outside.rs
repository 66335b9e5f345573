//! Programs of others that the simulator is compared with.

use super::broken;
use crate::{
    file::Workspace,
    problem::Result,
    programs::{absolute, install_npm},
};
use std::{
    io::{BufRead as _, BufReader},
    net::TcpListener,
    process::{Child, Command, Stdio},
    thread,
};

/// Where its list of packages is.
const LIST: &str = "tests/benchmarks/prism";
/// Where the packages go.
const PLACE: &str = "target/benchmarks/prism";
/// Lines of its output that are waited for, until one says that it listens.
const LINES: usize = 1_000;

/// Prism, which answers every operation with its examples, until this is dropped.
pub(super) struct Prism {
    process: Child,
    address: String,
}

/// Starts it, or says why not.
pub(super) fn prism(workspace: &Workspace) -> Result<std::result::Result<Prism, String>> {
    if let Err(why) = install_npm(workspace, LIST, PLACE)? {
        return Ok(Err(why));
    }
    let root = absolute(workspace);
    // It takes no port 0. Between here and its start somebody else may take the port: then it fails, and says so.
    let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let port = free.map_err(|error| broken(&error.to_string()))?.port();
    let script = "node_modules/@stoplight/prism-cli/dist/index.js";
    let mut process = Command::new("node")
        .arg(root.join(PLACE).join(script))
        .args(["mock", "--host", "127.0.0.1", "--port"])
        .arg(port.to_string())
        // Its log would be half of what it does.
        .args(["--verboseLevel", "info"])
        .arg(root.join("spec/dist/openapi.json"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| broken(&error.to_string()))?;
    let output = process.stdout.take();
    let prism = Prism {
        process,
        address: format!("http://127.0.0.1:{port}"),
    };
    let Some(output) = output else {
        return Ok(Err("it has no output".to_owned()));
    };
    let mut lines = BufReader::new(output).lines();
    let listens = lines
        .by_ref()
        .take(LINES)
        .map_while(std::result::Result::ok)
        .any(|line| line.contains("listening"));
    // A full pipe would stop it.
    thread::spawn(move || lines.for_each(drop));
    match listens {
        true => Ok(Ok(prism)),
        false => Ok(Err("it does not start".to_owned())),
    }
}

impl Prism {
    /// Names it to the measurement.
    pub(super) fn server(&self, command: &mut Command) {
        let process = self.process.id().to_string();
        command.args(["--server", "Prism", self.address.as_str(), process.as_str()]);
    }
}

impl Drop for Prism {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
