//! Typed look-ups of what a ticket can be opened with, kept for a while.

use super::{
    choices::{
        Agreement, AgreementState, Category, Choices, ExtraField, FieldKind, ProblemType, Product,
        Quota, Region, Severities, Severity, Template, Whole,
    },
    kept::{Answers, Kept},
};
use crate::{
    client::Client,
    error::{Error, ErrorKind, Result},
};
use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// How old an answer may be, unless it is said otherwise.
pub const LIFETIME: Duration = Duration::from_secs(600);

/// The kind of agreement for new tickets of common users.
const FOR_TICKETS: &str = "0";
/// The kind of problem that reports a fault, and the one that asks something.
const FAULT: &str = "5";
const CONSULTATION: &str = "0";

/// What a ticket can be opened with, typed and kept for a while: made by [`Client::lookups`]. Making one sends nothing.
///
/// A client and its clones share what was looked up. Quota and agreement are asked for each time: they change with what is done.
/// So is a list that is not whole.
///
/// ```no_run
/// # async fn example(client: hwc_tickets::Client) -> hwc_tickets::Result<()> {
/// let lookups = client.lookups();
/// for category in &*lookups.categories().await? {
///     for product in &category.products {
///         println!("{} / {} ({})", category.name, product.name, product.id);
///     }
/// }
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
#[must_use = "nothing is looked up before one of its methods is awaited"]
pub struct Lookups {
    client: Client,
    age: Duration,
    timeout: Option<Duration>,
    /// Whether this one or a clone of it gave an answer that was kept.
    gave_kept: Arc<AtomicBool>,
}

impl Client {
    /// What a ticket can be opened with, typed and kept for a while. The same calls in the service's own words, one
    /// by one and never kept, are those of [`Client::catalog`].
    pub fn lookups(&self) -> Lookups {
        Lookups {
            client: self.clone(),
            age: LIFETIME,
            timeout: None,
            gave_kept: Arc::default(),
        }
    }
}

impl Lookups {
    /// How old an answer may be that is given again. Default: ten minutes. With [`Duration::ZERO`] each is asked for anew
    /// and kept for others.
    pub fn no_older_than(mut self, age: Duration) -> Self {
        self.age = age;
        self
    }

    /// Total deadline of each call. Default: that of the client (30 s).
    pub fn timeout(mut self, total: Duration) -> Self {
        self.timeout = Some(total);
        self
    }

    /// Forgets all that was looked up, for this client and its clones: it is asked for anew.
    pub fn refresh(&self) {
        self.kept().forget();
    }

    /// The categories with their products: the first step of opening a ticket.
    ///
    /// # Errors
    /// Every kind of a read.
    pub async fn categories(&self) -> Result<Arc<Choices<Category>>> {
        let read = async {
            let answer = self.client.catalog().categories();
            let answer = answer.timeout(self.deadline()).await?;
            let is_whole = answer.undecodable.is_empty() && !answer.partial_failure;
            let body = answer.body;
            let items: Vec<Category> = (body.incident_sub_type_list.unwrap_or_default())
                .into_iter()
                .map(|category| Category {
                    id: category.incident_sub_type_id.unwrap_or_default(),
                    name: category.incident_sub_type_name.unwrap_or_default(),
                    products: (category.incident_product_category_list.unwrap_or_default())
                        .into_iter()
                        .map(|product| Product {
                            id: product.incident_product_category_id.unwrap_or_default(),
                            name: product.incident_product_category_name.unwrap_or_default(),
                            acronym: (product.incident_product_category_acronym)
                                .unwrap_or_default(),
                            description: (product.incident_product_category_desc)
                                .unwrap_or_default(),
                        })
                        .collect(),
                })
                .collect();
            Ok::<_, Error>(whole(items, is_whole, body.total_count))
        };
        self.get(&self.kept().categories, (), read).await
    }

