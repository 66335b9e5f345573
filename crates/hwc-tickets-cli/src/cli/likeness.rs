//! Whether a name was meant by a word that is none: the one measure of it, for options and for what stands in files.

/// How like two words must be, from 0 to 1. Those that share letters by chance, as short ones do, stay below: `since` and `site` have 0.827.
const LIKE: f64 = 0.83;
/// What is shorter is a part of most names.
const SHORTEST_PART: usize = 2;

/// Whether `name` was meant by `typed`.
pub(super) fn is_like(typed: &str, name: &str) -> bool {
    likeness(typed, name).is_some()
}

/// The name among `known` that is most like `typed`, if one is like it.
pub(crate) fn nearest<'a>(
    typed: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let known = known.into_iter();
    let like = known.filter_map(|name| Some((likeness(typed, name)?, name)));
    like.max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, name)| name)
}

/// How like they are, where one was meant by the other: there is a slip or two in it, it ends in another way, or it is a part.
fn likeness(typed: &str, name: &str) -> Option<f64> {
    let is_part = typed.len().min(name.len()) >= SHORTEST_PART
        && (name.contains(typed) || typed.contains(name));
    let likeness = strsim::jaro_winkler(typed, name);
    (is_part || likeness > LIKE).then_some(likeness)
}

#[cfg(test)]
mod tests {
    use super::{is_like, nearest};

    #[test]
    fn common_letters_are_not_enough() {
        for (typed, name, is_meant) in [
            ("tail", "ca-file", false),
            ("since", "site", false),
            ("ticket", "timeout", false),
            ("", "site", false),
            ("t", "site", false),
            ("atach", "attach", true),
            ("mail", "tail", true),
            ("timezone", "time-zone", true),
            ("desc", "description", true),
            ("attachments", "attachment", true),
            ("retry", "retries", true),
            ("ca", "ca-file", true),
            ("no-color", "color", true),
        ] {
            assert_eq!(is_like(typed, name), is_meant, "{typed} {name}");
        }
    }

    #[test]
    fn the_most_like_one_is_named() {
        let known = ["time_zone", "timeout", "site"];
        for (typed, name) in [
            ("timezon", Some("time_zone")),
            ("timeot", Some("timeout")),
            ("sit", Some("site")),
            ("group", None),
        ] {
            assert_eq!(nearest(typed, known), name, "{typed}");
        }
        assert_eq!(nearest("site", []), None);
    }
}
