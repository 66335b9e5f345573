//! Programs of the user that this one starts: the editor, and the commands for events.

use crate::{cli::Words, settings::VARIABLES};
use std::ffi::OsStr;
use tokio::process::Command;

/// How the names of variables end that name a proxy.
const PROXY: &str = "_proxy";

/// The program with its arguments; no shell runs. Who signs in, at the service or at a proxy, is no business of it.
pub(crate) fn command(words: &Words) -> Command {
    let mut command = Command::new(&words.program);
    command.args(&words.arguments);
    for name in VARIABLES {
        command.env_remove(name);
    }
    let variables = std::env::vars_os();
    for (name, _) in variables.filter(|(name, value)| is_login_at_proxy(name, value)) {
        command.env_remove(name);
    }
    command
}

/// Whether a variable names a proxy with a login, also one of those that only other programs read, as `HTTP_PROXY`.
fn is_login_at_proxy(name: &OsStr, value: &OsStr) -> bool {
    let name = name.to_string_lossy().to_ascii_lowercase();
    // An address that cannot be used may hold one, too.
    name.ends_with(PROXY) && value.as_encoded_bytes().contains(&b'@')
}

#[cfg(test)]
mod tests {
    use super::is_login_at_proxy;
    use std::ffi::OsStr;

    #[test]
    fn logins_at_proxies() {
        for (name, value, is_one) in [
            ("HTTPS_PROXY", "http://user:pass@proxy:3128", true),
            ("https_proxy", "http://user@proxy", true),
            ("HTTP_PROXY", "user:pass@proxy", true),
            ("all_proxy", "http://user:pa/ss@proxy:3128", true),
            ("HTTPS_PROXY", "http://proxy:3128", false),
            ("ALL_PROXY", "", false),
            ("NO_PROXY", "127.0.0.1,.example.com", false),
            ("EMAIL", "user@example.com", false),
        ] {
            let found = is_login_at_proxy(OsStr::new(name), OsStr::new(value));
            assert_eq!(found, is_one, "{name}={value}");
        }
    }
}