    /// The products without their categories: all, or those with a name.
    ///
    /// # Errors
    /// Every kind of a read.
    pub async fn products(&self, name: Option<&str>) -> Result<Arc<Choices<Product>>> {
        let read = async {
            let mut call = self.client.catalog().products();
            if let Some(name) = name {
                call = call.product_category_name(name);
            }
            let answer = call.timeout(self.deadline()).await?;
            let is_whole = answer.undecodable.is_empty() && !answer.partial_failure;
            let body = answer.body;
            let items = (body.incident_product_category_list.unwrap_or_default())
                .into_iter()
                .map(|product| Product {
                    id: product.incident_product_category_id.unwrap_or_default(),
                    name: product.incident_product_category_name.unwrap_or_default(),
                    acronym: (product.incident_product_category_acronym).unwrap_or_default(),
                    description: product.incident_product_category_desc.unwrap_or_default(),
                })
                .collect();
            Ok::<_, Error>(whole(items, is_whole, body.total_count))
        };
        let key = name.map(str::to_owned);
        self.get(&self.kept().products, key, read).await
    }

    /// The kinds of problem of a product and a category. Without a product no document tells what comes (D-87).
    ///
    /// # Errors
    /// Every kind of a read.
    pub async fn problem_types(
        &self,
        product: Option<&str>,
        category: Option<&str>,
    ) -> Result<Arc<Choices<ProblemType>>> {
        let read = async {
            let mut call = self.client.catalog().problem_types();
            if let Some(product) = product {
                call = call.product_category_id(product);
            }
            if let Some(category) = category {
                call = call.incident_sub_type_id(category);
            }
            let answer = call.timeout(self.deadline()).await?;
            let is_whole = answer.undecodable.is_empty() && !answer.partial_failure;
            let body = answer.body;
            let items = (body.incident_business_type_list.unwrap_or_default())
                .into_iter()
                .map(|kind| ProblemType {
                    id: kind.business_type_id.unwrap_or_default(),
                    name: kind.business_type_name.unwrap_or_default(),
                    is_fault: match kind.case_type.as_deref() {
                        Some(FAULT) => Some(true),
                        Some(CONSULTATION) => Some(false),
                        _ => None,
                    },
                    has_support_plan: kind.can_use_support_plan,
                })
                .collect();
            Ok::<_, Error>(whole(items, is_whole, body.total_count))
        };
        let key = (product.map(str::to_owned), category.map(str::to_owned));
        self.get(&self.kept().problem_types, key, read).await
    }

    /// The texts to be filled in that the service has for a kind of problem.
    ///
    /// # Errors
    /// Every kind of a read.
    pub async fn templates(&self, problem_type: &str) -> Result<Arc<Choices<Template>>> {
        let read = async {
            let call = self.client.catalog().templates(problem_type);
            let answer = call.timeout(self.deadline()).await?;
            let is_whole = answer.undecodable.is_empty() && !answer.partial_failure;
            let body = answer.body;
            let items = (body.incident_template_list.unwrap_or_default())
                .into_iter()
                .map(|template| Template {
                    id: template.incident_template_id.unwrap_or_default(),
                    name: template.incident_template_name.unwrap_or_default(),
                    text: template.incident_template_content.unwrap_or_default(),
                })
                .collect();
            Ok::<_, Error>(whole(items, is_whole, body.total_count))
        };
        let key = problem_type.to_owned();
        self.get(&self.kept().templates, key, read).await
    }

    /// The severities for a product and a kind of problem, and whether a form asks for one.
    ///
    /// # Errors
    /// Every kind of a read.
    pub async fn severities(&self, product: &str, problem_type: &str) -> Result<Arc<Severities>> {
        let read = async {
            let call = self.client.catalog().severities(product, problem_type);
            let answer = call.timeout(self.deadline()).await?;
            let is_whole = answer.undecodable.is_empty()
                && !answer.partial_failure
                && answer.body.severity_list.is_some();
            let items = (answer.body.severity_list.unwrap_or_default())
                .into_iter()
                .map(|severity| Severity {
                    id: severity.severity_id.unwrap_or_default(),
                    name: severity.severity_name.unwrap_or_default(),
                })
                .collect();
            Ok::<_, Error>(Severities {
                is_asked: answer.body.show,
                choices: whole(items, is_whole, None),
            })
        };
        let key = (product.to_owned(), problem_type.to_owned());
        self.get(&self.kept().severities, key, read).await
    }

