//! `hwc-tickets ticket create` and `ticket reconcile`.

mod ask;
mod draft;
mod editor;
mod problem;
mod reconcile;
mod yaml;

pub(super) use reconcile::run as reconcile;

use super::dry_run::SECRET;
use crate::{
    cli::{Form, ticket::Create},
    context::{Context, interrupt, interruptible},
    exit::Exit,
    failure::Failure,
    input, pending_files,
    render::{self, Part, Show, fact},
    signal::Listening,
};
use draft::Fields;
use hwc_core::file::shell_quoted;
use hwc_tickets::{
    AttachmentId, Client, CreateTicket, Created, Delivery, DraftProblem, Error, ErrorKind,
    TicketOutcome, TicketReceipt,
    choices::{Agreement, AgreementState},
};
use serde::Serialize;
use serde_json::Value;
use std::{future::IntoFuture as _, io, io::IsTerminal as _, path::PathBuf};

/// Headers that are secrets.
const SECRET_HEADERS: [&str; 2] = ["X-Phone-Verifiedid", "X-Email-Verifiedid"];

pub(super) async fn run(args: &Create, context: &Context) -> Result<(), Failure> {
    if context.settings.group.of_flag().is_some() {
        // It would be for somebody else than it was asked for.
        return Err(Failure::usage(
            "`ticket create` takes no group, as far as is known",
            "Leave --group out. Nothing was sent.",
        ));
    }
    let mut fields = Fields::read(args)?;
    let files = looked_at(&fields.attach)?;
    if args.dry_run {
        return dry_run(&fields, &files, context).await;
    }
    let records = match args.without_record {
        true => context.pending_files.clone().without_record(),
        false => {
            // A ticket that is not written down first could be lost without a trace.
            context.settings.places.pending()?;
            context.pending_files.clone()
        }
    };
    let client = context.client_with(records)?;
    let is_terminal = io::stdin().is_terminal() && io::stderr().is_terminal();
    let agreed = match !fields.is_enough() && is_terminal {
        true => {
            let agree = args.agree.as_deref();
            ask::run(&mut fields, agree, &client, context).await?
        }
        false => interruptible(check(args, &fields, &client)).await?,
    };
    if let Some(key) = &args.key
        && let Some(created) = interruptible(of_key(key, &fields, &client, context)).await?
    {
        return told(&created, context);
    }
    let files = looked_at(&fields.attach)?;
    let mut uploaded = Vec::new();
    let uploading = interruptible(upload(&files, &fields, &client, &mut uploaded)).await;
    if let Err(failure) = uploading {
        // Also when it was interrupted: nobody else tells what is stored.
        warn_of_files(&uploaded, context);
        return Err(failure);
    }
    let ids = uploaded.iter().map(|(_, id)| id.clone());
    let mut create = client.create_ticket(fields.draft(ids));
    if let Some(agreement) = &agreed {
        create = create.agreed(agreement);
    }
    let outcome = open(create, args, agreed.is_some(), context).await;
    match outcome {
        Ok(created) => told(&created, context),
        Err(failure) => {
            let is_open = matches!(failure, Failure::Interrupted { .. });
            if !is_open && failure.exit() != Exit::Unknown {
                warn_of_files(&uploaded, context);
            }
            Err(failure)
        }
    }
}

/// The one POST, and what becomes of it.
async fn open(
    mut create: CreateTicket,
    args: &Create,
    signs: bool,
    context: &Context,
) -> Result<Created, Failure> {
    if let Some(key) = &args.key {
        create = create.key(key);
    }
    if args.unchecked {
        create = create.unchecked();
    }
    // Whatever comes of it is told, also when the program is to end just then.
    let _listening = Listening::begin();
    let opening = create.into_future();
    let created = tokio::select! {
        biased;
        created = render::wait("opening the ticket", opening) => created,
        () = interrupt() => return Err(interrupted(signs, context)),
    };
    created.map_err(|error| failed(error, context))
}

