//! `hwc-tickets man`: a manual page for each command, made from the command tree.

use crate::{
    cli::{Cli, admin::Man},
    failure::Failure,
    private_file,
    render::Screen,
};
use clap::CommandFactory as _;

pub(crate) fn run(args: &Man, screen: &Screen) -> Result<(), Failure> {
    let failed = |error| Failure::file("write manual pages to", &args.dir, &error);
    private_file::make_directory(&args.dir).map_err(failed)?;
    clap_mangen::generate_to(Cli::command(), &args.dir).map_err(failed)?;
    screen.note(&format!(
        "Written to {}. Read one with: man {}/hwc-tickets.1",
        args.dir.display(),
        args.dir.display()
    ));
    Ok(())
}
