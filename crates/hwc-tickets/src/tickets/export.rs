//! A ticket as a file.

use super::ticket::Ticket;
use crate::{
    api::{Download, models::tickets::DownloadCases},
    attachments::Saved,
    error::{Error, Result},
    files::Arrival,
};
use std::{
    future::{Future, IntoFuture},
    path::PathBuf,
    pin::Pin,
    sync::Arc,
    time::Duration,
};

const OPERATION: &str = "export ticket";
/// Language of the file, unless the call says otherwise.
const LANGUAGE: &str = "en-us";

/// A ticket as a file: made by [`Ticket::export`]. Awaited, it is the file under way; or it is saved with [`Export::to`].
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
    /// let saved = ticket.export().to("ticket.xlsx").await?;
    /// println!("{} bytes", saved.bytes);
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

    /// Lets [`Export::to`] put the file in the place of another one.
    pub fn overwrite(mut self) -> Self {
        self.overwrite = true;
        self
    }

    /// Saves the file as `path`. It stands there whole or not at all, readable by its owner alone; what stands there before is
    /// left alone, unless [`Export::overwrite`] was told.
    ///
    /// # Errors
    /// [`ErrorKind::Storage`](crate::ErrorKind::Storage) when it cannot be written or there is another one; every kind of a read.
    pub async fn to(self, path: impl Into<PathBuf> + Send) -> Result<Saved> {
        let id = self.ticket.id.clone();
        let outcome = self.save(path.into()).await;
        outcome.map_err(|error| error.with_operation(OPERATION).with_ticket(&id))
    }

    async fn save(self, path: PathBuf) -> Result<Saved> {
        let clock = Arc::clone(&self.ticket.client.parts().clock);
        // What cannot be written is found out before anything is asked for.
        let mut file = Arrival::begin(&clock, path, self.overwrite).await?;
        let mut download = self.await?;
        while let Some(piece) = download.chunk().await? {
            file = file.add(piece).await?;
        }
        Ok(Saved::new(file.finish().await?, download.received()))
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
