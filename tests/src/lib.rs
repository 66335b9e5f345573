//! Contract tests live in `tests/it`.
