//! Addresses as they may be shown.

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
