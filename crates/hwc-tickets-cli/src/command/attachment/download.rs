//! `hwc-tickets attachment download`: each file whole under its name, or not at all.

use crate::{
    cli::{Form, attachment::Download},
    command::api::pass_on,
    context::{Context, interruptible, ticket_id},
    failure::{Failure, ended, telling},
    private_file,
    render::{self, Cell, List, Progress, Row, Titles},
};
use hwc_tickets::{
    Attachment, AttachmentId, Client, Error, ErrorKind,
    attachments::{DownloadSource, Saved, safe_name},
};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::{collections::BTreeSet, error::Error as _, future::IntoFuture as _, io, path::PathBuf};

pub(super) async fn run(args: Download, context: &Context) -> Result<(), Failure> {
    let to_standard = (args.to.as_deref()).is_some_and(|path| path.as_os_str() == "-");
    let [first, others @ ..] = args.id.as_slice() else {
        return Ok(());
    };
    if args.all && !others.is_empty() {
        return Err(Failure::usage(
            "--all takes the files of one ticket, and several ids are named",
            "Name one ticket, or leave --all out and name the files.",
        ));
    }
    if to_standard && (args.all || !others.is_empty()) {
        return Err(Failure::usage(
            "standard output takes one file",
            "Name a directory with --to, or one file.",
        ));
    }
    if args.all {
        let ticket = ticket_id(first)?;
        let client = context.client()?;
        let ticket = client.ticket(ticket)?;
        let reading = async {
            let detail = render::wait("reading the ticket", ticket.detail().into_future()).await;
            detail.map_err(Failure::from)
        };
        let detail = interruptible(reading).await?;
        context.remember([ticket.id().as_str()]);
        let unread = detail.messages.iter().filter(|one| one.attachments_unknown);
        let unread = unread.count() + detail.undecodable.len();
        if unread > 0 {
            context.screen.warn(&format!(
                "{unread} messages cannot be read as a whole: files of them may be missing here"
            ));
        }
        let files = detail.messages.into_iter().flat_map(|one| one.attachments);
        let files = files.map(Wanted::from).collect();
        return save_all(&client, files, Some(unread == 0), &args, context).await;
    }
    let ids = super::ids(&args.id)?;
    let client = context.client()?;
    if to_standard {
        let name = format!("download attachment {first}");
        let mut download = client.download(first_of(ids)?);
        if let Some(total) = context.settings.timeout.value {
            download = download.timeout(total.0);
        }
        let work = async {
            let file = render::wait("waiting for the file", download.into_future()).await;
            pass_on(
                file.map_err(|error| told(error, first, context))?,
                name,
                |_| {},
            )
            .await
        };
        return interruptible(work).await;
    }
    let files = ids.into_iter().map(Wanted::from).collect();
    save_all(&client, files, None, &args, context).await
}

/// The one id; the command line makes sure that there is one.
fn first_of(ids: Vec<AttachmentId>) -> Result<AttachmentId, Failure> {
    let first = ids.into_iter().next();
    first.ok_or_else(|| Failure::usage("no file is named", "Name one by its id."))
}

/// A file to save.
struct Wanted {
    id: String,
    /// As its message calls it.
    name: Option<String>,
    source: DownloadSource,
}

impl From<AttachmentId> for Wanted {
    fn from(id: AttachmentId) -> Self {
        Self {
            id: id.to_string(),
            name: None,
            source: id.into(),
        }
    }
}

impl From<Attachment> for Wanted {
    fn from(attachment: Attachment) -> Self {
        Self {
            id: attachment.raw_id.clone(),
            name: safe_name(&attachment.file_name),
            source: attachment.into(),
        }
    }
}

/// Saves files. `all` says of those of a ticket whether these are all.
async fn save_all(
    client: &Client,
    files: Vec<Wanted>,
    all: Option<bool>,
    args: &Download,
    context: &Context,
) -> Result<(), Failure> {
    let screen = &context.screen;
    let place = Place::of(args, files.len())?;
    let titles = Titles::fitted(["ID", "BYTES", "FILE"]);
    let mut list = List::begin(screen, titles, &Map::new(), "files")?;
    if files.is_empty() && screen.form() == Form::Table {
        screen.note("No file is attached.");
    }
    let is_alone = files.len() == 1;
    let mut taken = BTreeSet::new();
    let mut failed: Option<Failure> = None;
    for file in files {
        let id = file.id.clone();
        match save(client, file, &place, &mut taken, args, context).await {
            Ok(saved) => {
                let path = saved.path.display().to_string();
                let stored = Stored {
                    id: &id,
                    bytes: saved.bytes,
                    file: &path,
                };
                telling(format_args!("{path} was written"), || list.item(&stored))?;
            }
            Err(failure @ Failure::Interrupted { .. }) => {
                failed = Some(failure);
                break;
            }
            Err(failure) => {
                list.aside(&json!({ "id": id, "error": failure.json() }))?;
                if let (false, Some(told)) = (is_alone, failure.told(false)) {
                    screen.warn(&format!("{id} was not saved: {}", told.what));
                }
                failed.get_or_insert(failure);
            }
        }
    }
    let complete = all.map(|all| ("complete".to_owned(), json!(all && failed.is_none())));
    let complete: Map<String, Value> = complete.into_iter().collect();
    let told = match failed.is_none() && !taken.is_empty() {
        true => telling("the files were written", || list.end(&complete)),
        false => list.end(&complete),
    };
    ended(failed.map_or(Ok(()), Err), told)
}

