//! `hwc-tickets auth status`, `auth login` and `auth logout`.

mod secrets;

use crate::{
    cli::{
        Form,
        admin::{Auth, Login},
    },
    context::Context,
    credentials,
    failure::{Failure, telling},
    private_file,
    render::{Part, Show, fact},
    settings::{Settings, Source, document},
};
use clap::ValueEnum;
use hwc_core::file::shell_quoted;
use hwc_tickets::SecretString;
use secrecy::ExposeSecret as _;
use serde::Serialize;
use std::path::Path;
use toml_edit::{DocumentMut, Item, Table};

pub(crate) fn run(args: Auth, context: &Context) -> Result<(), Failure> {
    match args {
        Auth::Status => status(context),
        Auth::Login(login) => store(&login, context),
        Auth::Logout => forget(context),
    }
}

fn status(context: &Context) -> Result<(), Failure> {
    let credential = credentials::find(&context.settings)?;
    let settings = &context.settings;
    let screen = &context.screen;
    if let Some(words) = credentials::not_used_in_words(settings) {
        screen.warn(&words);
    }
    screen.show(&InUse {
        profile: &settings.profile_name.value,
        endpoint: settings.shown_endpoint(),
        kind: credential.kind,
        source: credential.source,
        iam_endpoint: credential.issuer,
    })?;
    if screen.is_for_people() {
        screen.note("Not checked with the service: `hwc-tickets doctor` does that.");
    }
    Ok(())
}

/// The credentials that commands sign in with.
#[derive(Serialize)]
struct InUse<'a> {
    profile: &'a str,
    endpoint: String,
    kind: &'static str,
    source: String,
    iam_endpoint: Option<String>,
}

impl Show for InUse<'_> {
    fn parts(&self, _: Form) -> Vec<Part> {
        vec![Part::Facts(vec![
            fact("profile", self.profile.to_owned()),
            fact("endpoint", self.endpoint.clone()),
            fact("kind", self.kind.to_owned()),
            fact("source", self.source.clone()),
            fact("signs in at", self.iam_endpoint.clone()),
        ])]
    }
}

/// What became of credentials in the file. For people everything is said on standard error.
#[derive(Serialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
enum Changed<'a> {
    Stored {
        profile: &'a str,
        file: String,
        kind: Option<&'a str>,
    },
    Removed {
        profile: &'a str,
        file: String,
        still_used: Option<String>,
    },
    None {
        profile: &'a str,
        file: String,
        still_used: Option<String>,
    },
}

impl Show for Changed<'_> {
    fn parts(&self, _: Form) -> Vec<Part> {
        Vec::new()
    }
}

fn store(login: &Login, context: &Context) -> Result<(), Failure> {
    let setting = &context.settings.profile_name;
    let profile = &setting.value;
    if profile.trim().is_empty() {
        return Err(Failure::usage(
            "a profile needs a name",
            "Name it with --profile, or leave that out.",
        ));
    }
    // Asked before the secret is: it would be typed for nothing.
    let path = context.settings.places.config()?;
    let credentials = secrets::ask(login)?;
    let given = given_for_all_calls(&context.settings);
    document::change(path, |document| {
        put(document, profile, credentials, &given)
            .ok_or_else(|| document::out_of_place(path, profile))?;
        Ok(true)
    })?;
    let screen = &context.screen;
    screen.note(&format!(
        "Stored for profile {profile} in {}, readable for you only.",
        path.display()
    ));
    if !given.is_empty() {
        let names: Vec<&str> = given.iter().map(|(name, _)| *name).collect();
        screen.note(&format!("Stored beside them: {}.", names.join(", ")));
    }
    let option = match setting.source {
        Source::Flag(_) => format!(" --profile {}", shell_quoted(Path::new(profile))),
        _ => String::new(),
    };
    screen.note(&format!("Check them with: hwc-tickets doctor{option}"));
    let kind = login.with.to_possible_value();
    let stored = Changed::Stored {
        profile,
        file: path.display().to_string(),
        kind: kind.as_ref().map(clap::builder::PossibleValue::get_name),
    };
    telling("the credentials are stored", || screen.show(&stored))
}

