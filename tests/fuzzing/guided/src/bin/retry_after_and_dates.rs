#![no_main]
//! libFuzzer on the target `retry_after_and_dates`.

guided::program!(retry_after_and_dates);