    /// The regions that a ticket can be about. The report of a fault needs one.
    ///
    /// # Errors
    /// Every kind of a read.
    pub async fn regions(&self) -> Result<Arc<Choices<Region>>> {
        let read = async {
            let call = self.client.catalog().regions();
            let answer = call.timeout(self.deadline()).await?;
            let is_whole = answer.undecodable.is_empty() && !answer.partial_failure;
            let body = answer.body;
            let items = (body.data_center_list.unwrap_or_default())
                .into_iter()
                .map(|region| Region {
                    id: region.region_id.unwrap_or_default(),
                    name: region.region_name.unwrap_or_default(),
                    kind: region.type_,
                })
                .collect();
            Ok::<_, Error>(whole(items, is_whole, body.total_count))
        };
        self.get(&self.kept().regions, (), read).await
    }

    /// The extra fields of a kind of problem, with what they take and their limits.
    ///
    /// # Errors
    /// Every kind of a read.
    pub async fn extra_fields(
        &self,
        problem_type: &str,
        product: Option<&str>,
        category: Option<&str>,
    ) -> Result<Arc<Choices<ExtraField>>> {
        let read = async {
            let mut call = self.client.catalog().extra_fields(problem_type);
            if let Some(product) = product {
                call = call.product_category_id(product);
            }
            if let Some(category) = category {
                call = call.incident_sub_type_id(category);
            }
            let answer = call.timeout(self.deadline()).await?;
            let is_whole = answer.undecodable.is_empty()
                && !answer.partial_failure
                && answer.body.extends_params.is_some();
            let items = (answer.body.extends_params.unwrap_or_default())
                .into_iter()
                .map(|field| {
                    let hint = [field.param_desc, field.tips];
                    let hint: Vec<String> = (hint.into_iter().flatten())
                        .filter(|text| !text.is_empty())
                        .collect();
                    // Where neither is more than 0, nobody stated a range.
                    let has_range = field.max_value.is_some_and(|max| max > 0);
                    ExtraField {
                        key: field.param_key.unwrap_or_default(),
                        name: field.param_name.unwrap_or_default(),
                        description: hint.join(" "),
                        kind: FieldKind::from_code(field.param_type),
                        is_required: field.required == Some(1),
                        is_shown: field.is_show.map(|shown| shown == 1),
                        is_sensitive: field.is_sensitive == Some(1),
                        length: (field.length)
                            .and_then(|length| u64::try_from(length).ok())
                            .filter(|length| *length > 0),
                        min: field.min_value.filter(|_| has_range),
                        max: field.max_value.filter(|_| has_range),
                        default: field.default_value.unwrap_or_default(),
                        choices_text: field.select_item.unwrap_or_default(),
                    }
                })
                .collect();
            Ok::<_, Error>(whole(items, is_whole, None))
        };
        let of = (product.map(str::to_owned), category.map(str::to_owned));
        let key = (problem_type.to_owned(), of);
        self.get(&self.kept().extra_fields, key, read).await
    }

    /// How many tickets of a kind of problem and a product can be opened. Asked for each time.
    ///
    /// # Errors
    /// Every kind of a read.
    pub async fn quota(&self, problem_type: &str, product: Option<&str>) -> Result<Quota> {
        let mut call = self.client.catalog().quotas(problem_type);
        if let Some(product) = product {
            call = call.product_category_id(product);
        }
        let answer = call.timeout(self.deadline()).await?;
        // A number without a reading is not "no limit".
        answer.needs("total")?;
        answer.needs("un_used")?;
        let answer = answer.body;
        // A number below zero presumably says that there is no limit (D-90).
        let known = |number: Option<i64>| number.and_then(|number| u64::try_from(number).ok());
        Ok(Quota {
            total: known(answer.total),
            left: known(answer.un_used),
        })
    }

