#![no_main]
//! libFuzzer on the target `records`.

guided::program!(records);
