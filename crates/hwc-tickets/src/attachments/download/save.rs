//! A download that goes into a file: whole under its name, or not at all.

use super::{Download, OPERATION};
use crate::{
    attachments::{
        disposition,
        moved::{Observer, Progress, Saved},
        name::safe_name,
    },
    error::{Error, Result},
    files::Arrival,
};
use hwc_core::Clock;
use std::{
    collections::BTreeSet,
    fmt,
    future::{Future, IntoFuture},
    path::{Path, PathBuf},
    pin::Pin,
    sync::Arc,
    time::Duration,
};

/// What a file is called whose name and id leave nothing.
const NAMELESS: &str = "attachment";

/// Where it goes.
#[derive(Clone)]
pub(super) enum Target {
    File(PathBuf),
    Directory(PathBuf),
}

/// A download about to be saved. Nothing happens before it is awaited.
///
/// The bytes go into a file of another name beside the target, readable for the user alone; it gets its name when it is whole
/// and on the disk. So under that name nobody ever sees half a file. What a killed run was writing goes with the next download
/// into that directory. A file that is there stays as it is, unless [`Save::overwrite`] says otherwise.
///
/// # Errors
/// When awaited: every kind of a read; and [`ErrorKind::Storage`](crate::ErrorKind::Storage) when the file cannot be written,
/// or is there already. Nothing is left of the file then.
#[must_use = "nothing is sent before it is awaited"]
pub struct Save {
    download: Download,
    target: Target,
    overwrite: bool,
    /// Files that stay, whatever is overwritten.
    kept: BTreeSet<PathBuf>,
    observer: Option<Observer>,
}

impl Save {
    pub(super) fn new(download: Download, target: Target) -> Self {
        Self {
            download,
            target,
            overwrite: false,
            kept: BTreeSet::new(),
            observer: None,
        }
    }

    /// Puts it in the place of a plain file that is there. What is there stays whole until then.
    pub fn overwrite(mut self) -> Self {
        self.overwrite = true;
        self
    }

    /// In a directory, never takes the name of one of these files, not even with [`Save::overwrite`]: its id goes in front of
    /// its own name then. Several attachments may have one name: give what was saved before.
    pub fn beside(mut self, files: impl IntoIterator<Item = impl Into<PathBuf>>) -> Self {
        self.kept = files.into_iter().map(Into::into).collect();
        self
    }

    /// Total deadline: see [`Download::timeout`].
    pub fn timeout(mut self, total: Duration) -> Self {
        self.download = self.download.timeout(total);
        self
    }

    /// Calls `observer` whenever more of the file came. It is called where the file is read, so it must not block.
    pub fn on_progress(mut self, observer: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    async fn run(self) -> Result<Saved> {
        let clock = Arc::clone(&self.download.client.parts().clock);
        let began = clock.elapsed();
        let outcome = self.carry_out(&clock).await;
        outcome.map_err(|error| {
            error
                .with_operation(OPERATION)
                .with_elapsed(clock.elapsed().saturating_sub(began))
        })
    }

    async fn carry_out(self, clock: &Arc<dyn Clock>) -> Result<Saved> {
        // What cannot be written is found out before anything is asked for, where the name is known.
        let begun = match self.known_path() {
            Some(path) => Some(Arrival::begin(clock, path, self.overwrite).await?),
            None => None,
        };
        let mut download = self.download.open().await?;
        let mut file = match begun {
            Some(file) => file,
            None => Arrival::begin(clock, self.told_path(&download), self.overwrite).await?,
        };
        let total = download.length();
        while let Some(piece) = download.chunk().await.map_err(Error::from)? {
            if let Some(observer) = &self.observer {
                observer(Progress::new(download.received(), total));
            }
            file = file.add(piece).await?;
        }
        let path = file.finish().await?;
        Ok(Saved::new(path, download.received()))
    }

    /// Where it goes, if that does not depend on the answer.
    fn known_path(&self) -> Option<PathBuf> {
        match &self.target {
            Target::File(path) => Some(path.clone()),
            Target::Directory(directory) => {
                let name = self.download.what.name.as_deref();
                Some(self.free(directory, &safe_name(name?)?))
            }
        }
    }

    /// Where it goes by what the answer says.
    fn told_path(&self, download: &hwc_core::Download) -> PathBuf {
        let directory = match &self.target {
            Target::File(path) => return path.clone(),
            Target::Directory(directory) => directory,
        };
        let header = download.headers().get("content-disposition");
        let header = header.and_then(|value| value.to_str().ok());
        let told = header.and_then(disposition::file_name);
        let by_id = || {
            let id = self.download.what.id.as_ref().ok()?;
            safe_name(id.as_str())
        };
        let name = (told.as_deref().and_then(safe_name)).or_else(by_id);
        self.free(directory, name.as_deref().unwrap_or(NAMELESS))
    }

    /// A file in `directory` that is none of those that stay, by its own name if that can be.
    fn free(&self, directory: &Path, name: &str) -> PathBuf {
        let id = self.download.what.id.as_ref().map_or("", |id| id.as_str());
        // One more than there are taken names: one of them is free.
        let others = (0..=self.kept.len()).map(|number| match number {
            0 => format!("{id}-{name}"),
            number => format!("{id}-{number}-{name}"),
        });
        let names = [name.to_owned()].into_iter();
        let names = names.chain(others.filter_map(|other| safe_name(&other)));
        let mut paths = names.map(|name| directory.join(name));
        let free = paths.find(|path| !self.kept.contains(path));
        free.unwrap_or_else(|| directory.join(name))
    }
}

impl IntoFuture for Save {
    type Output = Result<Saved>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

/// Without the path.
impl fmt::Debug for Save {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Save")
            .field("download", &self.download)
            .field("overwrite", &self.overwrite)
            .finish_non_exhaustive()
    }
}
