//! Tests of the wire crate.
