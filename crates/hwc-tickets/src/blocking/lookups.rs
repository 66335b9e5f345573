//! Look-ups of what a ticket can be opened with, without `async`.

use super::Client;
use crate::{
    catalog::{
        choices::{
            AgreementState, Category, Choices, ExtraField, ProblemType, Product, Quota, Region,
            Severities, Template,
        },
        lookups,
    },
    error::Result,
};
use std::sync::Arc;

/// What a ticket can be opened with: made by [`Client::lookups`]. What each gives stands at the same one of
/// [`Lookups`](crate::lookups::Lookups).
#[derive(Debug, Clone)]
pub struct Lookups {
    client: Client,
    lookups: lookups::Lookups,
}

impl Client {
    /// What a ticket can be opened with, typed and kept for a while: see [`Client::lookups`](crate::Client::lookups). `options` sets
    /// how old an answer may be and more; `|lookups| lookups` leaves all as it is.
    pub fn lookups(&self, options: impl FnOnce(lookups::Lookups) -> lookups::Lookups) -> Lookups {
        Lookups {
            lookups: options(self.client.lookups()),
            client: self.clone(),
        }
    }
}

impl Lookups {
    /// Forgets all that was looked up.
    pub fn refresh(&self) {
        self.lookups.refresh();
    }

    /// The categories with their products.
    ///
    /// # Errors
    /// Every kind of a read; [`ErrorKind::InsideRuntime`](crate::ErrorKind::InsideRuntime) inside an asynchronous runtime.
    pub fn categories(&self) -> Result<Arc<Choices<Category>>> {
        self.client.block_on(|_| self.lookups.categories())
    }

    /// The products without their categories.
    ///
    /// # Errors
    /// As of [`Lookups::categories`].
    pub fn products(&self, name: Option<&str>) -> Result<Arc<Choices<Product>>> {
        self.client.block_on(|_| self.lookups.products(name))
    }

    /// The kinds of problem of a product and a category.
    ///
    /// # Errors
    /// As of [`Lookups::categories`].
    pub fn problem_types(
        &self,
        product: Option<&str>,
        category: Option<&str>,
    ) -> Result<Arc<Choices<ProblemType>>> {
        (self.client).block_on(|_| self.lookups.problem_types(product, category))
    }

    /// The texts to be filled in for a kind of problem.
    ///
    /// # Errors
    /// As of [`Lookups::categories`].
    pub fn templates(&self, problem_type: &str) -> Result<Arc<Choices<Template>>> {
        self.client
            .block_on(|_| self.lookups.templates(problem_type))
    }

    /// The severities for a product and a kind of problem.
    ///
    /// # Errors
    /// As of [`Lookups::categories`].
    pub fn severities(&self, product: &str, problem_type: &str) -> Result<Arc<Severities>> {
        (self.client).block_on(|_| self.lookups.severities(product, problem_type))
    }

    /// The regions that a ticket can be about.
    ///
    /// # Errors
    /// As of [`Lookups::categories`].
    pub fn regions(&self) -> Result<Arc<Choices<Region>>> {
        self.client.block_on(|_| self.lookups.regions())
    }

    /// The extra fields of a kind of problem.
    ///
    /// # Errors
    /// As of [`Lookups::categories`].
    pub fn extra_fields(
        &self,
        problem_type: &str,
        product: Option<&str>,
        category: Option<&str>,
    ) -> Result<Arc<Choices<ExtraField>>> {
        let lookups = &self.lookups;
        (self.client).block_on(|_| lookups.extra_fields(problem_type, product, category))
    }

    /// How many tickets can be opened.
    ///
    /// # Errors
    /// As of [`Lookups::categories`].
    pub fn quota(&self, problem_type: &str, product: Option<&str>) -> Result<Quota> {
        (self.client).block_on(|_| self.lookups.quota(problem_type, product))
    }

    /// The agreement for new tickets, and whether it is signed.
    ///
    /// # Errors
    /// As of [`Lookups::categories`].
    pub fn agreement(&self) -> Result<AgreementState> {
        self.client.block_on(|_| self.lookups.agreement())
    }
}
