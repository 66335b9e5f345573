//! Every operation that is described, as its description has it: the calls that no verb of this crate is shaped for by hand,
//! and the plain form of those that are. What is newer than this crate can be called raw.
//!
//! A handle of each kind of thing hangs on the client ([`Client::labels`](crate::Client::labels) and its sisters), calls on one
//! ticket hang on [`Ticket`](crate::Ticket). A call takes what is mandatory, has a method for each value that is not, and is
//! sent when it is awaited; with a blocking client by [`Call::call`]. Lists come as [`Call::pages`] or [`Call::items`].
//! [`Client::call`](crate::Client::call) takes any operation as a value of [`models`], those with a verb included.
//!
//! ```no_run
//! # async fn example(client: hwc_tickets::Client) -> hwc_tickets::Result<()> {
//! client.labels().update(7, "urgent", "#ff0000").await?;
//! let mut labels = client.labels().list().limit(50).items();
//! while let Some(label) = labels.next().await {
//!     println!("{:?}", label?.name);
//! }
//! # Ok(()) }
//! ```
//!
//! A file is uploaded first, named by a message then, and comes back as a [`Download`]. [`Submit::attach`](crate::Submit::attach),
//! [`Client::upload`](crate::Client::upload) and [`Client::download`](crate::Client::download) do it with more care: see
//! [`docs::attachments`](crate::docs::attachments).
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let service = hwc_tickets_sim::Simulator::start().await?;
//! # let client = hwc_tickets::Client::builder().endpoint(service.endpoint()).token(service.credentials().token).build()?;
//! use hwc_tickets::{AttachmentId, api::{Source, Upload}};
//!
//! // From the disk: `Source::file("disk.log")?`.
//! let file = Upload::new(Source::bytes("disk full")).named("disk.log").content_type("text/plain");
//! let stored = client.attachments().upload(r#"{"accessFrom":"message"}"#, file).await?;
//! let id = stored.body.accessory_id.ok_or("no id")?;
//!
//! let attached = AttachmentId::try_from(id.as_str())?;
//! client.ticket("case-123")?.submit("Here is the log.").attach(attached).await?;
//!
//! let download = client.attachments().download(id).await?.body;
//! assert_eq!(download.bytes(1_000_000).await?, "disk full");
//! # Ok(()) }
//! ```
//!
//! The names are the service's own (case is a ticket, accessory an attachment), and this module changes with the
//! description: it does not promise the stability of the verbs. What holds for every call holds here: one judgement of success,
//! deadlines, repeats only of what may be repeated, no secret and no text in `Debug`.
//! A value beyond a documented limit is refused before anything is sent.

pub(crate) mod call;
mod content;
pub(crate) mod described;
mod download;
pub(crate) mod held;
mod list;
mod operation;
mod paged;
mod pages;
mod response;
mod rows;
#[cfg(test)]
mod tests;
mod walk;

#[rustfmt::skip]
#[allow(
    clippy::all,
    rustdoc::all,
    unused_imports,
    unused_qualifications,
    reason = "generated: its form is the generator's, and nobody edits it"
)]
mod generated;

pub use call::Call;
pub use content::Content;
pub use described::{Caller, Described};
pub use download::Download;
pub use generated::*;
pub use hwc_core::{Source, Unreadable, body::SourceError};
pub use hwc_tickets_wire::{Breach, Exceeded, Limit, ListAnswer, Undecodable, Unit, Upload};
pub use list::{Interrupted, List, ListReport, Page};
pub use operation::{Answer, Arguments, Column, JsonPages, Kind, Operation, Value};
pub use paged::{Paged, PagedBy};
pub use pages::{Items, Pages};
pub use response::Response;
