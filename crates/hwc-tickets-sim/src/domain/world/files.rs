//! What is done with files: uploaded, given back byte for byte.

use std::collections::BTreeSet;

use super::World;
use crate::domain::blob::Blob;
use crate::domain::command::{Outcome, Refusal};
use crate::domain::file::{File, FileView};

/// Milliseconds of a day.
const DAY: i64 = 24 * 60 * 60 * 1000;

impl World {
    /// Name of a file; empty for one that does not exist.
    pub(in crate::domain) fn file_name(&self, id: &str) -> String {
        self.files
            .get(id)
            .map(|file| file.name.clone())
            .unwrap_or_default()
    }

    pub(super) fn attach(&mut self, id: String, name: String, content: Blob, owner: Option<u32>) {
        let file = File {
            name,
            content,
            owner,
            tickets: BTreeSet::new(),
        };
        self.files.insert(id, file);
    }

    pub(super) fn upload(
        &mut self,
        by: &str,
        name: String,
        content: Blob,
    ) -> Result<Outcome, Refusal> {
        let owner = self.customer(by)?;
        let day = self.now.div_euclid(DAY);
        let uploaded = self
            .uploaded
            .get(&owner)
            .filter(|(of, _)| *of == day)
            .map_or(0, |(_, bytes)| *bytes)
            .saturating_add(content.len());
        if self.rules.daily_upload.is_some_and(|most| uploaded > most) {
            return Err(Refusal::DailyVolume);
        }
        let stored: usize = self.files.values().map(|file| file.content.len()).sum();
        if stored.saturating_add(content.len()) > self.rules.storage {
            return Err(Refusal::Full);
        }
        self.uploaded.insert(owner, (day, uploaded));
        self.last_file = self.last_file.saturating_add(1);
        let id = format!("file-{:010}", self.last_file);
        self.attach(id.clone(), name, content, Some(owner));
        Ok(Outcome::Uploaded { file: id })
    }

    pub(super) fn download(
        &self,
        by: &str,
        ids: &[String],
        group: Option<&str>,
    ) -> Result<Outcome, Refusal> {
        let person = self.customer(by)?;
        if ids.is_empty() || ids.len() > self.rules.archive_limit {
            return Err(Refusal::Invalid);
        }
        let files = ids.iter().map(|id| {
            let file = self.files.get(id).ok_or(Refusal::NoSuchFile)?;
            let seen = |ticket: &String| self.access(person, ticket, group).is_ok();
            let free = file.owner.is_none() && file.tickets.is_empty();
            if free || file.owner == Some(person) || file.tickets.iter().any(seen) {
                Ok(file.view(id))
            } else {
                // Whether somebody else has such a file is nobody's business.
                Err(Refusal::NoSuchFile)
            }
        });
        Ok(Outcome::Files(files.collect::<Result<_, _>>()?))
    }

    /// A file, whoever may see it.
    pub fn file(&self, id: &str) -> Option<FileView> {
        self.files.get(id).map(|file| file.view(id))
    }

    /// Ids of all files, in order.
    pub fn file_ids(&self) -> Vec<String> {
        self.files.keys().cloned().collect()
    }
}