/// What is to be known before files go up, and the agreement that was agreed to. What is wrong with the draft is told by
/// opening it as well: files are not uploaded for a ticket that cannot be opened.
async fn check(
    args: &Create,
    fields: &Fields,
    client: &Client,
) -> Result<Option<Agreement>, Failure> {
    let problem_type = fields.text("problem_type").unwrap_or_default();
    if !fields.typed.is_empty() && !args.unchecked && !problem_type.is_empty() {
        let (product, category) = (fields.text("product"), fields.text("category"));
        let lookups = client.lookups();
        let known = lookups.extra_fields(problem_type, product, category).await;
        let is_told = |key: &String| fields.typed.contains(key);
        // Whose rules cannot be read is checked by the service.
        if let Ok(known) = known
            && let Some(secret) = (known.iter()).find(|it| it.is_sensitive && is_told(&it.key))
        {
            return Err(Failure::usage(
                format!(
                    "the extra field {} is a secret, and other users of this machine can see arguments",
                    secret.key
                ),
                format!(
                    "Give it with --extra-file {}=FILE. Nothing was sent.",
                    secret.key
                ),
            ));
        }
    }
    let agreed = match &args.agree {
        Some(id) => agreement(id, client).await?,
        None => None,
    };
    if !fields.attach.is_empty() && !args.unchecked {
        let check = client.check_ticket(&fields.draft([])).await?;
        let is_agreed = |problem: &DraftProblem| match problem {
            DraftProblem::Unsigned { agreement } => {
                agreed.as_ref().is_some_and(|it| it.id == agreement.id)
            }
            _ => false,
        };
        let mut problems = check.problems;
        problems.retain(|problem| !is_agreed(problem));
        if !problems.is_empty() {
            return Err(problem::failure(&problems));
        }
    }
    Ok(agreed)
}

/// The agreement that was agreed to by its id, if it is not signed yet.
async fn agreement(id: &str, client: &Client) -> Result<Option<Agreement>, Failure> {
    match client.lookups().agreement().await? {
        AgreementState::Unsigned(agreement) if agreement.id == id => Ok(Some(*agreement)),
        AgreementState::Unsigned(agreement) => Err(Failure::usage(
            format!(
                "--agree names {id}, and the agreement for new tickets is {}",
                agreement.id
            ),
            "Read it with `hwc-tickets agreement latest`. Nothing was signed and nothing was sent.",
        )),
        _ => Ok(None),
    }
}

/// A file that is to be uploaded: its path, and what was found there.
struct File {
    path: PathBuf,
    name: String,
    length: u64,
}

/// Looks at files. Nothing is sent.
fn looked_at(paths: &[PathBuf]) -> Result<Vec<File>, Failure> {
    let look = |path: &PathBuf| {
        let source = input::source(path)?;
        Ok(File {
            path: path.clone(),
            name: source.name().unwrap_or_default().to_owned(),
            length: source.length(),
        })
    };
    paths.iter().map(look).collect()
}

/// Uploads the files, if all of them can be; none else. Their names and ids go into `uploaded`, one by one.
async fn upload(
    files: &[File],
    fields: &Fields,
    client: &Client,
    uploaded: &mut Vec<(String, AttachmentId)>,
) -> Result<(), Failure> {
    if files.is_empty() {
        return Ok(());
    }
    let limits = client.upload_limits().await?;
    limits.check_count(fields.attachment_count())?;
    for file in files {
        limits.check(&file.name, file.length)?;
    }
    for file in files {
        let sending = client.upload(&file.path).for_new_ticket().into_future();
        let stored = render::wait("uploading", sending).await?;
        uploaded.push((file.name.clone(), stored.id));
    }
    Ok(())
}

