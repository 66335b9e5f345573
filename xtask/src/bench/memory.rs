//! The memory of whole programs that do a work once.

use super::{
    clients::Clients,
    figures::{
        BLOCKING, GENERATED, HYPER, OFFICIAL, OPENAPI_GENERATOR, PLAIN, PLAIN_BLOCKING, VERB,
    },
};
use crate::problem::Result;

/// Verbs and plain code, with and without `async`.
const VERBS: &[&str] = &[VERB, BLOCKING, PLAIN, PLAIN_BLOCKING];
/// Works, and the ways whose memory is looked at.
const LOOKED_AT: &[(&str, &[&str])] = &[
    (
        "page10",
        &[
            VERB,
            GENERATED,
            BLOCKING,
            PLAIN,
            PLAIN_BLOCKING,
            HYPER,
            OFFICIAL,
            OPENAPI_GENERATOR,
        ],
    ),
    ("history", &[VERB, BLOCKING, PLAIN, PLAIN_BLOCKING, HYPER]),
    ("follow", &[VERB, PLAIN]),
    ("list", &[VERB, GENERATED, BLOCKING, PLAIN, PLAIN_BLOCKING]),
    ("upload", VERBS),
    ("download", VERBS),
];

/// Work, way, and the most memory in KiB, of the works that are wanted.
pub(super) fn memory(
    clients: &Clients<'_>,
    wants: impl Fn(&str) -> bool,
) -> Result<Vec<(String, String, Option<u64>)>> {
    let mut found = Vec::new();
    for (work, ways) in LOOKED_AT.iter().filter(|(work, _)| wants(work)) {
        for way in ways.iter().copied() {
            let Some(program) = clients.program(way, work, 1)? else {
                continue;
            };
            if let Some(peak) = clients.unless_other(way, program.peak())? {
                found.push(((*work).to_owned(), way.to_owned(), peak));
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::{figures::plain, words};

    #[test]
    fn what_is_looked_at_is_a_work_and_has_plain_code_beside_it() {
        for (work, ways) in LOOKED_AT {
            assert!(words::works().any(|known| known == *work), "{work}");
            for way in *ways {
                assert!(ways.contains(&plain(way)), "{work}, {way}");
            }
        }
    }
}
