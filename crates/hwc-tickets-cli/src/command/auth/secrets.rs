//! The secrets of `auth login`: asked for without echo, and refused when no call could use them.

use crate::{
    cli::admin::{CredentialKind, Login},
    exit::Exit,
    failure::Failure,
    input,
    prompt::{self, NoSecret},
};
use hwc_tickets::{
    SecretString,
    identity::{IamPassword, IamUser, IdentityError, Keys, Token},
};
use secrecy::ExposeSecret as _;
use std::io::{self, IsTerminal as _};

/// Keys of the configuration file and what stands there.
type Named = Vec<(&'static str, SecretString)>;

/// Asks for the secrets: a prompt without echo on a terminal, else lines of standard input.
pub(super) fn ask(login: &Login) -> Result<Named, Failure> {
    let asked: &[(&'static str, &'static str)] = match login.with {
        CredentialKind::Token => &[("token", "Token")],
        CredentialKind::Keys => &[("access_key", "Access key"), ("secret_key", "Secret key")],
        CredentialKind::Password => &[("password", "Password")],
    };
    let mut secrets = if io::stdin().is_terminal() {
        typed(asked)?
    } else {
        piped(asked)?
    };
    if login.with == CredentialKind::Password {
        for (name, text) in [
            ("user", &login.user),
            ("account", &login.account),
            ("project", &login.project),
        ] {
            if let Some(text) = text {
                secrets.push((name, SecretString::from(text.clone())));
            }
        }
    }
    // The last word has who uses them.
    try_out(login.with, &secrets).map_err(|error| {
        Failure::usage(
            error.to_string(),
            format!("Nothing was stored; {}.", error.help()),
        )
    })?;
    Ok(secrets)
}

fn typed(asked: &[(&'static str, &'static str)]) -> Result<Named, Failure> {
    let mut secrets = Vec::new();
    for (number, (name, label)) in asked.iter().enumerate() {
        let is_last = number + 1 == asked.len();
        let secret = prompt::secret(label, is_last).map_err(|why| unanswered(name, why))?;
        secrets.push((*name, checked(name, &secret)?));
    }
    Ok(secrets)
}

fn piped(asked: &[(&'static str, &'static str)]) -> Result<Named, Failure> {
    let text = SecretString::from(input::standard_input()?);
    let mut lines = text.expose_secret().lines();
    let mut secrets = Vec::new();
    for (name, _) in asked {
        let line = SecretString::from(lines.next().unwrap_or_default());
        secrets.push((*name, checked(name, &line)?));
    }
    if lines.any(|line| !line.trim().is_empty()) {
        return Err(refused(
            "standard input has more lines than were asked for".to_owned(),
            "Give each secret on one line of its own.",
        ));
    }
    Ok(secrets)
}

fn unanswered(name: &str, why: NoSecret) -> Failure {
    let name = name.replace('_', " ");
    match why {
        NoSecret::Interrupted => Failure::Interrupted { what: None },
        NoSecret::End => refused(
            format!("the prompt ended before the {name} was typed"),
            "Type it, or give it on standard input.",
        ),
        NoSecret::Key(key) => refused(
            format!("the {name} holds {}", described(key)),
            "Type or paste it again; backspace, Ctrl-U and Ctrl-W edit the line.",
        ),
        NoSecret::LineBreak => refused(
            format!("the {name} holds a line break"),
            "Copy it again, on one line.",
        ),
        NoSecret::Terminal(error) => Failure::own(
            Exit::Failure,
            format!("the terminal cannot be used: {error}"),
            "Give the secret on standard input.",
        ),
    }
}

fn refused(what: String, advice: &str) -> Failure {
    Failure::usage(what, format!("Nothing was stored. {advice}"))
}

/// The secret without blanks around it, which a password keeps. Refused with the reason, never with the text.
fn checked(name: &str, secret: &SecretString) -> Result<SecretString, Failure> {
    let is_password = name == "password";
    let text = match secret.expose_secret() {
        text if is_password => text,
        text => text.trim(),
    };
    let flaw = if is_password {
        flaw_of_password(text)
    } else {
        flaw(text)
    };
    match flaw {
        None => Ok(SecretString::from(text)),
        Some((reason, advice)) => Err(refused(
            format!("the {} {reason}", name.replace('_', " ")),
            advice,
        )),
    }
}

fn flaw_of_password(text: &str) -> Option<(String, &'static str)> {
    if text.is_empty() {
        return Some(("is empty".to_owned(), "Run the command again."));
    }
    let control = text.chars().find(|c| c.is_control())?;
    Some((
        format!("holds {}", described(control)),
        "Copy it again, without colours or line breaks.",
    ))
}

/// Why no request can carry it: tokens and keys are visible ASCII.
fn flaw(text: &str) -> Option<(String, &'static str)> {
    const QUOTES: [char; 8] = ['"', '\'', '`', '“', '”', '„', '‘', '’'];
    if text.is_empty() {
        return Some(("is empty".to_owned(), "Run the command again."));
    }
    if text.starts_with(QUOTES) || text.ends_with(QUOTES) {
        return Some(("is in quotes".to_owned(), "Give it without the quotes."));
    }
    let small = text.to_ascii_lowercase();
    if small.starts_with("x-auth-token") {
        return Some((
            "begins with X-Auth-Token: that is the name of a header".to_owned(),
            "Give only what follows it.",
        ));
    }
    if small.starts_with("bearer ") {
        return Some((
            "begins with the word Bearer, which this service does not take".to_owned(),
            "Give only what follows it.",
        ));
    }
    let odd = text.chars().find(|c| !('!'..='~').contains(c))?;
    Some((
        format!("holds {}", described(odd)),
        "Copy it again, without blanks, colours or line breaks.",
    ))
}

/// A character that no secret has: it may be shown.
fn described(odd: char) -> String {
    let sort = match odd {
        ' ' => return "a space".to_owned(),
        '\u{200b}' => "a zero-width space",
        '\u{200c}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}' => "an invisible character",
        '\u{a0}' | '\u{202f}' | '\u{3000}' => "a space outside ASCII",
        odd if odd.is_control() => "a control character",
        _ => "a character outside ASCII",
    };
    format!("{sort} (U+{:04X})", u32::from(odd))
}

/// Builds what the calls use.
fn try_out(kind: CredentialKind, secrets: &Named) -> Result<(), IdentityError> {
    let secret = |wanted: &str| {
        let found = secrets.iter().find(|(name, _)| *name == wanted);
        found.map_or_else(SecretString::default, |(_, secret)| secret.clone())
    };
    let text = |wanted: &str| secret(wanted).expose_secret().to_owned();
    match kind {
        CredentialKind::Token => Token::new(&secret("token")).map(drop),
        CredentialKind::Keys => Keys::new(&secret("access_key"), secret("secret_key")).map(drop),
        CredentialKind::Password => {
            let user = IamUser::new(text("account"), text("user"), secret("password"));
            IamPassword::new(user).map(drop)
        }
    }
}
