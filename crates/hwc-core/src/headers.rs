//! Putting headers on a request, and how many bytes of them an answer may have.
//!
//! What the `http` crate gives is written out anew at each place that uses it, and a call comes through several of them: code that
//! is in no near cache yet. So they share this.

use http::{HeaderMap, HeaderName, HeaderValue};

/// Most bytes of all header lines of an answer together.
const LIMIT: usize = 64 * 1024;
/// What a header line has besides name and value: the colon and its blank, and the line break.
const EXTRA: usize = 4;

/// Whether an answer has more bytes of headers than are taken, whoever gives it: the service or an issuer of credentials.
pub(crate) fn are_too_large(headers: &HeaderMap) -> bool {
    let size = headers.iter().fold(0_usize, |size, (name, value)| {
        size.saturating_add(name.as_str().len())
            .saturating_add(value.len())
            .saturating_add(EXTRA)
    });
    size > LIMIT
}

/// Puts a header in the place of all of its name.
#[inline(never)]
pub fn put(headers: &mut HeaderMap, name: HeaderName, value: HeaderValue) {
    headers.insert(name, value);
}

/// Puts a header where there is none of its name.
#[inline(never)]
pub fn put_default(headers: &mut HeaderMap, name: HeaderName, value: HeaderValue) {
    if !headers.contains_key(&name) {
        put(headers, name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::header::ACCEPT;

    #[test]
    fn a_header_is_replaced_whole_and_a_default_replaces_none() {
        let mut headers = HeaderMap::new();
        put_default(&mut headers, ACCEPT, HeaderValue::from_static("a"));
        put_default(&mut headers, ACCEPT, HeaderValue::from_static("b"));
        assert_eq!(headers.get_all(ACCEPT).iter().collect::<Vec<_>>(), ["a"]);
        headers.append(ACCEPT, HeaderValue::from_static("c"));
        put(&mut headers, ACCEPT, HeaderValue::from_static("d"));
        assert_eq!(headers.get_all(ACCEPT).iter().collect::<Vec<_>>(), ["d"]);
    }
}
