//! The simulator and a bare handler, in a process of their own.

use super::{
    broken,
    figures::{BARE, SIMULATOR},
};
use crate::problem::Result;
use serde::Deserialize;
use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

/// What the process tells of itself.
#[derive(Deserialize)]
struct Addresses {
    simulator: String,
    bare: String,
}

/// Both, until this is dropped.
pub(super) struct Served {
    process: Child,
    /// Address of the simulator.
    pub(super) simulator: String,
    bare: String,
}

impl Served {
    pub(super) fn start(measures: &Path) -> Result<Self> {
        let mut process = Command::new(measures)
            .arg("serve")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| broken(&error.to_string()))?;
        let mut line = String::new();
        if let Some(out) = process.stdout.take() {
            let read = BufReader::new(out).read_line(&mut line);
            read.map_err(|error| broken(&error.to_string()))?;
        }
        let mut served = Self {
            process,
            simulator: String::new(),
            bare: String::new(),
        };
        let told: Addresses =
            serde_json::from_str(&line).map_err(|_| broken("the simulator does not start"))?;
        served.simulator = told.simulator;
        served.bare = told.bare;
        Ok(served)
    }

    /// Names both servers to the measurement.
    pub(super) fn servers(&self, command: &mut Command) {
        let process = self.process.id().to_string();
        for (name, address) in [(SIMULATOR, &self.simulator), (BARE, &self.bare)] {
            command.args(["--server", name, address.as_str(), process.as_str()]);
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
