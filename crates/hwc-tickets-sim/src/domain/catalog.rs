//! What a new ticket can be about, and what can be rated: one fixed set of data. The ids of one list are those that the
//! others, and opening a ticket, take.

mod data;

pub use self::data::{
    AREA_CODES, CATEGORIES, COPIES, DIMENSIONS, KINDS, OWN_REGIONS, REGIONS, SEVERITIES,
};

/// The product of whoever names none (D-87): the one called user centre.
pub const USER_CENTRE: &str = "b5f0be5c9639466184abf80e01f9fa1d";

/// The one source that everybody names (D-61).
pub const SOURCE: &str = "83aeb0f2834c4df49826c781d32a963e";

/// A text in both languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Name {
    /// In English.
    pub english: &'static str,
    /// In Chinese.
    pub chinese: &'static str,
}

impl Name {
    const fn new(english: &'static str, chinese: &'static str) -> Self {
        Name { english, chinese }
    }

    /// The text in one of the two.
    pub fn say(self, english: bool) -> &'static str {
        if english { self.english } else { self.chinese }
    }

    fn has(self, part: &str) -> bool {
        [self.english, self.chinese]
            .iter()
            .any(|text| text.to_lowercase().contains(part))
    }
}

/// A category of tickets, or subtype.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Category {
    /// Its id.
    pub id: &'static str,
    /// Its name.
    pub name: Name,
    /// The products it has.
    pub products: &'static [Product],
}

/// A product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Product {
    /// Its id.
    pub id: &'static str,
    /// Its name.
    pub name: Name,
    /// What it is.
    pub description: Name,
    /// Its short name.
    pub acronym: &'static str,
    /// Whether a ticket about it may use the support plan.
    pub support_plan: bool,
    /// Ids of the kinds of problem that it can have.
    pub kinds: &'static [&'static str],
}

/// A kind of problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProblemKind {
    /// Its id.
    pub id: &'static str,
    /// Its name.
    pub name: Name,
    /// Whether a ticket about it reports a fault, and so needs a region. Else it asks for advice.
    pub fault: bool,
    /// Whether a ticket about it may use the support plan.
    pub support_plan: bool,
    /// Texts to be filled in.
    pub templates: &'static [Template],
    /// Fields that a form has besides.
    pub fields: &'static [ExtraField],
}

/// A text to be filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Template {
    /// Its id.
    pub id: &'static str,
    /// Its name.
    pub name: Name,
    /// The text.
    pub content: Name,
}

/// A field that the form of a kind of problem has besides the usual ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExtraField {
    /// Its key.
    pub key: &'static str,
    /// Its name.
    pub name: Name,
    /// What is asked for.
    pub description: Name,
    /// What it takes: 1 an integer, 3 a line, 4 one choice, 5 several choices, 7 an agreement, 8 lines (D-88).
    pub takes: i64,
    /// Whether it must be filled in.
    pub required: bool,
    /// Whether it holds a secret.
    pub sensitive: bool,
    /// Greatest length.
    pub length: i64,
    /// The choices, as one text.
    pub choices: &'static str,
}

/// How severe a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Severity {
    /// Its id.
    pub id: &'static str,
    /// Its name.
    pub name: Name,
}

/// A region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Region {
    /// Its id.
    pub id: &'static str,
    /// Its name.
    pub name: Name,
    /// 0 in mainland China, 1 international, 2 in Europe.
    pub kind: i64,
    /// Whether it is a sensitive one.
    pub sensitive: bool,
}

/// A country code of phone numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AreaCode {
    /// Id of the entry.
    pub id: i64,
    /// The code.
    pub code: &'static str,
    /// Name of the country.
    pub name: Name,
}

/// A question that a rating answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Dimension {
    /// Its id.
    pub id: i64,
    /// Its name.
    pub name: Name,
    /// What it asks.
    pub description: Name,
    /// Most points.
    pub points: i64,
    /// Points of one step.
    pub step: i64,
    /// Id of its category.
    pub category: &'static str,
    /// Name of its category.
    pub category_name: Name,
}

/// What is looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Question {
    /// The categories with their products (listCaseCategories).
    Categories,
    /// The products with a text in their names (listProductCategories).
    Products {
        /// The text, in any case; an empty one is in every name.
        name: String,
    },
    /// The kinds of problem (listProblemTypes).
    Kinds {
        /// Id of the product.
        product: Option<String>,
        /// Id of the category.
        subtype: Option<String>,
    },
    /// A kind of problem with its templates and fields (listCaseTemplates, listExtendsParams).
    Kind {
        /// Its id.
        id: String,
    },
    /// The severities (listSeverities).
    Severities {
        /// Id of the kind of problem.
        kind: String,
        /// Id of the product.
        product: String,
    },
    /// The regions (listRegions).
    Regions,
    /// The regions that the caller uses (listCustomersRegions).
    OwnRegions,
    /// The country codes (listAreaCodes).
    AreaCodes,
    /// Most mail addresses that get a copy (listCaseLimits).
    Copies,
    /// What can be rated (listSatisfactionDimensions).
    Dimensions,
}

