//! Path, query and headers in the one spelling that is signed.
//!
//! The query is not only signed in this spelling, it is also sent in it: then the service cannot read
//! the text another way than the signature means it. (A space written as `+` is the usual trap.)

use std::borrow::Cow;

use http::HeaderMap;

use super::SignError;

/// Key and value of a query pair, decoded.
type Pair<'a> = (Cow<'a, [u8]>, Cow<'a, [u8]>);

/// The query of a request in canonical form: pairs sorted by key, then by value; everything but
/// `A-Z a-z 0-9 - _ . ~` written as `%XX`; always with `=`.
///
/// `query` is read as a form (`+` and `%20` are both a space) and without a leading `?`. A repeated key
/// stays repeated. A `%` that is not followed by two hexadecimal digits stands for itself. The canonical
/// form of a canonical query is the same text.
///
/// ```
/// use hwc_core::sign::canonical_query;
/// assert_eq!(canonical_query("b=2020-07-09+00%3A00&a=~%2B"), "a=~%2B&b=2020-07-09%2000%3A00");
/// ```
#[must_use]
pub fn canonical_query(query: &str) -> String {
    let mut pairs: Vec<Pair<'_>> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(key, value)| (decode(key, Plus::IsSpace), decode(value, Plus::IsSpace)))
        .collect();
    // Sorted as decoded text: `~` stands before a Chinese character, although `%E5` stands before `~`.
    pairs.sort_unstable();
    let mut canonical = String::with_capacity(query.len().saturating_add(8));
    for (key, value) in &pairs {
        if !canonical.is_empty() {
            canonical.push('&');
        }
        encode(&mut canonical, key, None);
        canonical.push('=');
        encode(&mut canonical, value, None);
    }
    canonical
}

/// Whether a query is surely in canonical form already: pairs in order, with keys of which nothing has to be encoded. `false` says nothing.
pub(crate) fn is_canonical(query: &str) -> bool {
    let mut before: Option<(&[u8], &[u8])> = None;
    query.as_bytes().split(|byte| *byte == b'&').all(|pair| {
        let mut sides = pair.splitn(2, |byte| *byte == b'=');
        let (Some(key), Some(value)) = (sides.next(), sides.next()) else {
            return false;
        };
        // Encoded text sorts otherwise than what it stands for.
        let in_order = before.is_none_or(|(key_before, value_before)| {
            let is_next = || is_plain(value_before) && is_plain(value) && value_before <= value;
            key_before < key || (key_before == key && is_next())
        });
        before = Some((key, value));
        in_order && is_plain(key) && is_encoded(value)
    })
}

/// Whether nothing of a text has to be encoded.
fn is_plain(text: &[u8]) -> bool {
    text.iter().copied().all(is_unreserved)
}

/// Whether everything that has to be encoded is, with capital digits, and nothing else.
fn is_encoded(text: &[u8]) -> bool {
    let is_capital = |digit: u8| matches!(digit, b'0'..=b'9' | b'A'..=b'F');
    let mut rest = text;
    loop {
        rest = match rest {
            [] => return true,
            [b'%', high, low, after @ ..] if is_capital(*high) && is_capital(*low) => {
                match (nibble(*high), nibble(*low)) {
                    (Some(high), Some(low)) if !is_unreserved(high << 4 | low) => after,
                    _ => return false,
                }
            }
            [byte, after @ ..] if is_unreserved(*byte) => after,
            _ => return false,
        };
    }
}

/// Whether a byte stands for itself.
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~')
}

/// The path in canonical form: decoded, encoded again segment by segment, with `/` at its end.
///
/// An encoded `/` in a segment becomes a separator here, as the gateway reads it too.
pub(super) fn canonical_path(path: &str) -> String {
    let decoded = decode(path, Plus::IsPlus);
    let mut canonical = String::with_capacity(path.len().saturating_add(1));
    encode(&mut canonical, &decoded, Some(b'/'));
    if !canonical.ends_with('/') {
        canonical.push('/');
    }
    canonical
}

/// The headers that are signed, sorted by name, with trimmed values.
///
/// Every header of the request, but for those a proxy may change, those with `_` in the name (gateways
/// drop them), and those given more than once (which value counts is not documented). `host` and
/// `x-sdk-date` are given apart because they are put on only after signing.
pub(super) fn signed_headers<'a>(
    headers: &'a HeaderMap,
    own: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<Vec<(&'a str, &'a str)>, SignError> {
    let mut signed: Vec<(&str, &str)> = own.into_iter().collect();
    for name in headers.keys() {
        let text = name.as_str();
        if is_left_out(text) || signed.iter().any(|(own, _)| *own == text) {
            continue;
        }
        let mut values = headers.get_all(name).iter();
        let (Some(value), None) = (values.next(), values.next()) else {
            continue;
        };
        let value = value
            .to_str()
            .map_err(|_| SignError::HeaderNotAscii(name.clone()))?;
        signed.push((text, value.trim()));
    }
    signed.sort_unstable();
    Ok(signed)
}

