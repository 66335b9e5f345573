//! Files half written: they have names that nobody gives to another file, and a lock that the system frees with the process.
//!
//! The directory may be anybody's, such as a home directory. So nothing is removed but what is provably such a file and not
//! in use. No age proves that: a run may be stopped for hours.

use super::{MOST_TRIES, private};
use crate::hex;
use hwc_core::file::{self, DRAFT_END, DRAFT_LETTERS};
use ring::rand::{SecureRandom as _, SystemRandom};
use std::{
    fs::{File, OpenOptions},
    io,
    path::{Path, PathBuf},
};

/// How the names of files begin that are being written; random digits follow. The program uses the same names, which nobody
/// gives to a file of another kind.
const DRAFT: &str = ".hwc-tickets-draft-";

/// A new file beside `path` that no sweep takes as long as it is open: it is locked.
pub(super) fn draft_beside(path: &Path) -> io::Result<(PathBuf, File)> {
    for _ in 0..MOST_TRIES {
        let mut digits = [0; DRAFT_LETTERS / 2];
        (SystemRandom::new().fill(&mut digits))
            .map_err(|_| io::Error::other("the system gave no random numbers"))?;
        let draft = path.with_file_name(format!("{DRAFT}{}{DRAFT_END}", hex::encode(&digits)));
        // Never through a link that lies in wait, nor over a file of somebody else.
        let new = match private(OpenOptions::new().append(true).create_new(true)).open(&draft) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
            opened => opened?,
        };
        // A sweep may take a new file for one that was left behind, for an instant.
        if file::hold(&new) && file::is_still_at(&new, &draft) {
            return Ok((draft, new));
        }
    }
    Err(io::Error::other(
        "new files vanish as soon as they are made",
    ))
}

/// Removes what a killed run was writing beside `path`: plain files of the user's own, under a name of such files, that
/// nobody holds. What cannot be removed does no harm.
pub(super) fn sweep_drafts_beside(path: &Path) {
    file::sweep_drafts_beside(path, DRAFT);
}
