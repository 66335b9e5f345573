//! What a ticket is to be: from options, from files, and from answers.

use super::yaml;
use crate::{cli::ticket::Create, failure::Failure, input};
use hwc_tickets::{AttachmentId, Error, SecretString, TicketDraft};
use serde_json::{Map, Value};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

/// The texts of a draft, in the order in which they are shown.
pub(super) const TEXTS: [&str; 13] = [
    "category",
    "product",
    "problem_type",
    "severity",
    "region",
    "project",
    "description",
    "mobile",
    "area_code",
    "mail",
    "contact_hours",
    "verified_mobile",
    "verified_mail",
];

/// What else a file may have.
const OTHERS: [&str; 5] = ["verify_code", "attach", "attachments", "extra", "further"];

/// All that is known of a ticket before it is opened.
#[derive(Clone, Default)]
pub(super) struct Fields {
    texts: BTreeMap<&'static str, String>,
    verify_code: Option<SecretString>,
    pub(super) extra: Map<String, Value>,
    /// Keys of extra fields whose values are shown nowhere.
    pub(super) hidden: BTreeSet<String>,
    /// Keys of extra fields whose values stood on the command line.
    pub(super) typed: BTreeSet<String>,
    further: Map<String, Value>,
    attachments: Vec<AttachmentId>,
    /// Files that are to be uploaded.
    pub(super) attach: Vec<PathBuf>,
}

impl Fields {
    /// Reads what was given. Options win over the draft of a file.
    pub(super) fn read(args: &Create) -> Result<Self, Failure> {
        let secrets = pairs("--extra-file", &args.extra_file)?;
        refuse_two_readers(args, &secrets)?;
        let mut fields = match &args.file {
            Some(path) => Self::of_file(path)?,
            None => Self::default(),
        };
        for (name, value) in [
            ("category", &args.category),
            ("product", &args.product),
            ("problem_type", &args.problem_type),
            ("severity", &args.severity),
            ("region", &args.region),
            ("project", &args.project),
            ("mobile", &args.mobile),
            ("area_code", &args.area_code),
            ("mail", &args.mail),
            ("contact_hours", &args.contact_hours),
            ("verified_mobile", &args.verified_mobile),
            ("verified_mail", &args.verified_mail),
        ] {
            if let Some(value) = value {
                fields.set(name, Some(value.clone()));
            }
        }
        let description = match (&args.description, &args.description_file) {
            (_, Some(path)) => Some(text_of(path)?),
            (Some(dash), None) if dash == "-" => Some(input::standard_input()?),
            (text, None) => text.clone(),
        };
        if description.is_some() {
            fields.set("description", description);
        }
        if let Some(path) = &args.verify_code_file {
            fields.verify_code = Some(SecretString::from(text_of(path)?));
        }
        let mut typed: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (key, value) in pairs("--extra", &args.extra)? {
            typed.entry(key).or_default().push(value);
        }
        for (key, values) in typed {
            let value = match values.as_slice() {
                [one] => Value::from(*one),
                several => Value::from(several.to_vec()),
            };
            fields.typed.insert(key.to_owned());
            fields.hidden.remove(key);
            fields.extra.insert(key.to_owned(), value);
        }
        for (key, path) in secrets {
            let value = text_of(Path::new(path))?;
            fields.set_extra(key, Value::from(value), true);
        }
        fields.attach.extend(args.attach.iter().cloned());
        for id in &args.attachment {
            let id = AttachmentId::new(id).map_err(Error::from)?;
            fields.attachments.push(id);
        }
        Ok(fields)
    }

    /// A draft in a file: JSON or YAML.
    fn of_file(path: &Path) -> Result<Self, Failure> {
        let shown = match path.as_os_str() == "-" {
            true => "standard input".to_owned(),
            false => path.display().to_string(),
        };
        let refused = |why: String| {
            Failure::usage(
                format!("{shown} is no draft of a ticket: {why}"),
                "`hwc-tickets ticket create --help` names its fields. Nothing was sent.",
            )
        };
        let text = text_of(path)?;
        let value = match serde_json::from_str(&text) {
            Ok(value) => value,
            Err(_) => yaml::read(&text).map_err(refused)?,
        };
        Self::of_value(value).map_err(refused)
    }

    fn of_value(value: Value) -> Result<Self, String> {
        let Value::Object(object) = value else {
            return Err("it is to be names with values".to_owned());
        };
        let mut fields = Self::default();
        for (given, value) in object {
            let name = given.replace('-', "_");
            if value.is_null() {
                continue;
            }
            if let Some(known) = TEXTS.into_iter().find(|known| *known == name) {
                fields.set(known, Some(scalar(&value, known)?));
                continue;
            }
            match name.as_str() {
                "verify_code" => {
                    let code = scalar(&value, "verify_code")?;
                    fields.verify_code = Some(SecretString::from(code));
                }
                "attach" => {
                    let paths = texts(value, "attach")?;
                    fields.attach = paths.into_iter().map(PathBuf::from).collect();
                }
                "attachments" => {
                    let ids = texts(value, "attachments")?.into_iter();
                    let ids = ids.map(|id| AttachmentId::new(id).map_err(|why| why.to_string()));
                    fields.attachments = ids.collect::<Result<_, _>>()?;
                }
                "extra" => {
                    fields.extra = object_of(value, "extra")?;
                    fields.hidden = fields.extra.keys().cloned().collect();
                }
                "further" => fields.further = object_of(value, "further")?,
                _ => {
                    let known = TEXTS.iter().chain(&OTHERS).copied();
                    let known: Vec<&str> = known.collect();
                    return Err(format!(
                        "there is no field {given}; there are {}",
                        known.join(", ")
                    ));
                }
            }
        }
        Ok(fields)
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.texts.get(name).map(String::as_str)
    }