/// Takes the credentials of the profile out of the file. Done twice, it is the same as done once.
fn forget(context: &Context) -> Result<(), Failure> {
    let profile = &context.settings.profile_name.value;
    let path = context.settings.places.config()?;
    let screen = &context.screen;
    let place = path.display();
    let were_there = document::take_out(path, |document| remove(document, profile))?;
    if were_there {
        screen.note(&format!(
            "The credentials of profile {profile} are removed from {place}. The service was told nothing: a token stays \
             valid there until it ends."
        ));
    } else {
        // A login that was killed may have left a secret beside a file without any.
        if let Ok(place) = private_file::behind_links(path) {
            private_file::sweep_drafts_beside(&place);
        }
        screen.note(&format!(
            "There are no credentials of profile {profile} in {place}."
        ));
    }
    // The profile was read without its credentials: what is found now stands elsewhere. It is used all the same, and that
    // must not come as a surprise.
    let left = credentials::find(&context.settings).ok();
    let left = left.map(|left| left.source);
    if let Some(left) = &left {
        screen.warn(&format!("commands still sign in: {left}"));
    }
    let (file, still_used) = (place.to_string(), left);
    if !were_there {
        return screen.show(&Changed::None {
            profile,
            file,
            still_used,
        });
    }
    let removed = Changed::Removed {
        profile,
        file,
        still_used,
    };
    telling("the credentials are removed", || screen.show(&removed))
}

/// Whether there were any.
fn remove(document: &mut DocumentMut, profile: &str) -> bool {
    let profiles = document
        .get_mut("profiles")
        .and_then(Item::as_table_like_mut);
    profiles
        .and_then(|profiles| profiles.get_mut(profile)?.as_table_like_mut())
        .is_some_and(|profile| profile.remove("credentials").is_some())
}

/// What flags say of where the credentials belong. Without it, the next call would take them to another service.
fn given_for_all_calls(settings: &Settings) -> Vec<(&'static str, String)> {
    let ca_file = settings
        .ca_file
        .of_flag()
        .and_then(|path| std::path::absolute(path).ok());
    [
        ("endpoint", settings.endpoint.of_flag().cloned()),
        (
            "site",
            settings
                .site
                .of_flag()
                .and_then(ValueEnum::to_possible_value)
                .map(|site| site.get_name().to_owned()),
        ),
        ("group", settings.group.of_flag().cloned()),
        (
            "ca_file",
            ca_file.and_then(|path| path.to_str().map(str::to_owned)),
        ),
    ]
    .into_iter()
    .filter_map(|(name, given)| Some((name, given?)))
    .collect()
}

/// Puts credentials, and what was given with them, into the document and leaves everything else as it stands.
fn put(
    document: &mut DocumentMut,
    profile: &str,
    credentials: Vec<(&'static str, SecretString)>,
    given: &[(&'static str, String)],
) -> Option<()> {
    let profile = document::profile(document, profile)?;
    for (name, given) in given {
        document::put(profile, name, given.as_str());
    }
    // A table that is there keeps its place and its comments, and nothing of other credentials.
    let is_table = profile
        .get("credentials")
        .is_some_and(|item| item.is_table_like());
    if !is_table {
        profile.insert("credentials", Item::Table(Table::new()));
    }
    let table = profile.get_mut("credentials")?.as_table_like_mut()?;
    let stored: Vec<String> = table.iter().map(|(name, _)| name.to_owned()).collect();
    let is_gone = |name: &&String| !credentials.iter().any(|(new, _)| new == name);
    for name in stored.iter().filter(is_gone) {
        table.remove(name);
    }
    for (name, secret) in &credentials {
        document::put(table, name, secret.expose_secret());
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_else_in_the_file_stays() {
        let text = "# mine\nprofile = \"work\" # default\n\n[profiles.work]\ngroup = \"1\"\n\n\
                    # of work\n[profiles.work.credentials] # keys\n\
                    access_key = \"old\"\nsecret_key = \"old\"\n\n[profiles.home] # other\nsite = \"china\"\n";
        let mut document: DocumentMut = text.parse().unwrap();
        let given = [("endpoint", "https://osm.example".to_owned())];
        put(&mut document, "work", vec![("token", "new".into())], &given).unwrap();
        put(&mut document, "third", vec![("token", "more".into())], &[]).unwrap();
        let written = document.to_string();
        for kept in [
            "# mine\n",
            "# default\n",
            "group = \"1\"\n",
            "endpoint = \"https://osm.example\"\n",
            "[profiles.home] # other\nsite = \"china\"\n",
            "# of work\n[profiles.work.credentials] # keys\n",
        ] {
            assert!(written.contains(kept), "{written}");
        }
        assert!(
            written.contains("[profiles.work.credentials] # keys\ntoken = \"new\"\n"),
            "{written}"
        );
        assert!(
            written.contains("[profiles.third.credentials]\ntoken = \"more\"\n"),
            "{written}"
        );
        assert!(!written.contains("old"), "{written}");
    }

    #[test]
    fn something_else_in_the_place_is_refused() {
        let mut document: DocumentMut = "profiles = 1\n".parse().unwrap();
        assert!(put(&mut document, "work", vec![("token", "new".into())], &[]).is_none());
    }
}
