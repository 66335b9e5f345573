#![no_main]
//! libFuzzer on the target `outbox_file`.

guided::program!(outbox_file);
