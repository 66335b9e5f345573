#![no_main]
//! libFuzzer on the target `canonical_requests`.

guided::program!(canonical_requests);
