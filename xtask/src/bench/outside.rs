//! Programs of others that the simulator is compared with.

use super::{broken, figures::PRISM};
use crate::{
    file::Workspace,
    problem::Result,
    programs::{absolute, install_npm},
};
use std::{
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

/// Where its list of packages is.
pub(super) const LIST: &str = "tests/benchmarks/prism";
/// Where the packages go.
const PLACE: &str = "target/benchmarks/prism";
/// How often it is looked whether it listens, and how long is waited in between.
const LOOKS: usize = 600;
const PAUSE: Duration = Duration::from_millis(100);

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
    let process = Command::new("node")
        .arg(root.join(PLACE).join(script))
        .args(["mock", "--host", "127.0.0.1", "--port"])
        .arg(port.to_string())
        // Six lines for each request otherwise: the simulator writes none here either.
        .args(["--verboseLevel", "error"])
        .arg(root.join("spec/dist/openapi.json"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| broken(&error.to_string()))?;
    let mut prism = Prism {
        process,
        address: format!("http://127.0.0.1:{port}"),
    };
    Ok(match prism.listens(port) {
        true => Ok(prism),
        false => Err("it does not start".to_owned()),
    })
}

impl Prism {
    /// Whether it does, after some time.
    fn listens(&mut self, port: u16) -> bool {
        for _ in 0..LOOKS {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return true;
            }
            if !matches!(self.process.try_wait(), Ok(None)) {
                return false;
            }
            thread::park_timeout(PAUSE);
        }
        false
    }

    /// Names it to the measurement.
    pub(super) fn server(&self, command: &mut Command) {
        let process = self.process.id().to_string();
        command.args(["--server", PRISM, self.address.as_str(), process.as_str()]);
    }
}

impl Drop for Prism {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
