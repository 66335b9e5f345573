//! Secrets: never in the arguments, never in an output.
