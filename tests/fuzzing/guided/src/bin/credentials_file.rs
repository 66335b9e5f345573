#![no_main]
//! libFuzzer on the target `credentials_file`.

guided::program!(credentials_file);
