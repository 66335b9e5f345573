//! The program `hwc-tickets`.
fn main() {}