/// Files that are stored, and that no ticket has.
fn warn_of_files(uploaded: &[(String, AttachmentId)], context: &Context) {
    if uploaded.is_empty() {
        return;
    }
    let files = uploaded.iter();
    let files: Vec<String> = files
        .map(|(name, id)| format!("{name} with --attachment {id}"))
        .collect();
    context.screen.warn(&format!(
        "uploaded, and in no ticket yet; next time name {}",
        files.join(", ")
    ));
}

/// What became of the ticket that was begun with this key. Files are not uploaded anew for one that is open. `None`: it can be
/// opened.
async fn of_key(
    key: &str,
    fields: &Fields,
    client: &Client,
    context: &Context,
) -> Result<Option<Created>, Failure> {
    let entries = reconcile::entries(context)?.into_iter();
    let mut of_key = entries.filter_map(|entry| {
        let record = entry.pending.ok()?;
        (record.key() == Some(key)).then_some((entry.path, record))
    });
    let Some((path, record)) = of_key.next() else {
        return Ok(None);
    };
    if !record.is_settled() && pending_files::is_under_way(&path) {
        return Err(Failure::own(
            Exit::Failure,
            "another run of this program is still opening the ticket with this key",
            "Wait until it has ended: it says itself what became of the ticket.",
        ));
    }
    if fields.attach.is_empty() {
        // The client does it, and compares the attachments.
        return Ok(None);
    }
    let text = |name| fields.text(name).unwrap_or_default();
    if !record.is_of(text("description")) || record.problem_type() != text("problem_type") {
        return Err(Failure::usage(
            "the key is that of another ticket: of another problem type or with another description",
            "Take another key, or give this one free: hwc-tickets ticket reconcile --release KEY. Nothing was sent.",
        ));
    }
    if let Some(ticket) = record.ticket() {
        let created = Created::new(ticket.clone(), TicketReceipt::Kept).attempts(0);
        return Ok(Some(created));
    }
    let finding = client.reconcile_ticket(&record);
    match render::wait("reading the list of tickets", finding).await? {
        TicketOutcome::Confirmed(ticket) => {
            let created = Created::new(ticket, TicketReceipt::Found).attempts(0);
            Ok(Some(created))
        }
        TicketOutcome::Absent => Ok(None),
        _ => Err(Failure::own(
            Exit::Unknown,
            "it is not known yet what became of the ticket with this key",
            format!(
                "Nothing was sent. Find out with: hwc-tickets ticket reconcile {}",
                shell_quoted(&path)
            ),
        )),
    }
}

/// How a ticket that was not opened for sure is told.
fn failed(error: Error, context: &Context) -> Failure {
    if !error.draft_problems().is_empty() {
        return problem::failure(error.draft_problems());
    }
    let Some(pending) = error
        .pending_ticket()
        .filter(|_| error.delivery() == Delivery::Unknown)
    else {
        let advice = match (error.kind(), error.delivery()) {
            (ErrorKind::Storage, _) => {
                "Nothing was sent. Free some space or set XDG_STATE_HOME to a directory that can be written, or open it \
                 with --without-record: then nothing is left to find out with if its answer is lost."
            }
            (_, Delivery::Absent) => "No ticket was opened. It can be opened again.",
            _ => return error.into(),
        };
        return Failure::Advised {
            error: Box::new(error),
            advice: advice.to_owned(),
        };
    };
    let file = context.pending_files.hand_over_ticket(pending.id());
    match serde_json::to_string(pending) {
        // It could not be written before it was sent: then it is shown, and kept by the one who reads it.
        Ok(record) if !file.exists() => Failure::own(
            Exit::Unknown,
            format!("it is not known whether the ticket was opened: {error}; its record: {record}"),
            "Do not open it again yet. Put the record into a file (chmod 600), and find out later with: hwc-tickets \
             ticket reconcile FILE",
        ),
        _ => Failure::Unknown {
            error: Box::new(error),
            file,
        },
    }
}

