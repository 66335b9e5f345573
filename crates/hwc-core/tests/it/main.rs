//! Tests of the public interface of hwc-core: one program, one module per subject.
//!
//! Where the rows of the fault matrix that concern one call have their tests:
//!
//! | rows | module | by means of |
//! |---|---|---|
//! | 1, 2, 3, 7 | `matrix_connect`, `matrix_sockets`, `matrix_tls` | script, resolver seam, sockets, TLS |
//! | 4, 5, 6 | `matrix_tls` | certificates made in the test, raw bytes |
//! | 8 to 15 | `matrix_deadlines`, `matrix_sockets` | fake clock, sockets |
//! | 14, 15, 19 to 26, 29, 31 to 34, 36 to 39, 43 | `matrix_answers` | script |
//! | 16, 17, 18 | `matrix_sizes` | script, sockets |
//! | 22, 45 | `matrix_redirects` | sockets with a canary host |
//! | 34, 35, 49 | `renewal`, `cache`, `identity` | script on the fake clock |
//! | 40, 41, 42 | `matrix_pace` | script on the fake clock |
//! | 31 to 42 for a write | `proof` | script: every status with every kind of body |
//! | 44 | `matrix_outage` | script on the fake clock |
//! | 46, 47 | `wire` | script: zero requests |
//! | 50 | `matrix_clock` | script on the fake clock |
//! | 52 | `cancel` | a call dropped after each of its steps |
//! | 16 to 18 for files | `download`, `download_sockets`, `upload`, `upload_sockets` | script on the fake clock, sockets |
//!
//! Rows 27, 28 and 30 concern decoding and stand with the wire crate.
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
mod canonical;
mod download;
mod download_sockets;
mod endpoint;
mod envelope_fields;
mod envelope_words;
mod framing;
mod fuzz;
mod given;
mod idempotency;
mod identity;
mod interim;
mod judge;
mod judge_failures;
mod judge_files;
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
mod official;
mod orders;
mod own_transport;
mod places;
mod profile;
mod proof;
mod proof_writes;
mod proxy;
mod renewal;
mod server;
mod signed_call;
mod signing;
mod tracing;
mod tunnel;
mod upload;
mod upload_sockets;
mod wire;
