#![no_main]
//! libFuzzer on the target `every_decoder`.

guided::program!(every_decoder);
