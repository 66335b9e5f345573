//! `hwc-tickets auth status` and `auth login`.

use crate::{
    cli::{
        Form,
        admin::{Auth, CredentialKind, Login},
    },
    context::Context,
    credentials,
    exit::Exit,
    failure::Failure,
    input, private_file, render,
    settings::parse_document,
};
use hwc_tickets::SecretString;
use secrecy::ExposeSecret as _;
use serde_json::json;
use std::io::{self, IsTerminal as _};
use toml_edit::{DocumentMut, Item, Table, TableLike, value};

pub(crate) fn run(args: Auth, context: &Context) -> Result<(), Failure> {
    match args {
        Auth::Status => status(context),
        Auth::Login(login) => store(&login, context),
    }
}

fn status(context: &Context) -> Result<(), Failure> {
    let credential = credentials::find(&context.settings)?;
    let settings = &context.settings;
    let endpoint = settings.shown_endpoint();
    let screen = &context.screen;
    if matches!(screen.form(), Form::Json | Form::Ndjson) {
        return screen.document(&json!({
            "profile": settings.profile_name.value,
            "endpoint": endpoint,
            "kind": credential.kind,
            "source": credential.source,
        }));
    }
    screen.facts(&[
        ("profile", settings.profile_name.value.clone()),
        ("endpoint", endpoint),
        ("kind", credential.kind.to_owned()),
        ("source", credential.source),
    ])?;
    screen.note("Not checked with the service: `hwc-tickets doctor` does that.");
    Ok(())
}

fn store(login: &Login, context: &Context) -> Result<(), Failure> {
    let credentials = read(login)?;
    let path = context.settings.places.config()?;
    let text = match private_file::read(path, false) {
        Ok(text) => text,
        Err(private_file::Unreadable::Absent) => String::new(),
        Err(private_file::Unreadable::Other(error)) => {
            return Err(Failure::file("read", path, &error));
        }
        // Not asked for here: refused earlier when the file holds secrets, and mended by writing it.
        Err(private_file::Unreadable::Shared) => String::new(),
    };
    let mut document = parse_document(&text, path)?;
    let profile = &context.settings.profile_name.value;
    put(&mut document, profile, credentials).ok_or_else(|| {
        Failure::usage(
            format!(
                "{} has something else in place of [profiles.{profile}]",
                path.display()
            ),
            "Correct the file.",
        )
    })?;
    private_file::write(path, document.to_string().as_bytes())
        .map_err(|error| Failure::file("write", path, &error))?;
    context.screen.note(&format!(
        "Stored for profile {profile} in {}, readable for you only.",
        path.display()
    ));
    context.screen.note("Check them with: hwc-tickets doctor");
    Ok(())
}

/// Puts credentials into the document and leaves everything else as it stands.
fn put(
    document: &mut DocumentMut,
    profile: &str,
    credentials: Vec<(&'static str, SecretString)>,
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
    profile.insert("credentials", Item::Table(table));
    Some(())
}

/// Asks for the secrets: a prompt without echo on a terminal, else lines of standard input.
fn read(login: &Login) -> Result<Vec<(&'static str, SecretString)>, Failure> {
    let mut asked: Vec<(&'static str, &'static str)> = match login.with {
        CredentialKind::Token => vec![("token", "Token")],
        CredentialKind::Keys => vec![("access_key", "Access key"), ("secret_key", "Secret key")],
        CredentialKind::Password => vec![("password", "Password")],
    };
    let mut credentials = Vec::new();
    if io::stdin().is_terminal() {
        for (name, label) in asked {
            let secret = render::prompt(label).map_err(|error| {
                Failure::own(
                    Exit::Failure,
                    format!("the prompt was not answered: {error}"),
                    "Type the secret, or give it on standard input.",
                )
            })?;
            credentials.push((name, checked(name, secret)?));
        }
    } else {
        let text = SecretString::from(input::standard_input()?);
        let mut lines = text.expose_secret().lines();
        for (name, _) in asked.drain(..) {
            let line = lines.next().unwrap_or_default();
            credentials.push((name, checked(name, SecretString::from(line))?));
        }
        if lines.any(|line| !line.trim().is_empty()) {
            return Err(Failure::usage(
                "standard input has more lines than were asked for",
                "Give each secret on one line of its own.",
            ));
        }
    }
    for (name, text) in [
        ("user", &login.user),
        ("account", &login.account),
        ("project", &login.project),
    ] {
        if let (CredentialKind::Password, Some(text)) = (login.with, text) {
            credentials.push((name, SecretString::from(text.clone())));
        }
    }
    Ok(credentials)
}

fn checked(name: &str, secret: SecretString) -> Result<SecretString, Failure> {
    let trimmed = secret.expose_secret().trim();
    if trimmed.is_empty() {
        return Err(Failure::usage(
            format!("the {} is empty", name.replace('_', " ")),
            "Nothing was stored. Run the command again.",
        ));
    }
    if trimmed.chars().any(char::is_control) {
        return Err(Failure::usage(
            format!("the {} holds a control character", name.replace('_', " ")),
            "Nothing was stored. Copy it again, without colours or line breaks.",
        ));
    }
    Ok(SecretString::from(trimmed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_else_in_the_file_stays() {
        let text = "# mine\nprofile = \"work\" # default\n\n[profiles.work]\ngroup = \"1\"\n\n[profiles.work.credentials]\n\
                    access_key = \"old\"\nsecret_key = \"old\"\n\n[profiles.home] # other\nsite = \"china\"\n";
        let mut document: DocumentMut = text.parse().unwrap();
        put(&mut document, "work", vec![("token", "new".into())]).unwrap();
        put(&mut document, "third", vec![("token", "more".into())]).unwrap();
        let written = document.to_string();
        for kept in [
            "# mine\n",
            "# default\n",
            "group = \"1\"\n",
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
        assert!(put(&mut document, "work", vec![("token", "new".into())]).is_none());
    }
}
