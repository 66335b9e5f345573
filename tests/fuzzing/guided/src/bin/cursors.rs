#![no_main]
//! libFuzzer on the target `cursors`.

guided::program!(cursors);
