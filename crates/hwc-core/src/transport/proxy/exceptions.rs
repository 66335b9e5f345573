//! `NO_PROXY`: the hosts a proxy is not used for.

use std::net::IpAddr;

use url::Host;

use super::InvalidProxy;

/// The hosts a proxy is not used for, as one variable names them.
#[derive(Debug, Clone, Default)]
pub(super) struct Exceptions {
    setting: &'static str,
    entries: Vec<Entry>,
}

/// One entry.
#[derive(Debug, Clone)]
struct Entry {
    /// As it was written.
    text: String,
    what: What,
    /// `None`: every port.
    port: Option<u16>,
}

#[derive(Debug, Clone)]
enum What {
    /// This domain and everything below it. Lower case, without dots at the ends.
    Domain(String),
    Network(IpAddr, u8),
    /// Names and addresses with this form; `*` stands for anything.
    Pattern(String),
}

impl Exceptions {
    pub(super) fn parse(setting: &'static str, text: &str) -> Result<Self, InvalidProxy> {
        let entries = text
            .split(|c: char| c == ',' || c.is_whitespace())
            .filter(|entry| !entry.is_empty())
            .map(|text| {
                Entry::parse(text).ok_or_else(|| {
                    InvalidProxy::new(
                        setting,
                        format!(
                            "its entry {text:?} is not a domain, an address, a network such as 10.0.0.0/8, or one of these with a port"
                        ),
                    )
                })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { setting, entries })
    }

    /// The first entry that fits, and the variable it stands in.
    pub(super) fn entry_for(&self, host: &Host<&str>, port: u16) -> Option<(&'static str, &str)> {
        let entry = self.entries.iter().find(|entry| entry.fits(host, port))?;
        Some((self.setting, &entry.text))
    }
}

impl Entry {
    fn parse(text: &str) -> Option<Self> {
        let (what, port) = match text.split_once('/') {
            Some((address, bits)) => (network(address, bits)?, None),
            None => host_and_port(text)?,
        };
        Some(Self {
            text: text.to_owned(),
            what,
            port,
        })
    }

    fn fits(&self, host: &Host<&str>, port: u16) -> bool {
        if self.port.is_some_and(|only| only != port) {
            return false;
        }
        let address = match host {
            Host::Domain(name) => {
                let name = name.trim_end_matches('.');
                return match &self.what {
                    What::Domain(domain) => name
                        .strip_suffix(domain.as_str())
                        .is_some_and(|front| front.is_empty() || front.ends_with('.')),
                    What::Pattern(pattern) => fits_pattern(pattern, name),
                    What::Network(..) => false,
                };
            }
            Host::Ipv4(address) => IpAddr::from(*address),
            Host::Ipv6(address) => IpAddr::from(*address).to_canonical(),
        };
        match &self.what {
            What::Domain(_) => false,
            What::Pattern(pattern) => fits_pattern(pattern, &address.to_string()),
            What::Network(network, bits) => is_inside(address, *network, *bits),
        }
    }
}

fn network(address: &str, bits: &str) -> Option<What> {
    let bare = address
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(address);
    let address: IpAddr = bare.parse().ok()?;
    let bits: u8 = bits.parse().ok()?;
    (bits <= length(address)).then_some(What::Network(address, bits))
}

fn single(address: IpAddr) -> What {
    let address = address.to_canonical();
    What::Network(address, length(address))
}

/// Bits of an address of this kind.
fn length(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

fn host_and_port(text: &str) -> Option<(What, Option<u16>)> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some((single(address), None));
    }
    let (name, port) = match text.rsplit_once(':') {
        Some((name, port)) => (name, Some(port.parse::<u16>().ok()?)),
        None => (text, None),
    };
    if let Some(inner) = name.strip_prefix('[') {
        let address: IpAddr = inner.strip_suffix(']')?.parse().ok()?;
        return Some((single(address), port));
    }
    if let Ok(address) = name.parse::<IpAddr>() {
        return Some((single(address), port));
    }
    let name = name.trim_end_matches('.').to_lowercase();
    if name == "*" {
        return Some((What::Pattern(name), port));
    }
    let domain = name
        .strip_prefix("*.")
        .or_else(|| name.strip_prefix('.'))
        .unwrap_or(&name);
    if domain.contains('*') {
        let is_usual = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '*');
        return domain
            .chars()
            .all(is_usual)
            .then(|| (What::Pattern(name.clone()), port));
    }
    if domain.contains(['"', '\'']) {
        return None;
    }
    // Brings names with other letters into the form they have in addresses.
    match Host::parse(domain).ok()? {
        Host::Domain(domain) => Some((What::Domain(domain), port)),
        _ => None,
    }
}

/// Whether the first `bits` bits are the same.
fn is_inside(address: IpAddr, network: IpAddr, bits: u8) -> bool {
    let shift = |length: u8| u32::from(length.saturating_sub(bits));
    match (address, network) {
        (IpAddr::V4(one), IpAddr::V4(other)) => (one.to_bits() ^ other.to_bits())
            .checked_shr(shift(32))
            .is_none_or(|rest| rest == 0),
        (IpAddr::V6(one), IpAddr::V6(other)) => (one.to_bits() ^ other.to_bits())
            .checked_shr(shift(128))
            .is_none_or(|rest| rest == 0),
        _ => false,
    }
}

/// Whether `text` has the form of `pattern`, in which `*` stands for anything.
fn fits_pattern(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(rest) = parts.next().and_then(|first| text.strip_prefix(first)) else {
        return false;
    };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else {
        return rest.is_empty();
    };
    let mut rest = rest;
    for part in parts {
        let Some((_, after)) = rest.split_once(part) else {
            return false;
        };
        rest = after;
    }
    rest.ends_with(last)
}
