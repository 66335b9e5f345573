//! `hwc-tickets attachment upload`.

use crate::{
    cli::{Form, attachment::Upload},
    context::{Context, interruptible},
    failure::{Failure, telling},
    input,
    render::{Cell, List, Progress, Row, Titles},
};
use hwc_tickets::{Client, api::Source, attachments::Uploaded};
use serde::Serialize;
use serde_json::Map;
use std::path::Path;
use tempfile::NamedTempFile;

pub(super) async fn run(args: Upload, context: &Context) -> Result<(), Failure> {
    super::refuse_group("attachment upload", context)?;
    // What comes on standard input is kept as long as it is sent.
    let (files, _spooled) = files(&args)?;
    if args.dry_run {
        return show(&files, context);
    }
    let client = context.client()?;
    check(&client, &files, &args).await?;
    let screen = &context.screen;
    let titles = Titles::fitted(["ID", "BYTES", "FILE"]);
    let mut list = List::begin(screen, titles, &Map::new(), "attachments")?;
    let names: Vec<String> = files.iter().map(|file| name_of(file).to_owned()).collect();
    let (mut done, mut failed) = (Vec::new(), None);
    for file in files {
        let name = name_of(&file).to_owned();
        match upload(&client, file, &args, context).await {
            Ok(uploaded) => {
                done.push(format!("`{name}` was stored as {}", uploaded.id));
                let stored = Stored {
                    file_name: &name,
                    uploaded: &uploaded,
                };
                telling(done.join(", "), || list.item(&stored))?;
            }
            Err(failure) => {
                if names.len() > 1 {
                    let rest = names.get(done.len().saturating_add(1)..);
                    screen.warn(&not_uploaded(&name, rest.unwrap_or_default()));
                }
                failed = Some(failure);
                break;
            }
        }
    }
    super::end(list, failed, &done, screen)?;
    if screen.form() == Form::Table && !args.for_ticket {
        screen
            .note("Each is for one message: hwc-tickets message send TICKET TEXT --attachment ID");
    }
    Ok(())
}

/// Which of several files failed, and which come after it.
fn not_uploaded(failed: &str, rest: &[String]) -> String {
    match rest {
        [] => format!("`{failed}` failed"),
        rest => format!("`{failed}` failed; not tried: `{}`", rest.join("`, `")),
    }
}

/// The files, opened. Standard input is read to its end.
fn files(args: &Upload) -> Result<(Vec<Source>, Option<NamedTempFile>), Failure> {
    if args.name.is_some() && args.file.len() > 1 {
        return Err(Failure::usage(
            "--name is for one file, and there are several",
            "Upload it alone, or leave --name out. Nothing was sent.",
        ));
    }
    let (mut files, mut spooled) = (Vec::new(), None);
    for path in &args.file {
        let file = if path.as_os_str() == "-" {
            if spooled.is_some() {
                return Err(Failure::usage(
                    "standard input is named twice, and can be read once",
                    "Give the other one as a file. Nothing was sent.",
                ));
            }
            let kept = input::spooled()?;
            let file = input::source(kept.path())?.named("file");
            spooled = Some(kept);
            file
        } else {
            input::source(path)?
        };
        let (file, way) = match &args.name {
            Some(name) => (file.named(name.as_str()), "Give another name with --name."),
            None => (file, way_to_a_name(args)),
        };
        input::refuse_unfit_name(&file, path, way)?;
        files.push(file);
    }
    Ok((files, spooled))
}

/// How a file is called in another way than it is by itself.
fn way_to_a_name(args: &Upload) -> &'static str {
    match args.file.len() {
        1 => "Give it another name with --name, such as --name disk.log.",
        _ => "Upload it alone, under another name: --name NAME",
    }
}

/// Whether nobody has said what standard input is called.
fn is_nameless(path: &Path, args: &Upload) -> bool {
    path.as_os_str() == "-" && args.name.is_none()
}

/// Of several files none is sent unless all of them may be; and what has no name of its own may need one. Each is checked
/// again as it is sent.
async fn check(client: &Client, files: &[Source], args: &Upload) -> Result<(), Failure> {
    if files.len() < 2 && !args.file.iter().any(|path| is_nameless(path, args)) {
        return Ok(());
    }
    let limits = async { Ok(client.upload_limits().await.ok()) };
    let Some(limits) = interruptible(limits).await? else {
        return Ok(());
    };
    for (file, path) in files.iter().zip(&args.file) {
        if is_nameless(path, args) {
            // Of no length: only its name can be what is wrong.
            let checked = limits.check(name_of(file), 0);
            checked.map_err(|error| Failure::Advised {
                error: Box::new(error),
                advice: format!("Nothing was sent. {}", way_to_a_name(args)),
            })?;
        }
        limits.check(name_of(file), file.length())?;
    }
    Ok(())
}

async fn upload(
    client: &Client,
    file: Source,
    args: &Upload,
    context: &Context,
) -> Result<Uploaded, Failure> {
    let name = name_of(&file).to_owned();
    let progress = Progress::begin(&name, Some(file.length()));
    let observer = progress.observer();
    let mut upload = client.upload(file);
    upload = upload.on_progress(move |progress| observer(progress.moved, progress.total));
    if let Some(kind) = &args.content_type {
        upload = upload.content_type(kind.as_str());
    }
    if args.for_ticket {
        upload = upload.for_new_ticket();
    }
    if let Some(total) = context.settings.timeout.value {
        upload = upload.timeout(total.0);
    }
    let uploading = async { upload.await.map_err(Failure::from) };
    let uploaded = interruptible(uploading).await;
    drop(progress);
    uploaded.map_err(|failure| match failure {
        Failure::Interrupted { what: None } => Failure::Interrupted {
            what: Some(format!(
                "interrupted: it is not known whether `{name}` was stored; if it was, it stays in the service without use"
            )),
        },
        failure => failure,
    })
}

fn name_of(file: &Source) -> &str {
    file.name().unwrap_or_default()
}

/// What would be sent.
fn show(files: &[Source], context: &Context) -> Result<(), Failure> {
    let screen = &context.screen;
    let rows: Vec<Ready<'_>> = (files.iter())
        .map(|file| Ready {
            file_name: name_of(file),
            bytes: file.length(),
            sent: false,
        })
        .collect();
    List::whole(
        screen,
        Titles::fitted(["BYTES", "FILE"]),
        "attachments",
        &rows,
    )?;
    if screen.is_for_people() {
        screen.note("Nothing was sent.");
    }
    Ok(())
}

/// A file that can be sent.
#[derive(Serialize)]
struct Ready<'a> {
    file_name: &'a str,
    bytes: u64,
    sent: bool,
}

impl Row for Ready<'_> {
    fn cells(&self, _: Form) -> Vec<Cell> {
        vec![
            Some(self.bytes.to_string()),
            Some(self.file_name.to_owned()),
        ]
    }
}

/// A file that the service has.
#[derive(Serialize)]
struct Stored<'a> {
    file_name: &'a str,
    #[serde(flatten)]
    uploaded: &'a Uploaded,
}

impl Row for Stored<'_> {
    fn cells(&self, _: Form) -> Vec<Cell> {
        vec![
            Some(self.uploaded.id.to_string()),
            Some(self.uploaded.bytes.to_string()),
            Some(self.file_name.to_owned()),
        ]
    }
}