    pub(super) fn set(&mut self, name: &'static str, value: Option<String>) {
        match value {
            Some(value) => self.texts.insert(name, value),
            None => self.texts.remove(name),
        };
    }

    /// A value of an extra field, which may be a secret.
    pub(super) fn set_extra(&mut self, key: &str, value: Value, is_hidden: bool) {
        self.typed.remove(key);
        match is_hidden {
            true => self.hidden.insert(key.to_owned()),
            false => self.hidden.remove(key),
        };
        self.extra.insert(key.to_owned(), value);
    }

    /// Whether there is what no ticket can do without.
    pub(super) fn is_enough(&self) -> bool {
        let has = |name| self.text(name).is_some_and(|text| !text.trim().is_empty());
        has("problem_type") && has("description")
    }

    /// The draft, with these files besides those that were named by their ids.
    pub(super) fn draft(&self, uploaded: impl IntoIterator<Item = AttachmentId>) -> TicketDraft {
        let text = |name| self.text(name).map(str::to_owned);
        let mut draft = TicketDraft::new(
            text("problem_type").unwrap_or_default(),
            text("description").unwrap_or_default(),
        );
        draft.category = text("category");
        draft.product = text("product");
        draft.severity = text("severity");
        draft.region = text("region");
        draft.project = text("project");
        draft.mobile = text("mobile");
        draft.area_code = text("area_code");
        draft.mail = text("mail");
        draft.contact_hours = text("contact_hours");
        draft.verified_mobile = text("verified_mobile");
        draft.verified_mail = text("verified_mail");
        draft.verify_code.clone_from(&self.verify_code);
        draft.extra.clone_from(&self.extra);
        draft.further.clone_from(&self.further);
        draft.attachments.clone_from(&self.attachments);
        draft.attachments.extend(uploaded);
        draft
    }

    /// How many attachments it will have.
    pub(super) fn attachment_count(&self) -> usize {
        self.attachments.len() + self.attach.len()
    }
}

/// Standard input can be read once.
fn refuse_two_readers(args: &Create, secrets: &[(&str, &str)]) -> Result<(), Failure> {
    let is_dash = |path: &Option<PathBuf>| path.as_ref().is_some_and(|it| it.as_os_str() == "-");
    let extra = secrets.iter().filter(|(_, path)| *path == "-");
    let readers: Vec<&str> = [
        ("--file", is_dash(&args.file)),
        ("--description", args.description.as_deref() == Some("-")),
        ("--description-file", is_dash(&args.description_file)),
        ("--verify-code-file", is_dash(&args.verify_code_file)),
    ]
    .into_iter()
    .filter_map(|(name, reads)| reads.then_some(name))
    .chain(extra.map(|_| "--extra-file"))
    .collect();
    match readers.as_slice() {
        [first, second, ..] => Err(Failure::usage(
            format!("standard input cannot be read both for {first} and for {second}"),
            "Give one of them as a file. Nothing was sent.",
        )),
        _ => Ok(()),
    }
}

/// The text of a file, or of standard input.
fn text_of(path: &Path) -> Result<String, Failure> {
    match path.as_os_str() == "-" {
        true => input::standard_input(),
        false => input::file(path),
    }
}

/// Keys with what stands behind the `=`. A refusal repeats nothing of it: it may be a secret.
fn pairs<'a>(option: &str, given: &'a [String]) -> Result<Vec<(&'a str, &'a str)>, Failure> {
    let pair = |text: &'a String| {
        let pair = text.split_once('=').filter(|(key, _)| !key.is_empty());
        pair.ok_or_else(|| {
            Failure::usage(
                format!("{option} needs a key, `=` and what belongs to it"),
                "`hwc-tickets catalog extra-fields` lists the keys. Nothing was sent.",
            )
        })
    };
    given.iter().map(pair).collect()
}

fn scalar(value: &Value, name: &str) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        _ => Err(format!("{name} is to be one text")),
    }
}

/// A list of texts, or a single one.
fn texts(value: Value, name: &str) -> Result<Vec<String>, String> {
    match value {
        Value::Array(items) => items.iter().map(|item| scalar(item, name)).collect(),
        one => Ok(vec![scalar(&one, name)?]),
    }
}

fn object_of(value: Value, name: &str) -> Result<Map<String, Value>, String> {
    match value {
        Value::Object(object) => Ok(object),
        _ => Err(format!("{name} is to be keys with values")),
    }
}
