//! `hwc-tickets ticket create` and `ticket reconcile`.

mod ask;
mod draft;
mod kept;
mod odd;
mod problem;
mod reconcile;
mod yaml;

pub(super) use reconcile::run as reconcile;

use super::{
    doubt,
    dry_run::{self, SECRET},
    target,
};
use crate::{
    cli::{Form, ticket::Create},
    context::{Context, interrupt, interruptible},
    exit::Exit,
    failure::{Failure, advice::Once, telling},
    input, prompt,
    render::{self, Part, Show, fact},
    signal::Listening,
};
use draft::Fields;
use hwc_core::file::shell_quoted;
use hwc_tickets::{
    AttachmentId, Client, CreateTicket, Created, DraftProblem, Error, ErrorKind, PendingTicket,
    TicketOutcome, TicketReceipt,
    api::Source,
    choices::{Agreement, AgreementState},
};
use kept::Kept;
use serde::Serialize;
use serde_json::Value;
use std::future::IntoFuture as _;

/// Headers that are secrets.
const SECRET_HEADERS: [&str; 2] = ["X-Phone-Verifiedid", "X-Email-Verifiedid"];
/// How a file for a new ticket is uploaded under another name than its own.
const UPLOAD: &str = "hwc-tickets attachment upload FILE --name NAME --for-ticket";

pub(super) async fn run(args: &Create, context: &Context) -> Result<(), Failure> {
    if context.settings.group.of_flag().is_some() {
        // It would be for somebody else than it was asked for.
        return Err(Failure::usage(
            "`ticket create` takes no group, as far as is known",
            "Leave --group out. Nothing was sent.",
        ));
    }
    let mut fields = Fields::read(args)?;
    let files = input::sources(&fields.attach, UPLOAD)?;
    if args.dry_run {
        return show(&fields, &files, context).await;
    }
    let client = context.client_with(doubt::records(args.without_record, context)?)?;
    let mut kept = Kept::default();
    let outcome = create(args, &mut fields, &client, &mut kept, context).await;
    if let Err(failure) = &outcome {
        // It is gone by now if the ticket is open.
        kept.tell(is_in_doubt(failure, context), context);
    }
    outcome
}

/// Whether the ticket may be open.
fn is_in_doubt(failure: &Failure, context: &Context) -> bool {
    match failure {
        Failure::Interrupted { .. } => doubt::is_open(context),
        failure => failure.exit() == Exit::Unknown,
    }
}

async fn create(
    args: &Create,
    fields: &mut Fields,
    client: &Client,
    kept: &mut Kept,
    context: &Context,
) -> Result<(), Failure> {
    let agreed = match !fields.is_enough() && prompt::is_possible() {
        true => {
            let agree = args.agree.as_deref();
            ask::run(fields, agree, client, kept, context).await?
        }
        false => {
            odd::warn(fields, &context.screen);
            interruptible(check(args, fields, client)).await?
        }
    };
    refuse_second(args, fields, client, context)?;
    let held = args.key.as_deref();
    let held = held.map(|key| doubt::hold_key(&Once::TICKET, key, context));
    let held = held.transpose()?;
    if let Some(key) = &args.key
        && let Some(created) = interruptible(of_key(key, fields, client, context)).await?
    {
        kept.remove(&context.screen);
        return told(&created, context);
    }
    let files = input::sources(&fields.attach, UPLOAD)?;
    let mut uploaded = Vec::new();
    let uploading = interruptible(upload(&files, fields, client, &mut uploaded)).await;
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
    drop(held);
    match outcome {
        Ok(created) => {
            kept.remove(&context.screen);
            told(&created, context)
        }
        Err(failure) => {
            // Those of a ticket that may be open may be in it.
            if !is_in_doubt(&failure, context) {
                warn_of_files(&uploaded, context);
            }
            Err(failure)
        }
    }
}

