//! An outbox that outlives clients, as a file does, and that several may share.

use hwc_tickets::{Outbox, Pending, submit::PendingId};
use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex},
};

#[derive(Debug, Clone, Default)]
pub struct Shelf(Arc<Mutex<BTreeMap<PendingId, String>>>);

impl Outbox for Shelf {
    fn put(&self, pending: &Pending) -> io::Result<()> {
        // In its written form, as in a file.
        let written = serde_json::to_string(pending)?;
        self.0.lock().unwrap().insert(pending.id(), written);
        Ok(())
    }

    fn remove(&self, id: &PendingId) -> io::Result<()> {
        self.0.lock().unwrap().remove(id);
        Ok(())
    }

    fn list(&self) -> io::Result<Vec<Pending>> {
        let shelf = self.0.lock().unwrap();
        let read = |written: &String| Ok(serde_json::from_str(written)?);
        shelf.values().map(read).collect()
    }
}
