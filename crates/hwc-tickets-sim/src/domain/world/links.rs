//! Links to files: made, and followed.

use jiff::Timestamp;

use super::World;
use crate::domain::engineer;
use crate::domain::file::{File, FileView};
use crate::domain::link::FileLink;

/// What the key of a link is drawn for, so that it is no other number of the same file.
const PURPOSE: u64 = 4;

impl World {
    pub(super) fn link(&self, id: &str, file: &File) -> FileLink {
        let lifetime = i64::try_from(self.rules.link_lifetime.as_secs()).unwrap_or(i64::MAX);
        let until = self.now.div_euclid(1000).saturating_add(lifetime);
        FileLink {
            id: id.to_owned(),
            name: file.name.clone(),
            until,
            key: self.key(id, until),
        }
    }

    fn key(&self, id: &str, until: i64) -> u64 {
        engineer::draw(self.seed, id, until.cast_unsigned(), PURPOSE)
    }

    /// The file that a link leads to, if the link was made by this world, still works, and the file is still there.
    pub fn linked(&self, id: &str, until: i64, key: u64, now: Timestamp) -> Option<FileView> {
        let works = key == self.key(id, until) && now.as_second() <= until;
        works.then(|| self.file(id)).flatten()
    }
}
