//! `hwc-tickets completions`: made from the command tree.

use crate::{
    cli::{Cli, admin::Completions},
    failure::Failure,
    render::Screen,
};
use clap::CommandFactory as _;

pub(crate) fn run(args: &Completions, screen: &Screen) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "hwc-tickets", &mut script);
    screen.raw_line(String::from_utf8_lossy(&script).trim_end())
}
