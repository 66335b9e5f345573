#![no_main]
//! libFuzzer on the target `multipart`.

guided::program!(multipart);
