//! `hwc-tickets man`: a manual page for each command, made from the command tree.
//!
//! The directory may be one of the system's. So every page is made before the first is written, nothing but a plain file is
//! replaced, and no page is ever half written.

use crate::{
    cli::{self, admin::Man},
    failure::Failure,
    private_file,
    render::Screen,
};
use clap::Command;
use hwc_core::file::shell_quoted;
use std::{io, path::Path};

pub(crate) fn run(args: &Man, screen: &Screen) -> Result<(), Failure> {
    let dir = args.dir.as_path();
    let failed = |error| Failure::file("write manual pages to", dir, &error);
    if let Some(other) = private_file::obstacle(dir) {
        return Err(Failure::usage(
            format!(
                "cannot write manual pages to {}: {} is not a directory",
                dir.display(),
                other.display()
            ),
            "Name a directory; it is created if it does not exist.",
        ));
    }
    let pages = pages().map_err(failed)?;
    private_file::make_directory(dir).map_err(failed)?;
    private_file::sweep_drafts(dir);
    for page in &pages {
        let path = dir.join(&page.name);
        private_file::refuse_unplain(&path).map_err(|error| unwritten(&path, &error))?;
    }
    for page in &pages {
        let path = dir.join(&page.name);
        private_file::publish(&path, &page.text).map_err(|error| unwritten(&path, &error))?;
    }
    screen.note(&format!(
        "Written to {}. Read one with: man {}",
        dir.display(),
        shell_quoted(&dir.join("hwc-tickets.1"))
    ));
    Ok(())
}

/// A page that was not written; what stood there stands there.
fn unwritten(path: &Path, error: &io::Error) -> Failure {
    if error.kind() != io::ErrorKind::InvalidInput {
        return Failure::file("write the manual page", path, error);
    }
    Failure::usage(
        format!("cannot write the manual page {}: {error}", path.display()),
        "Only a plain file is replaced. Remove what is there, or name another directory.",
    )
}

/// A manual page.
struct Page {
    name: String,
    text: Vec<u8>,
}

/// Every page, that of the program last.
fn pages() -> io::Result<Vec<Page>> {
    let mut program = cli::tree().disable_help_subcommand(true);
    program.build();
    let mut pages = Vec::new();
    render(program, &mut pages)?;
    Ok(pages)
}

fn render(command: Command, pages: &mut Vec<Page>) -> io::Result<()> {
    let below = command
        .get_subcommands()
        .filter(|below| !below.is_hide_set());
    for below in below.cloned() {
        render(below, pages)?;
    }
    let page = clap_mangen::Man::new(command);
    let mut text = Vec::new();
    page.render(&mut text)?;
    pages.push(Page {
        name: page.get_filename(),
        text,
    });
    Ok(())
}