/// An earlier ticket may be open. The same one is not opened again without a key; for another one it is said.
fn refuse_second(
    args: &Create,
    fields: &Fields,
    client: &Client,
    context: &Context,
) -> Result<(), Failure> {
    let text = |name| fields.text(name).unwrap_or_default();
    let is_same = |record: &PendingTicket| {
        record.is_of(text("description")) && record.problem_type() == text("problem_type")
    };
    // What became of the one under the key is found out first.
    let is_of_key = |record: &PendingTicket| {
        let key = args.key.as_deref();
        key.is_some() && record.key() == key
    };
    let is_another = |record: &PendingTicket| {
        let origin = record.origin();
        origin.is_some_and(|origin| client.origin().is_another(origin))
    };
    let entries = context.pending_files.all::<PendingTicket>();
    let in_doubt = (entries.unwrap_or_default().into_iter())
        .filter(|entry| entry.is_open() && !entry.under_way)
        .filter_map(|entry| Some((entry.path, entry.pending.ok()?)))
        .filter(|(_, record)| !is_of_key(record) && !is_another(record));
    let in_doubt: Vec<_> = in_doubt.collect();
    let same = in_doubt.iter().find(|(_, record)| is_same(record));
    if let (Some((path, _)), None) = (same, &args.key) {
        let file = shell_quoted(path);
        return Err(Failure::own(
            Exit::Unknown,
            "it is not known yet whether an earlier ticket with this problem type and description was opened",
            format!(
                "Nothing was sent. Find out with: hwc-tickets ticket reconcile {file}. If it stays unknown, look at your \
                 tickets, and end the doubt with --forget; then this one can be opened."
            ),
        ));
    }
    if let Some((_, record)) = same.or(in_doubt.first()) {
        context.screen.warn(&format!(
            "an earlier ticket is in doubt, and what is opened after it may keep it so; look first next time: \
             hwc-tickets ticket reconcile {}",
            record.id()
        ));
    }
    Ok(())
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
        () = interrupt() => {
            let before = match signs {
                true => "interrupted before the ticket was sent; the agreement may be signed already: opening the ticket again tells",
                false => "interrupted before the ticket was sent",
            };
            let look = "hwc-tickets ticket list --limit 20";
            return Err(doubt::interrupted(&Once::TICKET, before, look, context));
        }
    };
    created.map_err(|error| failed(error, args, context))
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

/// Uploads the files, if all of them can be; none else. Their names and ids go into `uploaded`, one by one.
async fn upload(
    files: &[Source],
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
        limits.check(file.name().unwrap_or_default(), file.length())?;
    }
    for file in files {
        let sending = client.upload(file.clone()).for_new_ticket().into_future();
        let stored = render::wait("uploading", sending).await?;
        uploaded.push((file.name().unwrap_or_default().to_owned(), stored.id));
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
    let entries = target::entries::<PendingTicket>(context)?.into_iter();
    let mut of_key = entries.filter_map(|entry| {
        let record = entry.pending.ok()?;
        (record.key() == Some(key)).then_some((entry.path, record))
    });
    let Some((path, record)) = of_key.next() else {
        return Ok(None);
    };
    doubt::check_key(record.origin(), client, "ticket")?;
    let text = |name| fields.text(name).unwrap_or_default();
    if !record.is_of(text("description")) || record.problem_type() != text("problem_type") {
        return Err(doubt::of_another(
            &Once::TICKET,
            "of another problem type or with another description",
        ));
    }
    doubt::refuse_forgotten(&record)?;
    if fields.attach.is_empty() {
        // The client does the rest, and compares the attachments.
        return Ok(None);
    }
    if let Some(ticket) = record.ticket() {
        let created = Created::new(ticket.clone(), TicketReceipt::Kept).attempts(0);
        return Ok(Some(created));
    }
    let finding = client.reconcile_ticket(&record);
    match render::wait("reading the list of tickets", finding).await? {
        TicketOutcome::Confirmed(ticket) => {
            doubt::clear_away::<PendingTicket>(&path, context);
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
fn failed(error: Error, args: &Create, context: &Context) -> Failure {
    if !error.draft_problems().is_empty() {
        return problem::failure(error.draft_problems());
    }
    match doubt::told(error, context) {
        Ok(failure) => failure,
        Err(error) if error.kind() == ErrorKind::Storage => {
            doubt::unstored(error, args.key.is_some(), context)
        }
        Err(error) => error.into(),
    }
}

/// Tells that it is open.
fn told(created: &Created, context: &Context) -> Result<(), Failure> {
    let screen = &context.screen;
    context.remember([created.ticket.as_str()]);
    doubt::warn_of_unused(&created.unused, screen);
    doubt::warn_of_unrecorded(&Once::TICKET, created.unrecorded.as_ref(), screen);
    let opened = Opened {
        created,
        verbose: screen.is_verbose(),
    };
    let how = opened.outcome();
    let what = format!("the ticket is open: {} ({how})", created.ticket);
    telling(what, || screen.show(&opened))
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
async fn show(fields: &Fields, files: &[Source], context: &Context) -> Result<(), Failure> {
    odd::warn(fields, &context.screen);
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
                ids.extend(shown.map(|file| Value::from(dry_run::file(file))));
            }
        }
        body
    };
    let outcome = dry_run::run(context, create, inert, &SECRET_HEADERS).await;
    if outcome.is_ok() && context.screen.is_for_people() {
        context.screen.note(
            "The service was not asked: extra fields, contacts, quota and agreement are not checked, only documented limits.",
        );
    }
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