/// What is there.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Found {
    /// Categories.
    Categories(&'static [Category]),
    /// Products.
    Products(Vec<&'static Product>),
    /// Kinds of problem.
    Kinds(Vec<&'static ProblemKind>),
    /// A kind of problem, if there is one of that id.
    Kind(Option<&'static ProblemKind>),
    /// Severities.
    Severities {
        /// Whether a form asks for one.
        shown: bool,
        /// All of them.
        severities: &'static [Severity],
    },
    /// Regions.
    Regions(Vec<&'static Region>),
    /// Country codes.
    AreaCodes(&'static [AreaCode]),
    /// A number.
    Copies(usize),
    /// What can be rated.
    Dimensions(&'static [Dimension]),
}

/// Finds it. `support_plan` says whether the caller has one.
pub fn find(question: &Question, support_plan: bool) -> Found {
    match question {
        Question::Categories => Found::Categories(CATEGORIES),
        Question::Products { name } => Found::Products(products_named(name)),
        Question::Kinds { product, subtype } => {
            Found::Kinds(kinds_of(product.as_deref(), subtype.as_deref()))
        }
        Question::Kind { id } => Found::Kind(kind(id)),
        Question::Severities { kind, product } => Found::Severities {
            shown: support_plan
                && kinds_of(Some(product), None)
                    .iter()
                    .any(|it| it.id == kind && it.support_plan),
            severities: SEVERITIES,
        },
        Question::Regions => Found::Regions(REGIONS.iter().collect()),
        Question::OwnRegions => {
            Found::Regions(OWN_REGIONS.iter().filter_map(|id| region(id)).collect())
        }
        Question::AreaCodes => Found::AreaCodes(AREA_CODES),
        Question::Copies => Found::Copies(COPIES),
        Question::Dimensions => Found::Dimensions(DIMENSIONS),
    }
}

/// All products.
pub fn products() -> impl Iterator<Item = &'static Product> {
    CATEGORIES.iter().flat_map(|category| category.products)
}

/// The products with a text in their name or short name, in any case.
pub fn products_named(text: &str) -> Vec<&'static Product> {
    let text = text.to_lowercase();
    let named = |product: &&Product| {
        product.name.has(&text) || product.acronym.to_lowercase().contains(&text)
    };
    products().filter(named).collect()
}

/// A product by its id.
pub fn product(id: &str) -> Option<&'static Product> {
    products().find(|product| product.id == id)
}

/// A kind of problem by its id.
pub fn kind(id: &str) -> Option<&'static ProblemKind> {
    KINDS.iter().find(|kind| kind.id == id)
}

/// A severity by its id.
pub fn severity(id: &str) -> Option<&'static Severity> {
    SEVERITIES.iter().find(|severity| severity.id == id)
}

/// A region by its id.
pub fn region(id: &str) -> Option<&'static Region> {
    REGIONS.iter().find(|region| region.id == id)
}

/// A question of a rating by its id.
pub fn dimension(id: i64) -> Option<&'static Dimension> {
    DIMENSIONS.iter().find(|dimension| dimension.id == id)
}

/// The kinds of problem of a product, of the products of a category, or of both; all where nothing is named.
pub fn kinds_of(product: Option<&str>, subtype: Option<&str>) -> Vec<&'static ProblemKind> {
    let has = |products: &[Product], kind: &ProblemKind| {
        let mut products = products
            .iter()
            .filter(|it| product.is_none_or(|id| it.id == id));
        products.any(|product| product.kinds.contains(&kind.id))
    };
    let fits = |kind: &&ProblemKind| {
        let mut categories = CATEGORIES
            .iter()
            .filter(|category| subtype.is_none_or(|id| category.id == id));
        categories.any(|category| has(category.products, kind))
    };
    KINDS.iter().filter(fits).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn everything_that_is_named_is_there_once() {
        let kinds: BTreeSet<&str> = KINDS.iter().map(|kind| kind.id).collect();
        assert_eq!(kinds.len(), KINDS.len());
        let ids: BTreeSet<&str> = products().map(|product| product.id).collect();
        assert_eq!(ids.len(), products().count());
        assert!(product(USER_CENTRE).is_some());
        for product in products() {
            assert!(!product.kinds.is_empty(), "{}", product.id);
            for id in product.kinds {
                assert!(kind(id).is_some(), "{} has {id}", product.id);
            }
        }
        for kind in KINDS {
            assert!(
                products().any(|product| product.kinds.contains(&kind.id)),
                "{} is of no product",
                kind.id
            );
        }
        for id in OWN_REGIONS {
            assert!(region(id).is_some(), "{id}");
        }
    }

    #[test]
    fn everything_keeps_to_the_limits_of_its_answer() {
        let fits = |name: Name, most: usize| {
            [name.english, name.chinese]
                .iter()
                .all(|text| (1..=most).contains(&text.encode_utf16().count()))
        };
        for product in products() {
            assert!(
                product.id.len() <= 32 && fits(product.name, 64),
                "{product:?}"
            );
        }
        for kind in KINDS {
            assert!(kind.id.len() <= 32 && fits(kind.name, 64), "{kind:?}");
            for template in kind.templates {
                assert!(fits(template.name, 64) && fits(template.content, 128));
            }
            for field in kind.fields {
                assert!(
                    fits(field.name, 32) && fits(field.description, 128),
                    "{field:?}"
                );
            }
        }
        for dimension in DIMENSIONS {
            assert!(fits(dimension.name, 32) && fits(dimension.category_name, 32));
        }
    }
}
