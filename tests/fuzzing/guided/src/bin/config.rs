#![no_main]
//! libFuzzer on the target `config`.

guided::program!(config);
