//! The steps of opening a ticket at a terminal: what is not given is asked for, one thing after the other.

mod choice;

use super::{
    UPLOAD,
    draft::{Fields, TEXTS},
    kept::Kept,
    odd, problem,
};
use crate::{
    cli::ANY_INTEGER,
    context::{Context, interruptible},
    exit::Exit,
    failure::{Failure, summary},
    input, prompt, render,
};
use choice::{Choice, Choices, Chosen, Typed, failed, typed};
use hwc_tickets::{
    Client, DraftProblem, Error, ErrorKind,
    choices::{Agreement, AgreementState, ExtraField, FieldKind, Quota},
};
use secrecy::ExposeSecret as _;
use serde_json::Value;
use std::{collections::BTreeMap, future::Future, path::PathBuf};

/// What goes one step back.
const BACK: &str = "<";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Category,
    Product,
    ProblemType,
    Severity,
    Region,
    Extra,
    Description,
    Files,
    Mail,
    Mobile,
}

const STEPS: [Step; 10] = [
    Step::Category,
    Step::Product,
    Step::ProblemType,
    Step::Severity,
    Step::Region,
    Step::Extra,
    Step::Description,
    Step::Files,
    Step::Mail,
    Step::Mobile,
];

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moved {
    On,
    /// There was nothing to ask.
    Past,
    Back,
}

/// Asks for what is missing, shows the whole, and asks whether it is to be opened. The agreement that was agreed to on the way.
/// Nothing is sent but reads.
pub(super) async fn run(
    fields: &mut Fields,
    agree: Option<&str>,
    client: &Client,
    kept: &mut Kept,
    context: &Context,
) -> Result<Option<Agreement>, Failure> {
    let screen = &context.screen;
    screen.say("A new ticket. Nothing is sent before the last question.");
    screen.say("Type a number or a part of a name; `<` goes back, Enter takes what stands in [].");
    let mut dialogue = Dialogue {
        given: fields.clone(),
        fields,
        agree,
        client,
        kept,
        context,
        names: BTreeMap::new(),
    };
    let mut at = 0;
    let mut asked: Vec<usize> = Vec::new();
    // What is wrong with what the next step asks for.
    let mut wrong = None;
    loop {
        let Some(step) = STEPS.get(at).copied() else {
            match dialogue.last().await? {
                Last::Open(agreed) => return Ok(agreed),
                Last::Back => at = asked.pop().unwrap_or_default(),
                Last::Wrong(step, failure) => {
                    at = STEPS.iter().position(|it| *it == step).unwrap_or_default();
                    asked.retain(|before| *before < at);
                    wrong = Some(failure);
                }
            }
            continue;
        };
        match (dialogue.step(step).await?, wrong.take()) {
            (Moved::On, _) => {
                asked.push(at);
                at += 1;
            }
            // It asks for nothing: so nobody can put it right here, and it would be wrong again for ever.
            (Moved::Past, Some(failure)) => return Err(*failure),
            (Moved::Past, None) => at += 1,
            (Moved::Back, _) => match asked.pop() {
                Some(before) => at = before,
                None => screen.say("This is the first question."),
            },
        }
    }
}

/// How the last question was answered.
enum Last {
    Open(Option<Agreement>),
    Back,
    /// Something is wrong with what this step asks for, and how that is told when it asks for nothing.
    Wrong(Step, Box<Failure>),
}

struct Dialogue<'a> {
    /// As it was given before anything was asked.
    given: Fields,
    fields: &'a mut Fields,
    /// Id of the agreement that was agreed to before.
    agree: Option<&'a str>,
    client: &'a Client,
    /// The description until the ticket is open.
    kept: &'a mut Kept,
    context: &'a Context,
    /// Names of what was chosen, by field.
    names: BTreeMap<&'static str, String>,
}

