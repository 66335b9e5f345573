//! The program around the commands: where it speaks, and how it ends. The commands themselves are run without it.

use crate::house::House;

#[test]
fn what_is_told_goes_to_standard_output_and_what_is_wrong_to_standard_error() {
    let house = House::new();
    let good = house.program(&["spec", "lint"]);
    let (said, complained) = (
        String::from_utf8_lossy(&good.stdout),
        String::from_utf8_lossy(&good.stderr),
    );
    assert!(good.status.success() && complained.is_empty(), "{good:?}");
    assert_eq!(said, house.xtask(&["spec", "lint"]).said + "\n");

    house.edit("spec/openapi.yaml", "maxLength: 2000", "maxLenght: 2000");
    let bad = house.program(&["spec", "lint"]);
    let (said, complained) = (
        String::from_utf8_lossy(&bad.stdout),
        String::from_utf8_lossy(&bad.stderr),
    );
    assert_eq!(bad.status.code(), Some(1), "{bad:?}");
    assert!(said.is_empty(), "{said}");
    assert_eq!(complained, house.xtask(&["spec", "lint"]).said + "\n");
}

#[test]
fn words_that_are_no_command_are_refused() {
    let run = House::new().program(&["spec", "lnit"]);
    assert_eq!(run.status.code(), Some(2), "{run:?}");
    let complained = String::from_utf8_lossy(&run.stderr);
    assert!(complained.contains("lnit"), "{complained}");
}
