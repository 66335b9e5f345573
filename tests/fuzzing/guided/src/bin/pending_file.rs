#![no_main]
//! libFuzzer on the target `pending_file`.

guided::program!(pending_file);