/// Whether a header is kept out of the signature.
fn is_left_out(name: &str) -> bool {
    // The signature cannot sign itself; the rest belongs to the connection or is rewritten by proxies
    // and by the HTTP engine.
    const LEFT_OUT: [&str; 10] = [
        "authorization",
        "accept-encoding",
        "connection",
        "content-length",
        "expect",
        "proxy-authorization",
        "te",
        "transfer-encoding",
        "user-agent",
        "x-auth-token",
    ];
    name.contains('_') || LEFT_OUT.contains(&name)
}

/// What `+` means.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Plus {
    /// In a query, as forms write it.
    IsSpace,
    /// In a path.
    IsPlus,
}

/// Takes `%XX` back to bytes. Borrows when there is nothing to take back.
fn decode(text: &str, plus: Plus) -> Cow<'_, [u8]> {
    let bytes = text.as_bytes();
    let needs_work = |byte: &u8| *byte == b'%' || (*byte == b'+' && plus == Plus::IsSpace);
    if !bytes.iter().any(needs_work) {
        return Cow::Borrowed(bytes);
    }
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        match (first, after) {
            (b'+', _) if plus == Plus::IsSpace => decoded.push(b' '),
            (b'%', [high, low, after @ ..]) => match (nibble(*high), nibble(*low)) {
                (Some(high), Some(low)) => {
                    decoded.push(high << 4 | low);
                    rest = after;
                }
                _ => decoded.push(b'%'),
            },
            _ => decoded.push(first),
        }
    }
    Cow::Owned(decoded)
}

/// The value of a hexadecimal digit.
fn nibble(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

/// Appends `bytes`, everything but the unreserved characters (and `keep`) as `%XX`.
fn encode(out: &mut String, bytes: &[u8], keep: Option<u8>) {
    let stays = |byte: &u8| is_unreserved(*byte) || Some(*byte) == keep;
    let mut rest = bytes;
    // Run by run: most values have nothing to encode.
    while !rest.is_empty() {
        let length = rest
            .iter()
            .position(|byte| !stays(byte))
            .unwrap_or(rest.len());
        let (run, after) = rest.split_at(length);
        // Never empty-handed: a run is ASCII.
        out.push_str(std::str::from_utf8(run).unwrap_or_default());
        rest = after;
        if let Some((&byte, after)) = rest.split_first() {
            out.push('%');
            out.push(upper_digit(byte >> 4));
            out.push(upper_digit(byte & 0x0f));
            rest = after;
        }
    }
}

/// A capital hexadecimal digit for 0 to 15.
fn upper_digit(value: u8) -> char {
    char::from(if value < 10 {
        b'0' + value
    } else {
        b'A' + value - 10
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries() {
        let table = [
            ("", ""),
            ("limit=10&offset=0", "limit=10&offset=0"),
            ("b=1&a=2&a=1", "a=1&a=2&b=1"),
            ("t=2020-07-09+00:00:00", "t=2020-07-09%2000%3A00%3A00"),
            ("t=2020-07-09%2000:00:00", "t=2020-07-09%2000%3A00%3A00"),
            ("a=1%2B1", "a=1%2B1"),
            ("flag", "flag="),
            ("a==b", "a=%3Db"),
            ("&&a=1&", "a=1"),
            ("=v", "=v"),
            ("a=%zz%4", "a=%25zz%254"),
            ("a=%7e*", "a=~%2A"),
            ("a=%e5%b7%a5&a=~", "a=~&a=%E5%B7%A5"),
            ("a=%ff", "a=%FF"),
            ("ab=1&a=2", "a=2&ab=1"),
        ];
        for (query, expected) in table {
            assert_eq!(canonical_query(query), expected, "{query}");
            assert_eq!(canonical_query(expected), expected, "{expected}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_counts_as_canonical_is(query in "([ab=&~%+-]|%2[05]|%3A|%3a|%41|%E5){0,12}") {
            if is_canonical(&query) {
                proptest::prop_assert_eq!(canonical_query(&query), query);
            }
        }
    }

    #[test]
    fn the_usual_queries_need_no_rewriting() {
        for query in [
            "limit=10&offset=0",
            "case_ids=A&case_ids=B",
            "a=",
            "a=%20",
            "create_time=2020-07-09%2000%3A00%3A00&limit=10",
            "a=%E5%B7%A5",
        ] {
            assert!(is_canonical(query), "{query}");
        }
        for query in [
            "",
            "offset=0&limit=10",
            "a=b c",
            "a=%3a",
            "a=%41",
            "a=%2",
            "a=%zz",
            "%20=a",
            "a=%E5&a=~",
            "a",
            "a=1&",
            "a=1=2",
        ] {
            assert!(!is_canonical(query), "{query}");
        }
    }

    #[test]
    fn paths() {
        let table = [
            ("", "/"),
            ("/", "/"),
            ("/v2/x", "/v2/x/"),
            ("/v2/x/", "/v2/x/"),
            ("/a%20b%2Fc", "/a%20b/c/"),
            ("/a+b", "/a%2Bb/"),
            ("/a%", "/a%25/"),
        ];
        for (path, expected) in table {
            assert_eq!(canonical_path(path), expected, "{path}");
        }
    }
}
