#![no_main]
//! libFuzzer on the target `forms`.

guided::program!(forms);
