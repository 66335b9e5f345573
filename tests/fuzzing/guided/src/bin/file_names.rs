#![no_main]
//! libFuzzer on the target `file_names`.

guided::program!(file_names);
