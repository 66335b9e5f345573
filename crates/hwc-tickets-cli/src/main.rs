//! The program `hwc-tickets`. All of it is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    hwc_tickets_cli::main()
}
