//! What is told of a record that was begun with another account, or of which nobody knows with which.

use super::origin::{Kinship, Origin};
use crate::error::{Delivery, Error, ErrorKind, Result};

/// Whether what stands under a key may be answered with. `client`: who asks, `record`: who began it.
///
/// # Errors
/// It is of another account.
pub(crate) fn check_key(client: &Origin, record: Option<&Origin>) -> Result<()> {
    let Some(record) = another(client, record) else {
        return Ok(());
    };
    let difference = client.difference(record);
    let why = format!("the key belongs to another account, so nothing was sent: {difference}");
    Err(Error::local(ErrorKind::InvalidInput, why).with_help(
        "Use the credentials and the address that it was used with, or a key of its own for each account.",
    ))
}

/// Whether a record can be judged. `client`: who looks, `record`: who began it.
///
/// # Errors
/// It is of another account.
pub(crate) fn check_record(client: &Origin, record: Option<&Origin>) -> Result<()> {
    let Some(record) = another(client, record) else {
        return Ok(());
    };
    let difference = client.difference(record);
    let why = format!(
        "it is of another account, so nothing was read and it is not known what became of it: {difference}"
    );
    Err(Error::local(ErrorKind::Credentials, why)
        .with_delivery(Delivery::Unknown)
        .with_help(
            "Reconcile it with the credentials and the address that it was sent with. Where those are gone, look for it in the \
             console, then forget its record.",
        ))
}

/// `why` says that something is not known yet: nothing tells whether what was read is of the same account.
pub(crate) fn not_known_whose(why: &str) -> Error {
    let why = format!(
        "{why}: neither its record nor the credentials tell whose they are, and no ticket that was there before is in the list"
    );
    Error::local(ErrorKind::Credentials, why)
        .with_delivery(Delivery::Unknown)
        .with_help(
            "Look in the console, then forget its record. Where the account of a token is named, the next one can be found out.",
        )
}

fn another<'a>(client: &Origin, record: Option<&'a Origin>) -> Option<&'a Origin> {
    record.filter(|record| client.kinship(Some(record)) == Kinship::Another)
}
