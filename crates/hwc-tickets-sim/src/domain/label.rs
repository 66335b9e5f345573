//! The labels of an account, and which tickets have them.

/// A label.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Label {
    /// Its id.
    pub id: u32,
    /// Account it belongs to, by name.
    pub account: String,
    /// Name.
    pub name: String,
    /// Colour, such as `#000000`.
    pub color: String,
}

impl Label {
    /// A label of an account.
    pub fn new(id: u32, account: &str, name: &str, color: &str) -> Self {
        Label {
            id,
            account: account.to_owned(),
            name: name.to_owned(),
            color: color.to_owned(),
        }
    }
}
