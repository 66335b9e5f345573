//! The field of a submit that no document explains.

/// What to do about the field `type` of a submit. The document of 2022 requires it without saying what
/// it means; newer ones do not know it (D-01).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SubmitType {
    /// Send this value. The default sends 0.
    Value(u8),
    /// Leave the field out.
    LeaveOut,
}

impl Default for SubmitType {
    fn default() -> Self {
        Self::Value(0)
    }
}
