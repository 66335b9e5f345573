#![no_main]
//! libFuzzer on the target `bodies`.

guided::program!(bodies);
