//! `hwc-tickets config`: what applies and where it comes from, and changes of the configuration file.

use crate::{
    cli::{
        Form, Key,
        config::{Config, Set},
    },
    context::Context,
    credentials,
    exit::Exit,
    failure::{Failure, telling},
    render::{
        Cell, Part, Show, Titles, fact,
        table::{Column, ColumnWidth, QUIET, STRONG},
    },
    settings::{Settings, Shown, Summary, document, process_variable, usable},
};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use toml_edit::Item;

pub(crate) fn run(args: Config, context: &Context) -> Result<(), Failure> {
    match args {
        Config::List => list(context),
        Config::Get(one) => get(one.key, context),
        Config::Set(set) => put(&set, context),
        Config::Unset(one) => unset(one.key, context),
        Config::Path => path(context),
    }
}

/// Every setting, who signs in, and the profiles.
struct Listed<'a> {
    settings: Vec<Shown>,
    credentials: SignsIn,
    profiles: Vec<Summary>,
    in_use: &'a str,
}

/// Which credentials are used, and where they come from; never a value.
struct SignsIn {
    kind: Option<&'static str>,
    source: String,
    /// Variables, or the profile, that are not used.
    ignored: Vec<String>,
}

impl SignsIn {
    fn of(settings: &Settings) -> Self {
        let (kind, source) = match credentials::find(settings) {
            Ok(credential) => (Some(credential.kind), credential.source),
            Err(failure) if failure.exit() == Exit::Authentication => (None, "nowhere".to_owned()),
            Err(failure) => (None, failure.told(false).unwrap_or_default().what),
        };
        let variables = credentials::ignored(settings).into_iter();
        let profile =
            (settings.is_passed_over()).then(|| format!("profile {}", settings.profile_name.value));
        Self {
            kind,
            source,
            ignored: variables.map(str::to_owned).chain(profile).collect(),
        }
    }

    /// The source, and what it took the place of.
    fn source(&self) -> String {
        match self.ignored.is_empty() {
            true => self.source.clone(),
            false => format!("{}, not {}", self.source, self.ignored.join(", ")),
        }
    }
}

fn list(context: &Context) -> Result<(), Failure> {
    let settings = &context.settings;
    context.screen.show(&Listed {
        settings: settings.shown(),
        credentials: SignsIn::of(settings),
        profiles: settings.profiles()?,
        in_use: &settings.profile_name.value,
    })
}

impl Serialize for Listed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let settings = self.settings.iter().map(as_json);
        let profiles = self.profiles.iter().map(|profile| {
            json!({
                "name": profile.name,
                "in_use": profile.name == self.in_use,
                "credentials": profile.credentials,
                "site": profile.site,
                "group": profile.group,
            })
        });
        let listed = json!({
            "settings": settings.collect::<Vec<_>>(),
            "credentials": {
                "kind": self.credentials.kind,
                "source": self.credentials.source,
                "ignored": self.credentials.ignored,
            },
            "profiles": profiles.collect::<Vec<_>>(),
        });
        listed.serialize(serializer)
    }
}

fn as_json(shown: &Shown) -> Value {
    json!({
        "setting": shown.key.name(),
        "value": shown.value,
        "source": shown.source,
        "meaning": shown.key.meaning(),
    })
}

impl Show for Listed<'_> {
    fn parts(&self, form: Form) -> Vec<Part> {
        let setting = |shown: &Shown| -> Vec<Cell> {
            vec![
                Some(shown.key.name().to_owned()),
                shown.value.clone(),
                Some(shown.source.clone()),
                Some(shown.key.meaning().to_owned()),
            ]
        };
        let profile = |profile: &Summary| -> Vec<Cell> {
            vec![
                Some(profile.name.clone()),
                (profile.name == self.in_use).then(|| "*".to_owned()),
                profile.credentials.map(str::to_owned),
                profile.site.clone(),
                profile.group.clone(),
            ]
        };
        let settings = Titles::new([
            Column::new("SETTING", ColumnWidth::Fit).styled(STRONG),
            Column::new("VALUE", ColumnWidth::Fit),
            Column::new("FROM", ColumnWidth::Fit).styled(QUIET),
            Column::new("MEANING", ColumnWidth::Rest),
        ]);
        let profiles = Titles::new([
            Column::new("PROFILE", ColumnWidth::Fit).styled(STRONG),
            Column::new("IN USE", ColumnWidth::Fit),
            Column::new("CREDENTIALS", ColumnWidth::Fit),
            Column::new("SITE", ColumnWidth::Fit),
            Column::new("GROUP", ColumnWidth::Fit),
        ]);
        let credentials = vec![
            Some("credentials".to_owned()),
            self.credentials.kind.map(str::to_owned),
            Some(self.credentials.source()),
            Some("what signs in; see `auth`".to_owned()),
        ];
        let rows = self.settings.iter().map(setting);
        let rows = rows.chain([credentials]).collect();
        let mut parts = vec![Part::Rows(settings, rows)];
        if form == Form::Plain || !self.profiles.is_empty() {
            let rows = self.profiles.iter().map(profile);
            parts.push(Part::Rows(profiles, rows.collect()));
        }
        parts
    }
}

/// One setting.
struct One(Shown);

