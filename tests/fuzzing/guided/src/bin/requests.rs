#![no_main]
//! libFuzzer on the target `requests`.

guided::program!(requests);
