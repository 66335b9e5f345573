#![no_main]
//! libFuzzer on the target `endpoints`.

guided::program!(endpoints);