fn get(key: Key, context: &Context) -> Result<(), Failure> {
    let shown = context.settings.shown_one(key);
    if shown.value.is_none() {
        return Err(Failure::own(
            Exit::NotFound,
            format!("{} is not set", key.name()),
            format!("Set it with: hwc-tickets config set {} VALUE", key.name()),
        ));
    }
    context.screen.show(&One(shown))
}

impl Serialize for One {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        as_json(&self.0).serialize(serializer)
    }
}

impl Show for One {
    fn parts(&self, form: Form) -> Vec<Part> {
        let Self(shown) = self;
        let mut facts = vec![fact(shown.key.name(), shown.value.clone())];
        // A script that asks for a value wants that alone.
        if form == Form::Table {
            facts.push(fact("from", shown.source.clone()));
            facts.push(fact("meaning", shown.key.meaning().to_owned()));
        }
        vec![Part::Facts(facts)]
    }
}

/// What became of the file. For people everything is said on standard error.
#[derive(Serialize)]
struct Changed<'a> {
    outcome: &'static str,
    setting: &'static str,
    /// `None` for the one setting that stands outside of the profiles.
    profile: Option<&'a str>,
    file: String,
}

impl Show for Changed<'_> {
    fn parts(&self, _: Form) -> Vec<Part> {
        Vec::new()
    }
}

fn put(set: &Set, context: &Context) -> Result<(), Failure> {
    let Set { key, value } = set;
    let profile = profile_of(*key, context)?;
    let path = context.settings.places.config()?;
    if profile.is_none() {
        context.settings.refuse_unknown_profile(value.trim())?;
    }
    let value = usable(*key, value).map_err(|reason| {
        Failure::usage(
            format!(
                "the value for {} cannot be used: {reason}",
                in_words(*key, profile)
            ),
            "Nothing was stored. Correct the value.",
        )
    })?;
    document::change(path, |document| {
        match profile {
            None => document::put(document.as_table_mut(), key.name(), value),
            Some(name) => {
                let table = document::profile(document, name)
                    .ok_or_else(|| document::out_of_place(path, name))?;
                document::put(table, key.name(), value);
            }
        }
        Ok(true)
    })?;
    let place = path.display();
    let screen = &context.screen;
    screen.note(&format!("Stored {} in {place}.", in_words(*key, profile)));
    if is_overridden(*key) {
        screen.warn(&format!("{} is set, and wins over it", key.variable()));
    }
    let changed = Changed {
        outcome: "stored",
        setting: key.name(),
        profile,
        file: place.to_string(),
    };
    let what = format!("{} is stored", key.name());
    telling(what, || screen.show(&changed))
}

/// Done twice, it is the same as done once.
fn unset(key: Key, context: &Context) -> Result<(), Failure> {
    let profile = profile_of(key, context)?;
    let path = context.settings.places.config()?;
    let is_removed = document::take_out(path, |document| {
        let removed = match profile {
            None => document.remove(key.name()),
            Some(name) => {
                let profiles = document.get_mut("profiles");
                let profiles = profiles.and_then(Item::as_table_like_mut);
                let table = profiles.and_then(|all| all.get_mut(name)?.as_table_like_mut());
                table.and_then(|table| table.remove(key.name()))
            }
        };
        removed.is_some()
    })?;
    let (place, what) = (path.display(), in_words(key, profile));
    let screen = &context.screen;
    let outcome = match is_removed {
        true => {
            screen.note(&format!("Removed {what} from {place}."));
            "removed"
        }
        false => {
            screen.note(&format!("There is no {what} in {place}."));
            "none"
        }
    };
    if is_overridden(key) {
        screen.warn(&format!("{} is still set", key.variable()));
    }
    let changed = Changed {
        outcome,
        setting: key.name(),
        profile,
        file: place.to_string(),
    };
    let what = format!("{} is {outcome}", key.name());
    telling(what, || screen.show(&changed))
}

/// The profile that is changed; `None` where the setting stands outside of them.
fn profile_of(key: Key, context: &Context) -> Result<Option<&str>, Failure> {
    let name = context.settings.profile_name.value.as_str();
    match key {
        Key::Profile => Ok(None),
        _ if name.trim().is_empty() => Err(Failure::usage(
            "a profile needs a name",
            "Name it with --profile, or leave that out.",
        )),
        _ => Ok(Some(name)),
    }
}

fn in_words(key: Key, profile: Option<&str>) -> String {
    match profile {
        None => key.name().to_owned(),
        Some(profile) => format!("{} of profile {profile}", key.name()),
    }
}

/// Whether a variable takes the place of what stands in the file.
fn is_overridden(key: Key) -> bool {
    process_variable(&key.variable())
        .is_some_and(|value| value.to_str().is_none_or(|text| !text.trim().is_empty()))
}

/// Where the configuration file is, or would be.
#[derive(Serialize)]
struct Place {
    path: String,
    exists: bool,
}

fn path(context: &Context) -> Result<(), Failure> {
    let path = context.settings.places.config()?;
    context.screen.show(&Place {
        path: path.display().to_string(),
        exists: path.exists(),
    })
}

impl Show for Place {
    fn parts(&self, form: Form) -> Vec<Part> {
        let mut facts = vec![fact("path", self.path.clone())];
        if form == Form::Table && !self.exists {
            facts.push(fact("note", "not there yet".to_owned()));
        }
        vec![Part::Facts(facts)]
    }
}
