//! Path templates.

use percent_encoding::percent_decode_str;

/// The decoded values of the parameters of `template` in `path`. `None`: the path is not one of the template's.
pub(crate) fn values(template: &str, path: &str) -> Option<Vec<(String, String)>> {
    let (wanted, found): (Vec<&str>, Vec<&str>) =
        (template.split('/').collect(), path.split('/').collect());
    if wanted.len() != found.len() {
        return None;
    }
    let mut values = Vec::new();
    for (wanted, found) in wanted.into_iter().zip(found) {
        match wanted
            .strip_prefix('{')
            .and_then(|name| name.strip_suffix('}'))
        {
            Some(name) => {
                let value = percent_decode_str(found).decode_utf8().ok()?;
                values.push((name.to_owned(), value.into_owned()));
            }
            None if wanted == found => {}
            None => return None,
        }
    }
    Some(values)
}
