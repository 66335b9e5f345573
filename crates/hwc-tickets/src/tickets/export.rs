//! A ticket as a file.

use super::ticket::Ticket;
use crate::{
    api::{Download, models::tickets::DownloadCases},
    error::{Error, ErrorKind, Result},
    files::NewFile,
};
use std::{
    future::{Future, IntoFuture},
    io,
    path::Path,
    pin::Pin,
    time::Duration,
};

const OPERATION: &str = "export ticket";
/// Language of the file, unless the call says otherwise.
const LANGUAGE: &str = "en-us";

/// A ticket as a file: made by [`Ticket::export`]. Awaited, it is the file under way; or it is written with [`Export::save_as`].
#[derive(Debug, Clone)]
#[must_use = "nothing is sent before it is awaited"]
pub struct Export {
    ticket: Ticket,
    language: String,
    timeout: Option<Duration>,
    overwrite: bool,
}

impl Ticket {
    /// The ticket as a file, with times in the zone of the client. The format of the file is not documented (D-71); nor does the
    /// service take a group here. For many tickets see `client.tickets().export(..)`.
    ///
    /// ```no_run
    /// # async fn example(ticket: hwc_tickets::Ticket) -> hwc_tickets::Result<()> {
    /// let bytes = ticket.export().save_as("ticket.xlsx").await?;
    /// # Ok(()) }
    /// ```
    pub fn export(&self) -> Export {
        Export {
            ticket: self.clone(),
            language: LANGUAGE.to_owned(),
            timeout: None,
            overwrite: false,
        }
    }
}

impl Export {
    /// Language of the file. Default: `en-us`.
    pub fn language(mut self, tag: impl Into<String>) -> Self {
        self.language = tag.into();
        self
    }

    /// Total deadline. Default: none but the limit of silence.
    pub fn timeout(mut self, total: Duration) -> Self {
        self.timeout = Some(total);
        self
    }

    /// Lets [`Export::save_as`] put the file in the place of another one.
    pub fn overwrite(mut self) -> Self {
        self.overwrite = true;
        self
    }

    /// Writes the file to `path`, and gives its length in bytes. It stands there whole or not at all, readable by its owner alone;
    /// what stands there before is left alone, unless [`Export::overwrite`] was told.
    ///
    /// # Errors
    /// [`ErrorKind::Storage`] when it cannot be written or there is another one; every kind of a read.
    pub async fn save_as(self, path: impl AsRef<Path> + Send) -> Result<u64> {
        let path = path.as_ref().to_owned();
        let id = self.ticket.id.clone();
        let stored = |error: io::Error| {
            let detail = format!("the file could not be written: {error}");
            Error::local(ErrorKind::Storage, detail)
                .with_operation(OPERATION)
                .with_ticket(&id)
                .with_source(error)
        };
        let mut new = NewFile::begin(path, self.overwrite).map_err(stored)?;
        let overwrite = self.overwrite;
        let mut file = self.await?;
        while let Some(piece) = file.chunk().await? {
            new.write(&piece).map_err(stored)?;
        }
        new.finish(overwrite).map_err(stored)?;
        Ok(file.received())
    }
}

impl IntoFuture for Export {
    type Output = Result<Download>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        let client = self.ticket.client;
        let zone = client.parts().service.zone().to_string();
        let mut request = DownloadCases::new(self.language, zone);
        request.incident_id = Some(self.ticket.id.to_string());
        let mut call = client.call(request);
        if let Some(total) = self.timeout {
            call = call.timeout(total);
        }
        let id = self.ticket.id;
        Box::pin(async move {
            let answer = call.await;
            let named = |error: Error| error.with_operation(OPERATION).with_ticket(&id);
            answer.map(|answer| answer.body).map_err(named)
        })
    }
}