    /// The agreement for new tickets, and whether it is signed. Asked for each time. It is shown, and never signed here: see
    /// [`CreateTicket::agreed`](crate::CreateTicket::agreed).
    ///
    /// # Errors
    /// Every kind of a read. [`ErrorKind::Protocol`] when the service does not say whether it is signed.
    pub async fn agreement(&self) -> Result<AgreementState> {
        let call = self.client.agreements().latest();
        let call = call.agreement_type(FOR_TICKETS);
        let latest = match call.timeout(self.deadline()).await {
            Ok(answer) => {
                // One without a reading is not "none".
                answer.needs("case_agreement")?;
                answer.body.case_agreement
            }
            // A gateway speaks of the address, not of an agreement.
            Err(error) if error.kind() == ErrorKind::NotFound && !error.has_gateway_code() => None,
            Err(error) => return Err(error),
        };
        let Some(latest) = latest else {
            return Ok(AgreementState::None);
        };
        let call = self.client.agreements().signed();
        let call = call.agreement_type(FOR_TICKETS);
        let answer = call.timeout(self.deadline()).await?;
        answer.needs("is_signed_latest")?;
        match answer.body.is_signed_latest {
            Some(true) => Ok(AgreementState::Signed),
            Some(false) => Ok(AgreementState::Unsigned(Box::new(Agreement {
                id: latest.id.unwrap_or_default(),
                name: latest.agreement_name.unwrap_or_default(),
                version: latest.version,
                text: latest.content.unwrap_or_default(),
            }))),
            // Nobody agrees a second time because something is not said.
            None => Err(answer.unlike("there is no is_signed_latest")),
        }
    }

    /// Whether the phone number (`is_phone`) or mail address `contact` has to be verified before a ticket may name it. `None`:
    /// the service did not say. Asked for each time.
    pub(crate) async fn needs_verification(
        &self,
        contact: &str,
        is_phone: bool,
        area_code: Option<&str>,
    ) -> Result<Option<bool>> {
        let way = i64::from(!is_phone);
        let mut call = self.client.contacts().need_verification(contact, way);
        if let Some(code) = area_code.filter(|_| is_phone) {
            call = call.area_code(code);
        }
        let answer = call.timeout(self.deadline()).await?.body;
        Ok(answer.need_verify_code.map(|needed| needed == 1))
    }

    /// Signs an agreement in the name of the caller, which binds.
    pub(crate) async fn sign(&self, agreement: &Agreement) -> Result<()> {
        let Ok(id) = agreement.id.parse::<i64>() else {
            let why = "the agreement cannot be signed: its id is no number";
            return Err(Error::local(ErrorKind::Protocol, why)
                .with_help("Sign it in the console, then open the ticket."));
        };
        let call = self.client.agreements().sign(id);
        call.timeout(self.deadline()).await.map(drop)
    }

    /// Whether this one or a clone of it gave an answer that was kept.
    pub(crate) fn gave_kept(&self) -> bool {
        self.gave_kept.load(Ordering::Relaxed)
    }

    fn deadline(&self) -> Duration {
        self.timeout.unwrap_or(self.client.parts().deadline)
    }

    fn kept(&self) -> &Kept {
        &self.client.parts().catalog.kept
    }

    /// What is kept under `key`, or else what `read` brings.
    async fn get<K: Ord, V: Whole>(
        &self,
        answers: &Answers<K, V>,
        key: K,
        read: impl Future<Output = Result<V>>,
    ) -> Result<Arc<V>> {
        let now = self.client.parts().clock.elapsed();
        if !self.age.is_zero()
            && let Some(answer) = answers.get(&key, now, self.age)
        {
            self.gave_kept.store(true, Ordering::Relaxed);
            return Ok(answer);
        }
        let asked = answers.ask(now);
        let answer = Arc::new(read.await?);
        // What is not whole may be whole the next time.
        if answer.is_whole() {
            answers.put(key, asked, Arc::clone(&answer));
        }
        Ok(answer)
    }
}

/// A list to choose from, which is whole if nothing of it was lost and it has as many items as the answer says.
fn whole<T>(items: Vec<T>, is_whole: bool, total: Option<i64>) -> Choices<T> {
    let has_all =
        total.is_none_or(|total| usize::try_from(total).is_ok_and(|it| it <= items.len()));
    Choices::new(items, is_whole && has_all)
}
