//! Reads the address of a proxy as people write it.

use url::Url;

use super::InvalidProxy;

/// The address, with the login in it percent-encoded whatever characters it holds.
pub(super) fn parse(setting: &'static str, text: &str) -> Result<Url, InvalidProxy> {
    let bad = |flaw: &str| InvalidProxy::new(setting, flaw);
    let text = text.trim();
    if text.is_empty() {
        return Err(bad("it is empty; write it as http://host:port"));
    }
    let is_quote = |c: char| matches!(c, '"' | '\'' | '`' | '“' | '”' | '‘' | '’');
    if text.starts_with(is_quote) || text.ends_with(is_quote) {
        return Err(bad("it is in quotes; remove them"));
    }
    if text.chars().any(char::is_control) {
        return Err(bad(
            "it holds a line break or another control character; remove it",
        ));
    }
    let (scheme, rest) = text.split_once("://").unwrap_or(("http", text));
    let scheme = scheme.to_ascii_lowercase();
    match scheme.as_str() {
        "http" | "https" => {}
        socks if socks.starts_with("socks") => {
            return Err(bad(
                "SOCKS proxies are not supported; name an HTTP proxy, as http://host:port",
            ));
        }
        _ => {
            return Err(bad(
                "the scheme before `://` is not http or https; write it as http://host:port",
            ));
        }
    }
    // The last one: a password may hold others.
    let (login, place) = match rest.rsplit_once('@') {
        Some((login, place)) => (Some(login), place),
        None => (None, rest),
    };
    let place = place.strip_suffix('/').unwrap_or(place);
    if place.is_empty() {
        return Err(bad("it names no host; write it as http://host:port"));
    }
    if place.contains(['/', '?', '#', '\\']) {
        return Err(bad(
            "it must end after host and port, and begin with http:// or https://; write it as http://host:port",
        ));
    }
    let nowhere = "its host and port are not usable; write it as http://host:port";
    if place.ends_with(':') || place.contains(char::is_whitespace) {
        return Err(bad(nowhere));
    }
    let mut address = Url::parse(&format!("{scheme}://{place}/")).map_err(|_| bad(nowhere))?;
    if !address.has_host() || address.port() == Some(0) {
        return Err(bad(nowhere));
    }
    let Some(login) = login else {
        return Ok(address);
    };
    if login.contains(['/', '?', '#']) {
        return Err(bad(
            "its user or password holds `/`, `?` or `#`; write them as %2F, %3F and %23",
        ));
    }
    let (user, password) = match login.split_once(':') {
        Some((user, password)) => (user, Some(password)),
        None => (login, None),
    };
    let escaped = |text: &str| {
        decoded(text).map(|text| encoded(&text)).ok_or_else(|| {
            bad("its user or password holds a `%` that is no %XX of UTF-8 text; write it as %25")
        })
    };
    let (user, password) = (escaped(user)?, password.map(escaped).transpose()?);
    // An address with a host takes both.
    let _ = address.set_username(&user);
    let _ = address.set_password(password.as_deref());
    Ok(address)
}

/// The text with every `%XX` replaced by its byte; `None` when one is broken or the bytes are not UTF-8.
fn decoded(text: &str) -> Option<String> {
    let mut parts = text.split('%');
    let mut bytes = parts.next()?.as_bytes().to_vec();
    for part in parts {
        let (digits, rest) = part.split_at_checked(2)?;
        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        bytes.extend_from_slice(rest.as_bytes());
    }
    String::from_utf8(bytes).ok()
}

/// Every byte but letters and digits as `%XX`: whoever decodes it gets exactly `text`.
fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        match byte.is_ascii_alphanumeric() {
            true => out.push(char::from(byte)),
            false => out.push_str(&format!("%{byte:02X}")),
        }
        out
    })
}
