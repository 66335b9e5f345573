#![no_main]
//! libFuzzer on the target `times_and_zones`.

guided::program!(times_and_zones);
