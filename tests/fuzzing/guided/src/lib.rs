//! The fuzz targets of the crates, each for a program of libFuzzer. They are the functions that the tests call.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a target fails by panicking; what it stands on is made for more tests than these"
)]

#[path = "../../../../crates/hwc-core/tests/it/canonical.rs"]
mod canonical;
#[path = "../../../../crates/hwc-tickets-sim/tests/it/client.rs"]
mod client;
#[path = "../../../../crates/hwc-core/tests/it/given.rs"]
mod given;

#[path = "../../../../crates/hwc-core/tests/it/fuzz/targets.rs"]
mod core;
#[path = "../../../../crates/hwc-tickets-sim/tests/it/fuzz/targets.rs"]
mod sim;
#[path = "../../../../crates/hwc-tickets/tests/it/fuzz/targets.rs"]
mod tickets;
#[path = "../../../../crates/hwc-tickets-wire/tests/it/fuzz/targets.rs"]
mod wire;

/// Those of the program stand in its library, for what they try is private in it. It is handed what the package `fuzzing` knows.
mod cli {
    use fuzzing::{assert_hidden, secret_where};
    use hwc_tickets_cli::fuzz::targets;

    pub(crate) use targets::{terminal, typed};

    pub(crate) fn pending_file() -> impl Fn(&[u8]) {
        targets::pending_file(assert_hidden)
    }

    pub(crate) fn config() -> impl Fn(&[u8]) {
        targets::config(secret_where, assert_hidden)
    }
}

/// Takes one input after the other, and panics when something does not hold.
pub type Target = Box<dyn Fn(&[u8])>;

macro_rules! targets {
    ($($of:ident: $($name:ident),*;)*) => {
        $($(
            #[doc = concat!("The target `", stringify!($name), "`.")]
            #[must_use]
            pub fn $name() -> Target {
                Box::new($of::$name())
            }
        )*)*
    };
}

targets! {
    core: classify, retry_after_and_dates, canonical_requests, endpoints, credentials_file, multipart;
    wire: every_decoder;
    tickets: ids, times_and_zones, cursors, outbox_file, records, file_names, variables;
    sim: requests, forms, bodies;
    cli: terminal, pending_file, typed, config;
}

/// The program of a target. What it starts from is made once.
#[macro_export]
macro_rules! program {
    ($target:ident) => {
        thread_local! {
            static TARGET: $crate::Target = $crate::$target();
        }
        libfuzzer_sys::fuzz_target!(|bytes: &[u8]| TARGET.with(|target| target(bytes)));
    };
}