/// Ctrl-C while it is opened: it may be on its way. `signs`: an agreement is signed before.
fn interrupted(signs: bool, context: &Context) -> Failure {
    let files = context.pending_files.hand_over_all();
    let what = match files.first() {
        None if context.pending_files.has_unwritten() => {
            "interrupted; it is not known whether the ticket was opened, and it has no record. Look with: hwc-tickets ticket \
             list --limit 20"
                .to_owned()
        }
        None if signs => {
            "interrupted before the ticket was sent; the agreement may be signed already: opening the ticket again tells"
                .to_owned()
        }
        None => "interrupted before the ticket was sent".to_owned(),
        Some(file) => format!(
            "interrupted; it is not known whether the ticket was opened. Find out with: hwc-tickets ticket reconcile {}",
            shell_quoted(file)
        ),
    };
    Failure::Interrupted { what: Some(what) }
}

/// Tells that it is open.
fn told(created: &Created, context: &Context) -> Result<(), Failure> {
    let screen = &context.screen;
    context.remember([created.ticket.as_str()]);
    let opened = Opened {
        created,
        verbose: screen.is_verbose(),
    };
    let how = opened.outcome();
    screen.show(&opened).map_err(|failure| {
        failure.after(format_args!(
            "the ticket is open: {} ({how})",
            created.ticket
        ))
    })
}

/// A ticket that is open.
#[derive(Serialize)]
#[serde(transparent)]
struct Opened<'a> {
    created: &'a Created,
    #[serde(skip)]
    verbose: bool,
}

impl Opened<'_> {
    fn outcome(&self) -> &'static str {
        match self.created.receipt {
            TicketReceipt::Found => "found",
            TicketReceipt::Kept => "kept",
            _ => "opened",
        }
    }
}

impl Show for Opened<'_> {
    fn parts(&self, _: Form) -> Vec<Part> {
        let mut facts = vec![
            fact("ticket", self.created.ticket.to_string()),
            fact("outcome", self.outcome().to_owned()),
        ];
        if self.verbose {
            facts.push(fact("attempts", self.created.attempts.to_string()));
            facts.push(fact("request id", self.created.request_id.clone()));
        }
        vec![Part::Facts(facts)]
    }
}

/// Shows the request that would open it.
async fn dry_run(fields: &Fields, files: &[File], context: &Context) -> Result<(), Failure> {
    let draft = fields.draft([]);
    let create = |client: Client| {
        let create = client.create_ticket(draft).unchecked().without_looking();
        Ok(async move { create.await.map(drop) })
    };
    let inert = |mut body: Value| {
        if let Some(code) = body.get_mut("verify_code") {
            *code = Value::from(SECRET);
        }
        if let Some(extra) = body.get_mut("extends_map").and_then(Value::as_object_mut) {
            for (_, value) in extra
                .iter_mut()
                .filter(|(key, _)| fields.hidden.contains(*key))
            {
                *value = Value::from(SECRET);
            }
        }
        if let Some(further) = body.get_mut("extension_map") {
            *further = Value::from(SECRET);
        }
        if let (false, Some(body)) = (files.is_empty(), body.as_object_mut()) {
            let ids = body
                .entry("accessory_ids")
                .or_insert_with(|| Value::Array(Vec::new()));
            if let Some(ids) = ids.as_array_mut() {
                // Their ids are known when they are uploaded.
                let shown = files.iter();
                ids.extend(shown.map(|file| {
                    Value::from(format!("<file {} of {} bytes>", file.name, file.length))
                }));
            }
        }
        body
    };
    let outcome = super::dry_run::run(context, create, inert, &SECRET_HEADERS).await;
    outcome.map_err(|failure| {
        let problems = match &failure {
            Failure::Call(error) => error.draft_problems().to_vec(),
            _ => Vec::new(),
        };
        match problems.is_empty() {
            true => failure,
            false => problem::failure(&problems),
        }
    })
}
