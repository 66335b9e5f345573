//! An outbox that outlives clients, as a file does, and that several may share.

use hwc_tickets::{Outbox, Pending, submit::PendingId};
use std::{
    collections::BTreeMap,
    io,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

#[derive(Debug, Clone, Default)]
pub struct Shelf(
    Arc<Mutex<BTreeMap<PendingId, String>>>,
    Arc<AtomicUsize>,
    Arc<Mutex<Option<&'static str>>>,
);

impl Shelf {
    /// How often it was listed.
    pub fn listings(&self) -> usize {
        self.1.load(Ordering::Relaxed)
    }

    /// From now on, one record cannot be read, for this reason; `None`: all can.
    pub fn damage(&self, reason: Option<&'static str>) {
        *self.2.lock().unwrap() = reason;
    }
}

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
        self.1.fetch_add(1, Ordering::Relaxed);
        let shelf = self.0.lock().unwrap();
        let read = |written: &String| Ok(serde_json::from_str(written)?);
        shelf.values().map(read).collect()
    }

    fn list_all(&self) -> io::Result<Vec<Pending>> {
        match *self.2.lock().unwrap() {
            Some(reason) => Err(io::Error::new(io::ErrorKind::InvalidData, reason)),
            None => self.list(),
        }
    }
}
