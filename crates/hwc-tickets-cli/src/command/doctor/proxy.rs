//! Which proxy the environment names. Passwords in its address are never shown.

use super::Check;
use crate::settings::process_variable;

/// Variables that name a proxy for https, in the order they count.
const VARIABLES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

pub(super) fn check(is_loopback: bool) -> Check {
    let named = VARIABLES
        .into_iter()
        .find_map(|name| process_variable(name).map(|value| (name, value)));
    let exceptions = ["NO_PROXY", "no_proxy"]
        .into_iter()
        .find_map(process_variable);
    let text = match (named, is_loopback) {
        (None, _) => "none".to_owned(),
        (Some((name, value)), true) => format!(
            "{name}={} is not used for this machine itself",
            redacted(&value)
        ),
        (Some((name, value)), false) => match exceptions {
            Some(exceptions) => format!("{name}={}, except for {exceptions}", redacted(&value)),
            None => format!("{name}={}", redacted(&value)),
        },
    };
    Check::ok("proxy", text)
}

/// An address without user and password.
pub(crate) fn redacted(address: &str) -> String {
    match address.rsplit_once('@') {
        None => address.to_owned(),
        Some((front, host)) => match front.split_once("://") {
            Some((scheme, _)) => format!("{scheme}://***@{host}"),
            None => format!("***@{host}"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_not_shown() {
        for (address, shown) in [
            ("http://proxy.example:3128", "http://proxy.example:3128"),
            (
                "http://me:secret@proxy.example:3128",
                "http://***@proxy.example:3128",
            ),
            ("me:sec@ret@proxy.example", "***@proxy.example"),
        ] {
            assert_eq!(redacted(address), shown);
        }
    }
}
