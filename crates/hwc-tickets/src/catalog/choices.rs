//! What there is to choose from when a ticket is opened.
//!
//! Ids, names and texts are those of the service: foreign text, to be escaped before it is shown on a terminal. The
//! language of the names is that of the client ([`ClientBuilder::language`](crate::ClientBuilder::language)).

/// A list to choose from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Choices<T> {
    /// What there is, in the order of the answer.
    pub items: Vec<T>,
    /// Whether these are all: none of the list was unreadable or left out. Only then something that is not in it is wrong.
    pub is_whole: bool,
}

impl<T> Choices<T> {
    pub(super) fn new(items: Vec<T>, is_whole: bool) -> Self {
        Self { items, is_whole }
    }

    /// The items.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.items.iter()
    }
}

/// An answer that may lack something.
pub(super) trait Whole {
    fn is_whole(&self) -> bool;
}

impl<T> Whole for Choices<T> {
    fn is_whole(&self) -> bool {
        self.is_whole
    }
}

impl Whole for Severities {
    fn is_whole(&self) -> bool {
        self.choices.is_whole
    }
}

impl<'a, T> IntoIterator for &'a Choices<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// A category of tickets, with its products.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Category {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The products a ticket of it can be about.
    pub products: Vec<Product>,
}

/// A product.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Product {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its short name; often empty.
    pub acronym: String,
    /// What it is; often empty.
    pub description: String,
}

/// A kind of problem: the one choice that a ticket cannot do without.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProblemType {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether a ticket about it reports a fault, which needs a region and a support plan that allows it. `None`: the service
    /// did not say, or said something that no document names.
    pub is_fault: Option<bool>,
    /// Whether a ticket about it may use the support plan.
    pub has_support_plan: Option<bool>,
}

/// A text to be filled in, which describes a problem then.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Template {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The text.
    pub text: String,
}

/// The severities, and whether a form asks for one at all.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Severities {
    /// Whether a form asks for the severity. `None`: the service did not say.
    pub is_asked: Option<bool>,
    /// The severities.
    pub choices: Choices<Severity>,
}

/// How severe a problem is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Severity {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// A region that a ticket can be about.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Region {
    /// Its id, such as `cn-north-4`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// 0 in mainland China, 1 international, 2 in Europe (D-88). `None`: the service did not say.
    pub kind: Option<i64>,
}

/// What an extra field takes (wire field `param_type`, D-88).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FieldKind {
    /// A whole number (1).
    Integer,
    /// One line of text (3).
    Line,
    /// One of several choices (4).
    OneOf,
    /// Some of several choices (5).
    SomeOf,
    /// An agreement (7).
    Agreement,
    /// Several lines of text (8).
    Lines,
    /// A value that no document names. Nothing is checked then.
    Other(i64),
    /// The service did not say. Nothing is checked then.
    Unknown,
}

impl FieldKind {
    /// The kind of wire value `value`.
    #[must_use]
    pub fn from_code(value: Option<i64>) -> Self {
        match value {
            Some(1) => Self::Integer,
            Some(3) => Self::Line,
            Some(4) => Self::OneOf,
            Some(5) => Self::SomeOf,
            Some(7) => Self::Agreement,
            Some(8) => Self::Lines,
            Some(other) => Self::Other(other),
            None => Self::Unknown,
        }
    }
}

/// A field that a ticket of some kind has besides the usual ones.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExtraField {
    /// Its key, by which a ticket names it.
    pub key: String,
    /// Its name.
    pub name: String,
    /// What it is for, and a hint for who fills it in; often empty.
    pub description: String,
    /// What it takes.
    pub kind: FieldKind,
    /// Whether it must be filled in.
    pub is_required: bool,
    /// Whether a form shows it. `None`: the service did not say.
    pub is_shown: Option<bool>,
    /// Whether its value is a secret.
    pub is_sensitive: bool,
    /// Most UTF-16 units of a text. `None`: no limit is stated.
    pub length: Option<u64>,
    /// Least number. `None`: no limit is stated.
    pub min: Option<i64>,
    /// Greatest number. `None`: no limit is stated.
    pub max: Option<i64>,
    /// The value that a form begins with; often empty.
    pub default: String,
    /// The choices as the service writes them: one text, whose form no document tells. See [`ExtraField::choices`].
    pub choices_text: String,
}

impl ExtraField {
    /// The choices, one by one: the text is taken apart at commas, semicolons and line ends, which no document promises.
    pub fn choices(&self) -> impl Iterator<Item = &str> {
        (self.choices_text.split([',', ';', '\n', '，', '；']))
            .map(str::trim)
            .filter(|choice| !choice.is_empty())
    }

    /// Whether `value` may be one of the choices. As the form of their text is not documented, `false` only says that it
    /// stands nowhere in it.
    #[must_use]
    pub fn may_offer(&self, value: &str) -> bool {
        self.choices_text.trim().is_empty() || self.choices_text.contains(value.trim())
    }
}

/// How many tickets of a kind of problem can be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Quota {
    /// In all. `None`: no limit, or the service did not say.
    pub total: Option<u64>,
    /// Those that are left. `None`: no limit, or the service did not say.
    pub left: Option<u64>,
}

/// The agreement for new tickets, and whether the caller has signed it.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Agreement {
    /// Its id, as the service writes it.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: Option<i64>,
    /// Its text, which may be long and have mark-up.
    pub text: String,
}

/// Leaves the text out.
impl std::fmt::Debug for Agreement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Agreement")
            .field("id", &self.id)
            .field("name", &self.name)
            .field("version", &self.version)
            .field("text", &format_args!("<{} bytes>", self.text.len()))
            .finish()
    }
}

/// How the caller stands to the agreement for new tickets.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AgreementState {
    /// There is none.
    None,
    /// The newest one is signed.
    Signed,
    /// The newest one, which is not signed: to be shown to who is to agree.
    Unsigned(Box<Agreement>),
}
