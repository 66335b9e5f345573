#![no_main]
//! libFuzzer on the target `classify`.

guided::program!(classify);