impl Dialogue<'_> {
    async fn step(&mut self, step: Step) -> Result<Moved, Failure> {
        match step {
            Step::Category => self.category().await,
            Step::Product => self.product().await,
            Step::ProblemType => self.problem_type().await,
            Step::Severity => self.severity().await,
            Step::Region => self.region().await,
            Step::Extra => self.extra().await,
            Step::Description => self.description().await,
            Step::Files => self.files().await,
            Step::Mail => self.text("mail", "Mail address for notices"),
            Step::Mobile => self.mobile(),
        }
    }

    /// What a look-up brought. `None`: it cannot be read, and an id may be typed all the same.
    async fn looked_up<T>(
        &self,
        what: &'static str,
        read: impl Future<Output = Result<T, Error>>,
    ) -> Result<Option<T>, Failure> {
        let read = async { Ok::<_, Failure>(render::wait(what, read).await) };
        match interruptible(read).await? {
            Ok(read) => Ok(Some(read)),
            Err(error) if would_meet_the_ticket(&error) => Err(error.into()),
            Err(error) => {
                let warning = format!(
                    "{what} failed: {}; type an id, if you know it",
                    summary(&error)
                );
                self.context.screen.warn(&warning);
                Ok(None)
            }
        }
    }

    async fn category(&mut self) -> Result<Moved, Failure> {
        if self.given.text("category").is_some() || self.given.text("product").is_some() {
            return Ok(Moved::Past);
        }
        let lookups = self.client.lookups();
        let read = lookups.categories();
        let read = self.looked_up("reading the categories", read).await?;
        let items = read.iter().flat_map(|read| read.iter());
        let items = items.map(|it| Choice::new(&it.id, &it.name)).collect();
        let is_whole = read.as_ref().is_some_and(|read| read.is_whole);
        self.choose("category", Choices::new("Category", items, is_whole))
    }

    async fn product(&mut self) -> Result<Moved, Failure> {
        if self.given.text("product").is_some() || self.given.text("problem_type").is_some() {
            return Ok(Moved::Past);
        }
        let lookups = self.client.lookups();
        let read = lookups.categories();
        let read = self.looked_up("reading the products", read).await?;
        let category = self.fields.text("category");
        let categories = read.iter().flat_map(|read| read.iter());
        let own = categories.filter(|it| category.is_none_or(|id| it.id == id));
        let items = own.flat_map(|it| &it.products);
        let items = items.map(|it| Choice::new(&it.id, &it.name).or(&it.acronym));
        let is_whole = read.as_ref().is_some_and(|read| read.is_whole);
        let choices = Choices::new("Product", items.collect(), is_whole);
        self.choose("product", choices)
    }

    async fn problem_type(&mut self) -> Result<Moved, Failure> {
        if self.given.text("problem_type").is_some() {
            return Ok(Moved::Past);
        }
        let (product, category) = (self.fields.text("product"), self.fields.text("category"));
        let lookups = self.client.lookups();
        let read = lookups.problem_types(product, category);
        let read = self.looked_up("reading the problem types", read).await?;
        let items = read.iter().flat_map(|read| read.iter());
        let items = items.map(|it| Choice::new(&it.id, &it.name)).collect();
        let is_whole = read.as_ref().is_some_and(|read| read.is_whole);
        let moved = self.choose(
            "problem_type",
            Choices::new("Problem type", items, is_whole),
        )?;
        if moved == Moved::On {
            self.quota().await?;
        }
        Ok(moved)
    }

    /// How many tickets of this kind are left.
    async fn quota(&self) -> Result<(), Failure> {
        let problem_type = self.fields.text("problem_type").unwrap_or_default();
        let product = self.fields.text("product");
        let lookups = self.client.lookups();
        let read = lookups.quota(problem_type, product);
        let read = render::wait("reading the quota", read).await;
        // The check before the last question names what could not be read.
        let Ok(Quota { total, left, .. }) = read else {
            return Ok(());
        };
        match (left, total) {
            (Some(0), _) => Err(Failure::own(
                Exit::Failure,
                "no ticket of this problem type can be opened any more: the quota is used up",
                "Use a ticket that is open, or ask for a greater quota in the console. Nothing was sent.",
            )),
            (Some(left), Some(total)) => {
                let screen = &self.context.screen;
                screen.say(&format!("{left} of {total} tickets of this type are left."));
                Ok(())
            }
            _ => Ok(()),
        }
    }

    async fn severity(&mut self) -> Result<Moved, Failure> {
        if self.given.text("severity").is_some() {
            return Ok(Moved::Past);
        }
        let problem_type = self.fields.text("problem_type").unwrap_or_default();
        let Some(product) = self.fields.text("product") else {
            return Ok(self.leave_out("severity"));
        };
        let lookups = self.client.lookups();
        let read = lookups.severities(product, problem_type);
        let Some(read) = self.looked_up("reading the severities", read).await? else {
            return Ok(Moved::Past);
        };
        let items = read.choices.iter();
        let items: Vec<Choice> = items.map(|it| Choice::new(&it.id, &it.name)).collect();
        if items.is_empty() || read.is_asked == Some(false) {
            return Ok(self.leave_out("severity"));
        }
        let choices = Choices::new("Severity", items, read.choices.is_whole);
        self.choose("severity", choices.optional())
    }

    async fn region(&mut self) -> Result<Moved, Failure> {
        if self.given.text("region").is_some() {
            return Ok(Moved::Past);
        }
        let (product, category) = (self.fields.text("product"), self.fields.text("category"));
        let lookups = self.client.lookups();
        let read = lookups.problem_types(product, category);
        let kinds = self.looked_up("reading the problem types", read).await?;
        let problem_type = self.fields.text("problem_type");
        let mut kinds = kinds.iter().flat_map(|read| read.iter());
        let kind = kinds.find(|it| Some(it.id.as_str()) == problem_type);
        let is_fault = kind.is_some_and(|it| it.is_fault == Some(true));
        let read = lookups.regions();
        let read = self.looked_up("reading the regions", read).await?;
        let items = read.iter().flat_map(|read| read.iter());
        let items = items.map(|it| Choice::new(&it.id, &it.name)).collect();
        let is_whole = read.as_ref().is_some_and(|read| read.is_whole);
        let choices = Choices::new("Region", items, is_whole);
        self.choose(
            "region",
            match is_fault {
                true => choices,
                false => choices.optional(),
            },
        )
    }

    /// There is nothing to choose. What was chosen before, for another product, does not go with this one.
    fn leave_out(&mut self, field: &'static str) -> Moved {
        self.names.remove(field);
        self.fields.set(field, None);
        Moved::Past
    }

    /// Asks for one of several, and keeps it.
    fn choose(&mut self, field: &'static str, choices: Choices) -> Result<Moved, Failure> {
        let before = self.fields.text(field).map(str::to_owned);
        let chosen = choices.ask(before.as_deref(), &self.context.screen)?;
        let id = match chosen {
            Chosen::Back => return Ok(Moved::Back),
            Chosen::Nothing => None,
            Chosen::One(id) => Some(id),
        };
        match id.as_deref().and_then(|id| choices.name(id)) {
            Some(name) => self.names.insert(field, name.to_owned()),
            None => self.names.remove(field),
        };
        self.fields.set(field, id);
        Ok(Moved::On)
    }

    /// One line, which may be left out.
    fn text(&mut self, field: &'static str, title: &str) -> Result<Moved, Failure> {
        if self.given.text(field).is_some() {
            return Ok(Moved::Past);
        }
        let before = self.fields.text(field).map(str::to_owned);
        let shown = before.as_deref().unwrap_or("none");
        match typed(&format!("{title} [{shown}]: "))? {
            Typed::Back => return Ok(Moved::Back),
            Typed::Text(text) if text.is_empty() => {}
            Typed::Text(text) => self.fields.set(field, Some(text)),
        }
        Ok(Moved::On)
    }

    fn mobile(&mut self) -> Result<Moved, Failure> {
        let moved = self.text("mobile", "Phone number for notices")?;
        match self.fields.text("mobile") {
            Some(_) if moved == Moved::On => {
                match self.text("area_code", "Country code of the number, e.g. 86")? {
                    Moved::Past => Ok(Moved::On),
                    moved => Ok(moved),
                }
            }
            _ => Ok(moved),
        }
    }

    async fn extra(&mut self) -> Result<Moved, Failure> {
        let problem_type = self.fields.text("problem_type").unwrap_or_default();
        let (product, category) = (self.fields.text("product"), self.fields.text("category"));
        let lookups = self.client.lookups();
        let read = lookups.extra_fields(problem_type, product, category);
        let read = self.looked_up("reading the extra fields", read).await?;
        let Some(known) = read else {
            return Ok(Moved::Past);
        };
        // Those of another problem type, which was chosen before.
        let given = &self.given.extra;
        let is_known = |key: &String| known.iter().any(|field| field.key == *key);
        (self.fields.extra).retain(|key, _| given.contains_key(key) || is_known(key));
        let asked = known.iter().filter(|field| {
            let is_shown = field.is_required || field.is_shown != Some(false);
            is_shown && !given.contains_key(&field.key)
        });
        let asked: Vec<&ExtraField> = asked.collect();
        let mut at: usize = 0;
        while let Some(field) = asked.get(at) {
            match self.field(field)? {
                Moved::Back => match at.checked_sub(1) {
                    Some(before) => at = before,
                    None => return Ok(Moved::Back),
                },
                _ => at += 1,
            }
        }
        Ok(match asked.is_empty() {
            true => Moved::Past,
            false => Moved::On,
        })
    }

    /// One extra field.
    fn field(&mut self, field: &ExtraField) -> Result<Moved, Failure> {
        let screen = &self.context.screen;
        if !field.description.is_empty() {
            screen.say(&format!("  {}", field.description));
        }
        let title = match field.name.is_empty() {
            true => &field.key,
            false => &field.name,
        };
        let limits = limits(field);
        if field.is_sensitive {
            return self.secret(field, title, &limits);
        }
        let before = self.fields.extra.get(&field.key).and_then(Value::as_str);
        let default = before.unwrap_or(&field.default).to_owned();
        if field.kind == FieldKind::OneOf && field.choices().next().is_some() {
            let items = field.choices().map(|it| Choice::new(it, it)).collect();
            let choices = Choices::new(title, items, false);
            let choices = match field.is_required {
                true => choices,
                false => choices.optional(),
            };
            let chosen = choices.ask(Some(&default), screen)?;
            return Ok(match chosen {
                Chosen::Back => Moved::Back,
                Chosen::Nothing => self.keep(field, None),
                Chosen::One(value) => self.keep(field, Some(Value::from(value))),
            });
        }
        let hint = match field.kind {
            FieldKind::SomeOf => {
                let choices: Vec<&str> = field.choices().collect();
                screen.say(&format!("  {}", choices.join(", ")));
                ", several with commas"
            }
            _ => "",
        };
        let shown = match (default.as_str(), field.is_required) {
            ("", true) => String::new(),
            ("", false) => " [none]".to_owned(),
            (default, _) => format!(" [{default}]"),
        };
        loop {
            let text = match typed(&format!("{title}{limits}{hint}{shown}: "))? {
                Typed::Back => return Ok(Moved::Back),
                Typed::Text(text) if text.is_empty() => default.clone(),
                Typed::Text(text) => text,
            };
            if text.is_empty() && field.is_required {
                screen.say("  It must be filled in.");
                continue;
            }
            let value = match field.kind {
                _ if text.is_empty() => None,
                FieldKind::SomeOf => {
                    let items = text.split([',', '，']).map(str::trim);
                    let items: Vec<&str> = items.filter(|item| !item.is_empty()).collect();
                    Some(Value::from(items))
                }
                FieldKind::Integer if ANY_INTEGER.read(&text).is_err() => {
                    screen.say(&format!("  It must be {ANY_INTEGER}."));
                    continue;
                }
                _ => Some(Value::from(text)),
            };
            return Ok(self.keep(field, value));
        }
    }

    /// A value that nothing shows while it is typed, nor afterwards.
    fn secret(&mut self, field: &ExtraField, title: &str, limits: &str) -> Result<Moved, Failure> {
        let optional = match field.is_required {
            true => "",
            false => ", Enter for none",
        };
        let label = render::foreign::line(&format!("{title}{limits} (not shown{optional})"));
        let secret = prompt::secret(&label, false).map_err(|why| match why {
            prompt::NoSecret::Interrupted => Failure::Interrupted { what: None },
            _ => Failure::usage(
                "the secret cannot be used: it is to be one line without control characters",
                format!(
                    "Give it with --extra-file {}=FILE. Nothing was sent.",
                    field.key
                ),
            ),
        })?;
        self.context.screen.say("");
        let text = secret.expose_secret();
        Ok(match text {
            BACK => Moved::Back,
            "" => self.keep(field, None),
            text => {
                self.fields.set_extra(&field.key, Value::from(text), true);
                Moved::On
            }
        })
    }

    fn keep(&mut self, field: &ExtraField, value: Option<Value>) -> Moved {
        match value {
            Some(value) => self.fields.set_extra(&field.key, value, false),
            None => {
                self.fields.extra.remove(&field.key);
            }
        }
        Moved::On
    }

    async fn description(&mut self) -> Result<Moved, Failure> {
        if self.given.text("description").is_some() {
            return Ok(Moved::Past);
        }
        let context = self.context;
        let screen = &context.screen;
        let problem_type = self.fields.text("problem_type").unwrap_or_default();
        let lookups = self.client.lookups();
        let read = lookups.templates(problem_type);
        let template = match render::wait("reading the templates", read).await {
            Ok(templates) => templates.iter().next().map(|it| it.text.clone()),
            Err(_) => None,
        };
        let mut before = self.fields.text("description").map(str::to_owned);
        if before.is_none() {
            before = self.kept.resume(context);
            if let Some(text) = &before {
                screen.say(
                    "You wrote this before, and it was not sent; what you type takes its place:",
                );
                for line in text.lines() {
                    screen.say(&format!("  {line}"));
                }
            }
        }
        self.fields.set("description", before.clone());
        screen.say("Description, of any number of lines. A line with a dot alone ends it; `e` alone opens your editor.");
        match (&before, &template) {
            (Some(_), _) => screen.say("Enter alone keeps what you wrote."),
            (None, Some(template)) => {
                screen.say("The service suggests, and the editor begins with it:");
                for line in template.lines() {
                    screen.say(&format!("  {line}"));
                }
            }
            (None, None) => {}
        }
        let mut lines: Vec<String> = Vec::new();
        loop {
            let line = render::question("> ").map_err(|error| failed(&error))?;
            let line = line.ok_or_else(choice::ended)?;
            let line = line.trim_end_matches(['\n', '\r']);
            match (line.trim(), lines.is_empty(), &before) {
                (BACK, true, _) => return Ok(Moved::Back),
                ("e", true, _) => {
                    let text = before.as_deref().or(template.as_deref());
                    let edited =
                        self.kept
                            .edited(text.unwrap_or_default(), before.is_some(), context);
                    lines = vec![edited.await?];
                    break;
                }
                ("", true, Some(_)) => return Ok(Moved::On),
                (".", ..) => break,
                _ => {
                    lines.push(line.to_owned());
                    let written = lines.join("\n");
                    // What it takes the place of stays until it is whole.
                    let written = match &before {
                        Some(before) => format!("{before}\n{written}"),
                        None => written,
                    };
                    self.kept.keep(&written, context);
                }
            }
        }
        let text = lines.join("\n");
        if text.trim().is_empty() {
            screen.say("A ticket needs a description.");
            return Box::pin(self.description()).await;
        }
        self.kept.keep(&text, context);
        self.fields.set("description", Some(text));
        Ok(Moved::On)
    }

    async fn files(&mut self) -> Result<Moved, Failure> {
        let screen = &self.context.screen;
        let given = self.given.attach.len();
        let mut limits = None;
        loop {
            let number = self.fields.attach.len();
            let label = match number {
                0 => "File to attach [none]: ".to_owned(),
                number => format!("Another file [{number} so far, no more]: "),
            };
            let path = match typed(&label)? {
                Typed::Back if number > given => {
                    self.fields.attach.pop();
                    continue;
                }
                Typed::Back => return Ok(Moved::Back),
                Typed::Text(text) if text.is_empty() => return Ok(Moved::On),
                Typed::Text(text) => PathBuf::from(text),
            };
            // Before the limits, which may not be known: a name that cannot be sent would be refused only at the end.
            let taker = "`ticket create --attachment`";
            let source = match input::enclosure(&path, UPLOAD, taker) {
                Ok(source) => source,
                Err(unfit) => {
                    screen.say(&format!("  {unfit}"));
                    continue;
                }
            };
            if input::is_among(&path, &self.fields.attach) {
                screen.say("  It is among them already.");
                continue;
            }
            if limits.is_none() {
                let read = self.client.upload_limits();
                limits = self.looked_up("reading the limits of files", read).await?;
            }
            let name = source.name().unwrap_or_default();
            let count = self.fields.attachment_count() + 1;
            let checked = limits.as_ref().map(|limits| {
                let checked = limits.check_count(count);
                checked.and_then(|()| limits.check(name, source.length()))
            });
            match checked {
                Some(Err(error)) => screen.say(&format!("  {}", error.summary())),
                _ => self.fields.attach.push(path),
            }
        }
    }

    /// What will be opened, what is wrong with it, the agreement, and the question.
    async fn last(&mut self) -> Result<Last, Failure> {
        let screen = &self.context.screen;
        let draft = self.fields.draft([]);
        let checking = self.client.check_ticket(&draft);
        let checking = async {
            let check = render::wait("checking the ticket", checking).await;
            check.map_err(Failure::from)
        };
        let check = interruptible(checking).await?;
        let is_unsigned = |it: &&DraftProblem| matches!(it, DraftProblem::Unsigned { .. });
        let wrong = check.problems.iter().filter(|it| !is_unsigned(it));
        let wrong: Vec<&DraftProblem> = wrong.collect();
        for problem in &wrong {
            screen.warn(&problem::told(problem));
        }
        if let Some(first) = wrong.first().copied() {
            let Some(step) = step_of(first) else {
                let problems: Vec<DraftProblem> = wrong.into_iter().cloned().collect();
                return Err(problem::failure(&problems));
            };
            if self.is_given(first) {
                return Err(problem::failure(&check.problems));
            }
            let failure = problem::failure(&check.problems);
            return Ok(Last::Wrong(step, Box::new(failure)));
        }
        self.show();
        odd::warn(self.fields, screen);
        if !check.unchecked.is_empty() {
            let unchecked = check.unchecked.join(", ");
            screen.warn(&format!("this could not be checked: {unchecked}"));
        }
        let mut agreed = None;
        if let Some(AgreementState::Unsigned(agreement)) = check.agreement {
            if self.agree != Some(agreement.id.as_str()) {
                match self.agrees(&agreement)? {
                    Moved::Back => return Ok(Last::Back),
                    Moved::On | Moved::Past => {}
                }
            }
            agreed = Some(*agreement);
        }
        match typed("Open this ticket? [y/N]: ")? {
            Typed::Back => Ok(Last::Back),
            Typed::Text(text) if prompt::is_yes(&text) => Ok(Last::Open(agreed)),
            Typed::Text(_) => Err(prompt::not_confirmed("ticket create")),
        }
    }

    /// Shows an agreement and asks whether it is to be signed.
    fn agrees(&self, agreement: &Agreement) -> Result<Moved, Failure> {
        let screen = &self.context.screen;
        screen.say(&format!(
            "New tickets need an agreement that you have not signed: {} (id {})",
            agreement.name, agreement.id
        ));
        for line in agreement.text.lines() {
            screen.say(&format!("  {line}"));
        }
        match typed("Sign it? That binds, and nothing takes it back. [y/N]: ")? {
            Typed::Back => Ok(Moved::Back),
            Typed::Text(text) if prompt::is_yes(&text) => Ok(Moved::On),
            Typed::Text(_) => Err(Failure::own(
                Exit::Failure,
                "the agreement was not signed, and without it no ticket is opened",
                "Nothing was signed and nothing was sent.",
            )),
        }
    }

    /// Whether it is about something that was given and is not asked for.
    fn is_given(&self, problem: &DraftProblem) -> bool {
        let field = problem.field().unwrap_or_default();
        match field.split_once('.') {
            Some((_, key)) => self.given.extra.contains_key(key),
            None => self.given.text(field).is_some(),
        }
    }

    /// The whole, as it will be sent.
    fn show(&self) {
        let screen = &self.context.screen;
        screen.say("");
        for field in TEXTS {
            let Some(text) = self.fields.text(field) else {
                continue;
            };
            let title = field.replace('_', " ");
            match self.names.get(field) {
                Some(name) => screen.say(&format!("  {title}: {name} (id {text})")),
                None if text.contains('\n') => {
                    screen.say(&format!("  {title}:"));
                    for line in text.lines() {
                        screen.say(&format!("    {line}"));
                    }
                }
                None => screen.say(&format!("  {title}: {text}")),
            }
        }
        for (key, value) in &self.fields.extra {
            let shown = match value {
                _ if self.fields.hidden.contains(key) => "<secret>".to_owned(),
                Value::String(text) => text.clone(),
                value => value.to_string(),
            };
            screen.say(&format!("  {key}: {shown}"));
        }
        for path in &self.fields.attach {
            screen.say(&format!("  file: {}", path.display()));
        }
    }
}

/// Whether a look-up that failed so says that the ticket would fail too.
fn would_meet_the_ticket(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Credentials | ErrorKind::Connect | ErrorKind::Tls | ErrorKind::Unauthorized
    )
}

/// Where it is asked for.
fn step_of(problem: &DraftProblem) -> Option<Step> {
    let field = problem.field()?;
    Some(match field.split('.').next()? {
        "category" => Step::Category,
        "product" => Step::Product,
        "problem_type" => Step::ProblemType,
        "severity" => Step::Severity,
        "region" => Step::Region,
        "extra" => Step::Extra,
        "description" => Step::Description,
        "attachments" => Step::Files,
        "mail" => Step::Mail,
        "mobile" | "area_code" => Step::Mobile,
        _ => return None,
    })
}

/// What the service says of the length or the range.
fn limits(field: &ExtraField) -> String {
    match (field.kind, field.min, field.max, field.length) {
        (FieldKind::Integer, Some(min), Some(max), _) => format!(" ({min} to {max})"),
        (FieldKind::Line | FieldKind::Lines, _, _, Some(length)) => {
            format!(" (up to {length} characters)")
        }
        _ => String::new(),
    }
}
