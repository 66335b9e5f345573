#![no_main]
//! libFuzzer on the target `terminal`.

guided::program!(terminal);
