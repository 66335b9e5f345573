//! The strict reader and every rule, with descriptions that nobody would write: the corpus of `tests/corpus`, and changes of it. Each
//! is the first file of a small description that is well but for that.

use crate::house::House;
use fuzzing::{fuzz, text};
use xtask::spec::lint;

/// It is taken, or each problem says what is wrong; and nothing else happens.
#[test]
fn description() {
    let house = House::new();
    let workspace = house.workspace();
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus/description");
    fuzz(corpus, 12, |bytes| {
        house.write("spec/openapi.yaml", &text(bytes));
        if let Err(problems) = lint::checked(&workspace) {
            assert!(!problems.to_string().trim().is_empty());
        }
    });
}
