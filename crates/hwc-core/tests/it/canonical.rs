//! The canonical form of a query once more, by means of others: what ours is compared with.

/// The canonical query again, by other means: a library's form parser, a sorted map of sorted lists,
/// and a library's percent-encoding with an explicit set.
pub(crate) fn independent_canonical_query(query: &str) -> String {
    use std::collections::BTreeMap;
    const ENCODED: &percent_encoding::AsciiSet = &percent_encoding::NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'_')
        .remove(b'.')
        .remove(b'~');
    let mut by_key: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (key, value) in url::form_urlencoded::parse(query.as_bytes()) {
        by_key
            .entry(key.into_owned())
            .or_default()
            .push(value.into_owned());
    }
    let mut pairs = Vec::new();
    for (key, mut values) in by_key {
        values.sort();
        let key = percent_encoding::utf8_percent_encode(&key, ENCODED).to_string();
        for value in values {
            pairs.push(format!(
                "{key}={}",
                percent_encoding::utf8_percent_encode(&value, ENCODED)
            ));
        }
    }
    pairs.join("&")
}
