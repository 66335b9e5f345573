//! What goes wrong.

/// Whatever goes wrong ends the measurement.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;
/// Something, unless it went wrong.
pub(crate) type Result<T> = std::result::Result<T, Failure>;
