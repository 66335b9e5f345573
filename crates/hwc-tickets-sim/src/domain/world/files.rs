//! What is done with files: uploaded, given back byte for byte, linked to, deleted.

use std::collections::BTreeSet;

use super::{World, used_up};
use crate::domain::blob::Blob;
use crate::domain::command::{Outcome, Refusal};
use crate::domain::file::{File, FileAction, FileView, UploadLimits};

/// Bytes of what the service calls a MB.
const MEGABYTE: usize = 1024 * 1024;

/// How the names of images end.
const IMAGES: &str = "jpg,jpeg,bmp,png,gif";

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

    pub(super) fn on_files(&mut self, by: &str, action: FileAction) -> Result<Outcome, Refusal> {
        let person = self.customer(by)?;
        match action {
            FileAction::Upload { name, content } => self.upload(person, name, content),
            FileAction::Download { files, group } => {
                if files.is_empty() || files.len() > self.rules.archive_limit {
                    return Err(Refusal::Invalid);
                }
                let view = |id: &String| {
                    let file =
                        self.seen_file(person, id, self.acting_for(person, group.as_deref()));
                    file.map(|file| file.view(id))
                };
                Ok(Outcome::Files(
                    files.iter().map(view).collect::<Result<_, _>>()?,
                ))
            }
            FileAction::Show { file: id, group } => {
                let file =
                    self.seen_file(person, &id, self.acting_for(person, group.as_deref()))?;
                if self.rules.images_only && !is_of_kind(&file.name, IMAGES) {
                    return Err(Refusal::Invalid);
                }
                Ok(Outcome::Files(vec![file.view(&id)]))
            }
            FileAction::Delete { file } => self.delete_file(person, &file),
            FileAction::Limits => Ok(Outcome::UploadLimits(UploadLimits {
                count: self.rules.upload_count,
                megabytes: self.rules.upload_megabytes,
                kinds: self.rules.upload_kinds.clone(),
            })),
            FileAction::Links { files, group } => {
                let link = |id: &String| {
                    let file =
                        self.seen_file(person, id, self.acting_for(person, group.as_deref()));
                    file.map(|file| self.link(id, file))
                };
                Ok(Outcome::Links(
                    files.iter().map(link).collect::<Result<_, _>>()?,
                ))
            }
            FileAction::Link { file: id } => {
                let file = self.seen_file(person, &id, self.reaching(person))?;
                Ok(Outcome::Links(vec![self.link(&id, file)]))
            }
        }
    }

    /// Which tickets a customer sees where the group is named.
    fn acting_for(&self, by: u32, group: Option<&str>) -> impl Fn(&String) -> bool {
        move |ticket| self.access(by, ticket, group).is_ok()
    }

    /// Which tickets a customer sees where there is no place for the group.
    fn reaching(&self, by: u32) -> impl Fn(&String) -> bool {
        move |ticket| self.reachable(by, ticket).is_ok()
    }

    /// A file that the customer may see: an own one, one of a ticket that is seen, or one that is nobody's.
    fn seen_file(
        &self,
        by: u32,
        id: &str,
        sees: impl Fn(&String) -> bool,
    ) -> Result<&File, Refusal> {
        let file = self.files.get(id).ok_or(Refusal::NoSuchFile)?;
        let free = file.owner.is_none() && file.tickets.is_empty();
        if free || file.owner == Some(by) || file.tickets.iter().any(sees) {
            Ok(file)
        } else {
            // Whether somebody else has such a file is nobody's business.
            Err(Refusal::NoSuchFile)
        }
    }

    fn delete_file(&mut self, by: u32, id: &str) -> Result<Outcome, Refusal> {
        let file = self.seen_file(by, id, self.reaching(by))?;
        if file.owner.is_some_and(|owner| owner != by) {
            return Err(Refusal::NotOwn);
        }
        if !file.tickets.is_empty() && !self.rules.used_files_deletable {
            return Err(Refusal::FileInUse);
        }
        self.files.remove(id);
        Ok(Outcome::Done)
    }

    /// Whether a file keeps to the limits that the service tells.
    fn keeps_to_limits(&self, name: &str, bytes: usize) -> bool {
        let most = self.rules.upload_megabytes.saturating_mul(MEGABYTE);
        bytes <= most && is_of_kind(name, &self.rules.upload_kinds)
    }

    fn upload(&mut self, owner: u32, name: String, content: Blob) -> Result<Outcome, Refusal> {
        if self.rules.upload_limits_hold && !self.keeps_to_limits(&name, content.len()) {
            return Err(Refusal::Invalid);
        }
        let (day, uploaded) = used_up(&self.uploaded, owner, self.now);
        let uploaded = uploaded.saturating_add(content.len());
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

    /// A file, whoever may see it.
    pub fn file(&self, id: &str) -> Option<FileView> {
        self.files.get(id).map(|file| file.view(id))
    }

    /// Ids of all files, in order.
    pub fn file_ids(&self) -> Vec<String> {
        self.files.keys().cloned().collect()
    }
}

/// Whether a name ends in one of these ways, which have commas between them.
fn is_of_kind(name: &str, kinds: &str) -> bool {
    let end = name.rsplit_once('.').map_or("", |(_, end)| end);
    let mut kinds = kinds.split(',');
    kinds.any(|kind| kind.trim().eq_ignore_ascii_case(end))
}