/// Where files go.
enum Place {
    Directory(PathBuf),
    File(PathBuf),
}

impl Place {
    fn of(args: &Download, files: usize) -> Result<Self, Failure> {
        let Some(path) = &args.to else {
            return Ok(Self::Directory(PathBuf::from(".")));
        };
        if path.is_dir() {
            return Ok(Self::Directory(path.clone()));
        }
        if files <= 1 && !args.all {
            private_file::refuse_without_directory(path)?;
            return Ok(Self::File(path.clone()));
        }
        if let Some(other) = private_file::obstacle(path) {
            return Err(Failure::usage(
                format!(
                    "{} is no directory, and several files go there",
                    other.display()
                ),
                "Name a directory with --to. Nothing was saved.",
            ));
        }
        let made = private_file::make_directory(path);
        made.map_err(|error| Failure::file("make", path, &error))?;
        Ok(Self::Directory(path.clone()))
    }
}

async fn save(
    client: &Client,
    file: Wanted,
    place: &Place,
    taken: &mut BTreeSet<PathBuf>,
    args: &Download,
    context: &Context,
) -> Result<Saved, Failure> {
    let Wanted { id, name, source } = file;
    let download = client.download(source);
    let mut save = match place {
        Place::File(path) => download.to(path),
        // Two files of a ticket may have one name.
        Place::Directory(directory) => download.into_directory(directory).beside(&*taken),
    };
    let progress = Progress::begin(name.as_deref().unwrap_or(&id), None);
    let observer = progress.observer();
    save = save.on_progress(move |progress| observer(progress.moved, progress.total));
    if args.force {
        save = save.overwrite();
    }
    if let Some(total) = context.settings.timeout.value {
        save = save.timeout(total.0);
    }
    let saving = async { save.await.map_err(|error| told(error, &id, context)) };
    let saved = interruptible(saving).await;
    drop(progress);
    if let Ok(saved) = &saved {
        taken.insert(saved.path.clone());
    }
    saved
}

/// A failure, in the words of this program. The service does not say that there is no such file.
fn told(error: Error, id: &str, context: &Context) -> Failure {
    let cause = error.source();
    let cause = cause.and_then(|cause| cause.downcast_ref::<io::Error>());
    match cause.map(io::Error::kind) {
        Some(io::ErrorKind::AlreadyExists) => Failure::usage(
            error.reason(),
            "Name another place with --to, or add --force to replace it.",
        ),
        _ if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Refused) => Failure::Advised {
            error: Box::new(error),
            advice: match is_of_a_ticket(id, context) {
                true => format!(
                    "{id} is the id of a ticket. All its files: hwc-tickets attachment download {id} --all. A colleague's ticket \
                     needs --group."
                ),
                false => "There may be no file with this id. Look at the ids with: hwc-tickets attachment list TICKET. All files \
                          of a ticket at once: --all with its id. A colleague's ticket needs --group."
                    .to_owned(),
            },
        },
        _ => error.into(),
    }
}

/// Whether it is the id of a ticket: one that was seen, or one of the form that those of the service have.
fn is_of_a_ticket(id: &str, context: &Context) -> bool {
    let digits = id.strip_prefix("TT").unwrap_or_default();
    let is_usual = digits.len() == 12 && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_usual || context.has_seen(id)
}

/// A file that was saved.
#[derive(Serialize)]
struct Stored<'a> {
    id: &'a str,
    bytes: u64,
    file: &'a str,
}

impl Row for Stored<'_> {
    fn cells(&self, _: Form) -> Vec<Cell> {
        vec![
            Some(self.id.to_owned()),
            Some(self.bytes.to_string()),
            Some(self.file.to_owned()),
        ]
    }
}
