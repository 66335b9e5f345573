//! Links to files, which work without a token for a while. Nothing is kept of them: a link says itself until when it works,
//! and its key follows from that, the file and the seed.

/// A link to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileLink {
    /// Id of the file.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Until when the link works, in seconds since 1970.
    pub until: i64,
    /// Proof that the service made it.
    pub key: u64,
}
