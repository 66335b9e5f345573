//! The calls about attachments.

use super::limits::UploadLimits;
use crate::{
    ids::AttachmentId,
    service::{About, Response, Service},
};
use hwc_core::{CallOptions, Download, Fault, Source};
use hwc_tickets_wire::{
    Upload,
    attachments::{DownloadAccessories, ShowAccessoryLimits, UploadAccessory},
};

impl Service {
    /// `uploadAccessory`. `what_for` is the form's JSON text.
    pub(super) async fn upload(
        &self,
        what_for: &str,
        source: Source,
        content_type: Option<&str>,
        options: &CallOptions,
    ) -> Result<Response<AttachmentId>, Fault> {
        let mut file = Upload::new(source);
        if let Some(kind) = content_type {
            file = file.content_type(kind);
        }
        let request = UploadAccessory::new(what_for, file);
        let answer = self.send(&request, options).await?;
        let told = answer.body.accessory_id.as_deref();
        match told.and_then(|id| AttachmentId::lenient(id).ok()) {
            Some(id) => Ok(answer.map(|_| id)),
            None => Err(answer.unlike("accessory_id is not an id that can be used")),
        }
    }

    /// `showAccessoryLimits`.
    pub(super) async fn upload_limits(
        &self,
        options: &CallOptions,
    ) -> Result<Response<UploadLimits>, Fault> {
        let request = ShowAccessoryLimits::default();
        let answer = self.send(&request, options).await?;
        answer.needs("accessory_limit")?;
        if answer.body.accessory_limit.is_none() {
            return Err(answer.unlike("there is no accessory_limit"));
        }
        Ok(answer.map(|body| {
            let limits = body.accessory_limit.map(|told| {
                UploadLimits::read(
                    told.limit_count.as_deref(),
                    told.limit_size.as_deref(),
                    told.limit_file_type.as_deref(),
                )
            });
            limits.unwrap_or_default()
        }))
    }

    /// `downloadAccessories`, of one file.
    pub(super) async fn download(
        &self,
        id: &AttachmentId,
        about: About<'_>,
    ) -> Result<Response<Download>, Fault> {
        let mut request = DownloadAccessories::new(id.as_str());
        request.group_id = about.group();
        self.send(&request, about.options).await
    }
}
