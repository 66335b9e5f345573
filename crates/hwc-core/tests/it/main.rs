//! Integration tests of hwc-core, one binary.

mod signing;
