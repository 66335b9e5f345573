//! Tests of the public interface of hwc-core: one program, one module per subject.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod cache;
mod canary;
mod canary_calls;
mod cancel;
mod endpoint;
mod given;
mod identity;
mod judge;
mod matrix_answers;
mod matrix_clock;
mod matrix_connect;
mod matrix_deadlines;
mod matrix_outage;
mod matrix_pace;
mod matrix_redirects;
mod matrix_sizes;
mod matrix_sockets;
mod matrix_tls;
mod profile;
mod proxy;
mod renewal;
mod server;
mod signed_call;
mod signing;
mod tracing;
mod wire;
