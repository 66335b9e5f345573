//! Links to files, which work without a token for a while. Nothing is kept of them: a link says itself until when it works,
//! and its key follows from that, the file and the seed.

use jiff::Timestamp;

use super::engineer;
use super::file::{File, FileView};
use super::world::World;

/// What the key of a link is drawn for, so that it is no other number of the same file.
const PURPOSE: u64 = 4;

/// A link to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileLink {
    /// Id of the file.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Until when the link works, in seconds since 1970.
    pub until: i64,
    /// Proof that the service made it.
    pub key: u64,
}

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
