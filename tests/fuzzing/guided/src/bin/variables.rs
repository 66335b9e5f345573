#![no_main]
//! libFuzzer on the target `variables`.

guided::program!(variables);
