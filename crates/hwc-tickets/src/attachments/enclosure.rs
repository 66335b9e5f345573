//! What a message takes along, uploaded before the message is sent.

use super::{
    limits::UploadLimits,
    source::{AttachmentSource, What},
    upload::{OPERATION, Sending, name_of, opened, within_limits},
};
use crate::{
    api::Source,
    client::Parts,
    error::{Delivery, Error, ErrorKind, Result},
    ids::AttachmentId,
};
use std::{collections::BTreeSet, time::Duration};

/// What a message will name.
pub(crate) struct Enclosed {
    /// All of it, in order.
    pub(crate) ids: Vec<AttachmentId>,
    /// What was uploaded for it now.
    pub(crate) uploaded: Vec<AttachmentId>,
}

/// One of them, looked at.
enum Ready {
    Uploaded(AttachmentId),
    File(Source),
}

/// Uploads what is to be uploaded, one file after the other, and nothing unless all of them can be sent. An error speaks of
/// the message: it was not sent. What was uploaded until then is told by [`Error::uploaded`].
pub(crate) async fn enclose(
    parts: &Parts,
    attachments: &[AttachmentSource],
    total: Duration,
) -> Result<Enclosed> {
    let mut ready = Vec::with_capacity(attachments.len());
    let mut seen = BTreeSet::new();
    for AttachmentSource(what) in attachments {
        ready.push(match what {
            What::Uploaded(id) => {
                if !seen.insert(id) {
                    let detail = format!("the attachment {id} is named twice");
                    return Err(Error::local(ErrorKind::InvalidInput, detail));
                }
                Ready::Uploaded(id.clone())
            }
            What::File(file) => Ready::File(opened(parts, file.clone(), None).await?),
        });
    }
    let mut enclosed = Enclosed {
        ids: Vec::with_capacity(ready.len()),
        uploaded: Vec::new(),
    };
    let has_files = ready.iter().any(|one| matches!(one, Ready::File(_)));
    if has_files {
        let check = |limits: &UploadLimits| {
            limits.check_count(ready.len())?;
            ready.iter().try_for_each(|one| match one {
                Ready::File(source) => limits.check(name_of(source), source.length()),
                Ready::Uploaded(_) => Ok(()),
            })
        };
        within_limits(parts, total, check).await?;
    }
    for one in ready {
        let id = match one {
            Ready::Uploaded(id) => id,
            Ready::File(source) => match Sending::new(source).send(parts).await {
                Ok(uploaded) => {
                    enclosed.uploaded.push(uploaded.id.clone());
                    uploaded.id
                }
                Err(error) => {
                    return Err(error
                        .with_operation(OPERATION)
                        .with_delivery(Delivery::NotSent)
                        .with_uploaded(enclosed.uploaded));
                }
            },
        };
        enclosed.ids.push(id);
    }
    Ok(enclosed)
}
