//! What a difference means, key by key. Which keys an object may have is not said here: a difference in a key that
//! no table has is an error, so each new key is decided on once.

use super::change::{Class, Way};

/// What a difference does, by the way of the data in which it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Effect {
    request: Class,
    answer: Class,
}

impl Effect {
    pub(super) fn of(self, way: Way) -> Class {
        match way {
            Way::Request => self.request,
            Way::Answer => self.answer,
            Way::Both => self.request.max(self.answer),
        }
    }
}

const fn always(class: Class) -> Effect {
    Effect {
        request: class,
        answer: class,
    }
}

pub(super) const BREAKS: Effect = always(Class::Breaking);
pub(super) const ADDS: Effect = always(Class::Additive);
pub(super) const WORDS: Effect = always(Class::Words);
/// Less is allowed: what a caller sends may be refused now; who reads answers meets nothing new.
pub(super) const NARROWS: Effect = Effect {
    request: Class::Breaking,
    answer: Class::Additive,
};
/// More is allowed: whatever a caller sends still is; who reads answers may meet what was excluded.
pub(super) const WIDENS: Effect = Effect {
    request: Class::Additive,
    answer: Class::Breaking,
};

/// What a difference in the value of one key means.
#[derive(Debug, Clone, Copy)]
pub(super) enum Rule {
    /// The value is one thing: what it means that it is new, gone, another.
    Value(Effect, Effect, Effect),
    /// A number: the more, the more is allowed.
    Most,
    /// A number: the more, the less is allowed.
    Least,
    /// A truth value, false if absent: what it means that it is true now, and that it is no longer.
    Flag(Effect, Effect),
    /// A list whose order means nothing: what a new item means, and one that is gone.
    Items(Effect, Effect),
    /// The list of all values that there are. No list: every value.
    Closed,
    /// Words from the weakest promise to the strongest, `absent` for none: a stronger one adds, a weaker one breaks.
    Promise(&'static [&'static str]),
    /// Names of the values in the list under one of these keys beside it, in the same order.
    NamesOf(&'static [&'static str]),
    /// Texts by their name: what a new name means, and one that is gone. The texts are words.
    Texts(Effect, Effect),
    /// An object: what it is called, and what it means that it is new or gone.
    Object(Kind, &'static str, Effect, Effect),
    /// Objects by their name.
    Map(Kind, &'static str, Effect, Effect),
    /// Objects in a list, told apart by the values of these keys.
    List(Kind, &'static str, &'static [&'static str], Effect, Effect),
    /// Objects in a list, told apart by where they stand.
    Each(Kind, &'static str),
    /// Path items by their path: their operations are looked at one by one.
    Paths,
    /// An operation.
    Operation,
    /// Objects by their name that others refer to. They are looked at where they are used, and here if nowhere.
    Shared(Kind, &'static str, Effect, Effect),
    /// What another published file tells; it is looked at there.
    Elsewhere,
}

/// Read by people alone.
const TEXT: Rule = Rule::Value(WORDS, WORDS, WORDS);
/// A hint that programs may read. Whatever it says, what was valid stays valid.
const HINT: Rule = Rule::Value(ADDS, ADDS, ADDS);
/// A fact that programs rely on: more of them are welcome.
const FACT: Rule = Rule::Value(ADDS, BREAKS, BREAKS);
/// What generated code is made of, or what stands on the wire.
const FIXED: Rule = Rule::Value(BREAKS, BREAKS, BREAKS);
/// A condition on values.
const CONDITION: Rule = Rule::Value(NARROWS, WIDENS, BREAKS);

type Rows = &'static [(&'static str, Rule)];

/// The kind of an object: which keys are looked at, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Document,
    Info,
    Server,
    Variable,
    Tag,
    PathItem,
    Operation,
    Parameter,
    RequestBody,
    Response,
    Header,
    Media,
    Schema,
    Components,
    Security,
    Signing,
    Sdk,
    Pages,
    Errors,
    Error,
    Operations,
    Row,
}

impl Kind {
    /// The way of the data in it, where its kind decides that.
    pub(super) fn way(self) -> Option<Way> {
        match self {
            Self::Parameter | Self::RequestBody => Some(Way::Request),
            Self::Response => Some(Way::Answer),
            _ => None,
        }
    }

    /// Its keys.
    pub(super) fn rows(self) -> Rows {
        match self {
            Self::Document => DOCUMENT,
            Self::Info => INFO,
            Self::Server => SERVER,
            Self::Variable => VARIABLE,
            Self::Tag => TAG,
            Self::PathItem => PATH_ITEM,
            Self::Operation => OPERATION,
            Self::Parameter => PARAMETER,
            Self::RequestBody => REQUEST_BODY,
            Self::Response => RESPONSE,
            Self::Header => HEADER,
            Self::Media => MEDIA,
            Self::Schema => SCHEMA,
            Self::Components => COMPONENTS,
            Self::Security => SECURITY,
            Self::Signing => SIGNING,
            Self::Sdk => SDK,
            Self::Pages => PAGES,
            Self::Errors => ERRORS,
            Self::Error => ERROR,
            Self::Operations => OPERATIONS,
            Self::Row => ROW,
        }
    }
}

/// The keys of our own, wherever they stand. `spec/README.md` says what they mean.
pub(super) const EXTENSIONS: Rows = &[
    ("x-origin", TEXT),
    ("x-source", TEXT),
    ("x-discrepancy", TEXT),
    ("x-inferred", TEXT),
    ("x-idempotency-reason", TEXT),
    (
        "x-idempotency",
        Rule::Promise(&[
            "absent",
            "no",
            "depends-on",
            "idempotent-in-effect",
            "idempotent",
            "safe",
        ]),
    ),
    // Absent where a parameter decides; a program does not repeat by itself then.
    ("x-idempotent", Rule::Promise(&["absent", "false", "true"])),
    ("x-makes", FACT),
    ("x-sdk", Rule::Object(Kind::Sdk, "x-sdk", ADDS, BREAKS)),
    (
        "x-pagination",
        Rule::Object(Kind::Pages, "x-pagination", ADDS, BREAKS),
    ),
    // Recorded and not enforced: a request beyond them is sent.
    ("x-documented-limits", HINT),
    ("x-documented-required", HINT),
    // What is left out means another thing.
    ("x-documented-default", FACT),
    // The set is open, so a new value is nothing new; the name of one that is gone is missed.
    ("x-known-values", Rule::Items(ADDS, BREAKS)),
    (
        "x-enum-varnames",
        Rule::NamesOf(&["x-known-values", "enum"]),
    ),
    (
        "x-signing",
        Rule::Object(Kind::Signing, "x-signing", ADDS, BREAKS),
    ),
    // Who goes by the mark shows what is no longer marked.
    ("x-sensitive", Rule::Flag(ADDS, BREAKS)),
];

const DOCUMENT: Rows = &[
    ("openapi", FIXED),
    ("info", Rule::Object(Kind::Info, "info", WORDS, WORDS)),
    ("externalDocs", TEXT),
    (
        "servers",
        Rule::List(Kind::Server, "server", &["url"], ADDS, BREAKS),
    ),
    ("security", FIXED),
    // What an operation is grouped under is its own key.
    (
        "tags",
        Rule::List(Kind::Tag, "tag", &["name"], WORDS, WORDS),
    ),
    ("paths", Rule::Paths),
    // After the paths: what is used there is looked at there.
    (
        "components",
        Rule::Object(Kind::Components, "", ADDS, BREAKS),
    ),
];

const INFO: Rows = &[
    ("title", TEXT),
    // Whether it is raised as it must is asked beside.
    ("version", TEXT),
    ("description", TEXT),
    ("termsOfService", TEXT),
    ("contact", TEXT),
    ("license", TEXT),
];

const SERVER: Rows = &[
    ("url", FIXED),
    ("description", TEXT),
    (
        "variables",
        Rule::Map(Kind::Variable, "variable", ADDS, BREAKS),
    ),
];

const VARIABLE: Rows = &[
    ("default", FIXED),
    ("enum", Rule::Items(ADDS, BREAKS)),
    ("description", TEXT),
];

const TAG: Rows = &[
    ("name", FIXED),
    ("description", TEXT),
    ("externalDocs", TEXT),
];

const PATH_ITEM: Rows = &[
    ("summary", TEXT),
    ("description", TEXT),
    ("get", Rule::Operation),
    ("put", Rule::Operation),
    ("post", Rule::Operation),
    ("delete", Rule::Operation),
    ("options", Rule::Operation),
    ("head", Rule::Operation),
    ("patch", Rule::Operation),
    ("trace", Rule::Operation),
];

const OPERATION: Rows = &[
    // Generators name methods for the id, and classes for the tags.
    ("operationId", FIXED),
    ("tags", FIXED),
    ("summary", TEXT),
    ("description", TEXT),
    ("externalDocs", TEXT),
    ("deprecated", HINT),
    ("security", FIXED),
    (
        "parameters",
        Rule::List(Kind::Parameter, "parameter", &["name", "in"], ADDS, BREAKS),
    ),
    (
        "requestBody",
        Rule::Object(Kind::RequestBody, "body of the request", ADDS, BREAKS),
    ),
    // Readers look for success and failure, not for one status.
    (
        "responses",
        Rule::Map(Kind::Response, "answer", ADDS, BREAKS),
    ),
];

const PARAMETER: Rows = &[
    ("name", FIXED),
    ("in", FIXED),
    ("description", TEXT),
    ("required", Rule::Flag(NARROWS, WIDENS)),
    ("deprecated", HINT),
    ("allowEmptyValue", Rule::Flag(WIDENS, NARROWS)),
    ("style", FIXED),
    ("explode", FIXED),
    ("allowReserved", FIXED),
    ("schema", Rule::Object(Kind::Schema, "", BREAKS, BREAKS)),
    ("example", TEXT),
    ("examples", TEXT),
];

const REQUEST_BODY: Rows = &[
    ("description", TEXT),
    ("required", Rule::Flag(NARROWS, WIDENS)),
    (
        "content",
        Rule::Map(Kind::Media, "media type", WIDENS, BREAKS),
    ),
];

const RESPONSE: Rows = &[
    ("description", TEXT),
    ("headers", Rule::Map(Kind::Header, "header", ADDS, BREAKS)),
    (
        "content",
        Rule::Map(Kind::Media, "media type", WIDENS, BREAKS),
    ),
];

const HEADER: Rows = &[
    ("description", TEXT),
    ("required", Rule::Flag(NARROWS, WIDENS)),
    ("deprecated", HINT),
    ("style", FIXED),
    ("explode", FIXED),
    ("schema", Rule::Object(Kind::Schema, "", BREAKS, BREAKS)),
    ("example", TEXT),
    ("examples", TEXT),
];

const MEDIA: Rows = &[
    ("schema", Rule::Object(Kind::Schema, "", BREAKS, BREAKS)),
    ("example", TEXT),
    ("examples", TEXT),
    ("encoding", FIXED),
];

const SCHEMA: Rows = &[
    ("title", TEXT),
    ("description", TEXT),
    ("externalDocs", TEXT),
    ("example", TEXT),
    ("type", FIXED),
    ("format", FIXED),
    ("nullable", Rule::Flag(WIDENS, NARROWS)),
    ("deprecated", HINT),
    ("readOnly", FIXED),
    ("writeOnly", FIXED),
    // Generated clients send it.
    ("default", FIXED),
    ("enum", Rule::Closed),
    ("minimum", Rule::Least),
    ("maximum", Rule::Most),
    ("exclusiveMinimum", Rule::Flag(NARROWS, WIDENS)),
    ("exclusiveMaximum", Rule::Flag(NARROWS, WIDENS)),
    ("minLength", Rule::Least),
    ("maxLength", Rule::Most),
    ("minItems", Rule::Least),
    ("maxItems", Rule::Most),
    ("minProperties", Rule::Least),
    ("maxProperties", Rule::Most),
    ("uniqueItems", Rule::Flag(NARROWS, WIDENS)),
    ("multipleOf", CONDITION),
    ("pattern", CONDITION),
    ("required", Rule::Items(NARROWS, WIDENS)),
    // Readers of answers are tolerant: a field that they do not know is nothing to them.
    ("properties", Rule::Map(Kind::Schema, "field", ADDS, BREAKS)),
    ("additionalProperties", FIXED),
    ("items", Rule::Object(Kind::Schema, "items", BREAKS, BREAKS)),
    ("allOf", Rule::Each(Kind::Schema, "part")),
    ("anyOf", Rule::Each(Kind::Schema, "choice")),
    ("oneOf", Rule::Each(Kind::Schema, "choice")),
];

const COMPONENTS: Rows = &[
    (
        "securitySchemes",
        Rule::Map(Kind::Security, "credential", ADDS, BREAKS),
    ),
    // Generators make nothing of the names of these.
    (
        "parameters",
        Rule::Shared(Kind::Parameter, "shared parameter", WORDS, WORDS),
    ),
    (
        "headers",
        Rule::Shared(Kind::Header, "shared header", WORDS, WORDS),
    ),
    (
        "responses",
        Rule::Shared(Kind::Response, "shared answer", WORDS, WORDS),
    ),
    (
        "requestBodies",
        Rule::Shared(Kind::RequestBody, "shared body", WORDS, WORDS),
    ),
    ("examples", TEXT),
    // And a type of each of these.
    (
        "schemas",
        Rule::Shared(Kind::Schema, "schema", ADDS, BREAKS),
    ),
];

const SECURITY: Rows = &[
    ("type", FIXED),
    ("in", FIXED),
    ("name", FIXED),
    ("scheme", FIXED),
    ("description", TEXT),
];

const SIGNING: Rows = &[
    ("algorithm", FIXED),
    ("headers", Rule::Texts(BREAKS, BREAKS)),
    ("steps", TEXT),
    ("vectors", FACT),
];

const SDK: Rows = &[
    ("resource", FIXED),
    ("method", FIXED),
    ("command", FACT),
    ("shape", HINT),
    ("pages", Rule::Object(Kind::Pages, "pages", ADDS, BREAKS)),
    // What is shown, not what is there.
    ("columns", HINT),
    // A call that nobody watches would wait for an answer.
    ("asks", Rule::Flag(BREAKS, ADDS)),
];

const PAGES: Rows = &[
    ("by", FIXED),
    ("at", FACT),
    ("size", FACT),
    ("list", FIXED),
    ("total", FACT),
    ("id", FACT),
];

const ERRORS: Rows = &[(
    "errors",
    Rule::List(
        Kind::Error,
        "error code",
        &["code", "http_status"],
        ADDS,
        BREAKS,
    ),
)];

const ERROR: Rows = &[
    ("code", FIXED),
    ("http_status", FIXED),
    // The judgement of clients rests on these.
    ("category", FIXED),
    ("repeatable", FIXED),
    ("in_doubt", FIXED),
    ("message", HINT),
    ("other_messages", HINT),
    ("meaning", TEXT),
    ("source", TEXT),
    ("code_inferred", TEXT),
    ("operations", HINT),
    ("operations_inferred", TEXT),
    ("unreachable", TEXT),
];

const OPERATIONS: Rows = &[(
    "operations",
    // A new one and one that is gone are told of the description.
    Rule::List(Kind::Row, "operation", &["name"], WORDS, WORDS),
)];

/// The columns. What they hold comes of the description; that none is without a word is what is looked at here.
const ROW: Rows = &[
    ("name", Rule::Elsewhere),
    ("tag", Rule::Elsewhere),
    ("method", Rule::Elsewhere),
    ("path", Rule::Elsewhere),
    ("summary", Rule::Elsewhere),
    ("idempotency", Rule::Elsewhere),
    ("depends_on", Rule::Elsewhere),
    ("makes", Rule::Elsewhere),
    ("sdk", Rule::Elsewhere),
    ("parameters", Rule::Elsewhere),
    ("request", Rule::Elsewhere),
    ("response", Rule::Elsewhere),
];
