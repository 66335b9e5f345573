//! Unread messages handled at least once: marked read only after the handler succeeded.

use hwc_tickets::{Message, Ticket};
use std::{error::Error, sync::Mutex};

/// Another system that takes messages.
#[derive(Debug, Default)]
pub(crate) struct Jira {
    pub(crate) is_down: bool,
    pub(crate) posts: Mutex<Vec<String>>,
}

impl Jira {
    async fn post(&self, message: Message) -> Result<(), Box<dyn Error>> {
        if self.is_down {
            return Err("the other system is down".into());
        }
        let mut posts = self.posts.lock().map_err(|error| error.to_string())?;
        posts.push(message.content);
        Ok(())
    }
}

pub(crate) async fn drain_unread(ticket: &Ticket, jira: &Jira) -> Result<u64, Box<dyn Error>> {
    let drained = ticket
        .drain_unread(|message| async move { jira.post(message).await })
        .await?;
    Ok(drained.handled)
}
