//! The seam to the network: one request out, one answer with a streamed body in.

