#![no_main]
//! libFuzzer on the target `ids`.

guided::program!(ids);
