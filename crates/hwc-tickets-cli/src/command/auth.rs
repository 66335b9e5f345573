//! `hwc-tickets auth status`, `auth login` and `auth logout`.

mod secrets;

use crate::{
    cli::{
        Form,
        admin::{Auth, Login},
    },
    context::Context,
    credentials,
    failure::Failure,
    private_file,
    render::{Part, Show, fact},
    settings::{Settings, Source, document_at},
};
use clap::ValueEnum;
use hwc_core::file::shell_quoted;
use hwc_tickets::SecretString;
use secrecy::ExposeSecret as _;
use serde::Serialize;
use std::path::Path;
use toml_edit::{DocumentMut, Item, Table, TableLike, value};

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
    let mut document = document_at(path)?.unwrap_or_default();
    let given = given_for_all_calls(&context.settings);
    put(&mut document, profile, credentials, &given).ok_or_else(|| {
        Failure::usage(
            format!(
                "{} has something else in place of [profiles.{profile}]",
                path.display()
            ),
            "Correct the file.",
        )
    })?;
    write(path, &document)?;
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
    screen
        .show(&stored)
        .map_err(|failure| failure.after("the credentials are stored"))
}

/// Takes the credentials of the profile out of the file. Done twice, it is the same as done once.
fn forget(context: &Context) -> Result<(), Failure> {
    let profile = &context.settings.profile_name.value;
    let path = context.settings.places.config()?;
    let mut document = document_at(path)?.unwrap_or_default();
    let screen = &context.screen;
    let place = path.display();
    let were_there = remove(&mut document, profile);
    if were_there {
        write(path, &document)?;
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
    screen
        .show(&removed)
        .map_err(|failure| failure.after("the credentials are removed"))
}

fn write(path: &Path, document: &DocumentMut) -> Result<(), Failure> {
    let place = private_file::behind_links(path)?;
    private_file::write(&place, document.to_string().as_bytes())
        .map_err(|error| Failure::file("write", &place, &error))?;
    // A run that was killed may have left a secret there. Nothing is removed before the new file stands.
    private_file::sweep_drafts_beside(&place);
    Ok(())
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
    let mut table = Table::new();
    for (name, secret) in credentials {
        table.insert(name, value(secret.expose_secret()));
    }
    let implicit = || {
        let mut table = Table::new();
        table.set_implicit(true);
        Item::Table(table)
    };
    let profiles: &mut dyn TableLike = document
        .entry("profiles")
        .or_insert_with(implicit)
        .as_table_like_mut()?;
    let profile: &mut dyn TableLike = profiles
        .entry(profile)
        .or_insert_with(implicit)
        .as_table_like_mut()?;
    for (name, given) in given {
        profile.insert(name, value(given.as_str()));
    }
    profile.insert("credentials", Item::Table(table));
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_else_in_the_file_stays() {
        let text = "# mine\nprofile = \"work\" # default\n\n[profiles.work]\ngroup = \"1\"\n\n[profiles.work.credentials]\n\
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
        ] {
            assert!(written.contains(kept), "{written}");
        }
        assert!(
            written.contains("[profiles.work.credentials]\ntoken = \"new\"\n"),
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
