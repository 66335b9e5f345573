//! `hwc-tickets man`: a manual page for each command, made from the command tree.

use crate::{
    cli::{Cli, admin::Man},
    failure::Failure,
    private_file,
    render::Screen,
};
use clap::CommandFactory as _;
use hwc_core::file::shell_quoted;

pub(crate) fn run(args: &Man, screen: &Screen) -> Result<(), Failure> {
    let failed = |error| Failure::file("write manual pages to", &args.dir, &error);
    private_file::make_directory(&args.dir).map_err(failed)?;
    clap_mangen::generate_to(Cli::command(), &args.dir).map_err(failed)?;
    screen.note(&format!(
        "Written to {}. Read one with: man {}",
        args.dir.display(),
        shell_quoted(&args.dir.join("hwc-tickets.1"))
    ));
    Ok(())
}
