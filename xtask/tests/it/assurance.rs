//! The page that says what holds each promise: what it names is there.

use crate::house::real;
use std::fs;

#[test]
fn what_is_named_is_there() {
    let page = fs::read_to_string(real().join("docs/assurance.md")).unwrap();
    let spans = page.split('`').skip(1).step_by(2);
    let mut count = 0;
    for span in spans {
        let (path, test) = span.split_once("::").unwrap_or((span, ""));
        if !path.ends_with(".rs") {
            continue;
        }
        count += 1;
        let source = fs::read_to_string(real().join(path));
        let source = source.unwrap_or_else(|error| panic!("{path}: {error}"));
        let named = format!("fn {test}()");
        assert!(
            test.is_empty() || source.contains(&named),
            "{path} has no {named}"
        );
    }
    assert!(count > 30, "{count}: the page names its tests in backticks");
}
