#![no_main]
//! libFuzzer on the target `typed`.

guided::program!(typed);
