//! An outbox that outlives clients, as a file does, and that several may share.

use hwc_tickets::{Outbox, Pending, PendingTicket, Removal, submit::PendingId};
use serde::{Serialize, de::DeserializeOwned};
use std::{
    collections::BTreeMap,
    io,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

/// Records in their written form, as in a file.
type Board = Mutex<BTreeMap<PendingId, String>>;

#[derive(Debug, Clone, Default)]
pub struct Shelf(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    messages: Board,
    tickets: Board,
    removed: Mutex<Vec<Removal>>,
    listings: AtomicUsize,
    damage: Mutex<Option<&'static str>>,
    /// Records that can still be written. `None`: any number.
    room: Mutex<Option<usize>>,
}

impl Shelf {
    /// How often its messages were listed.
    pub fn listings(&self) -> usize {
        self.0.listings.load(Ordering::Relaxed)
    }

    /// From now on, one record cannot be read, for this reason; `None`: all can.
    pub fn damage(&self, reason: Option<&'static str>) {
        *self.0.damage.lock().unwrap() = reason;
    }

    /// Why records were removed, in their order.
    pub fn removed(&self) -> Vec<Removal> {
        self.0.removed.lock().unwrap().clone()
    }

    /// So many more records can be written; `None`: any number.
    pub fn room(&self, records: Option<usize>) {
        *self.0.room.lock().unwrap() = records;
    }

    fn writable(&self) -> io::Result<()> {
        match &mut *self.0.room.lock().unwrap() {
            Some(0) => Err(io::ErrorKind::StorageFull.into()),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn readable(&self) -> io::Result<()> {
        match *self.0.damage.lock().unwrap() {
            Some(reason) => Err(io::Error::new(io::ErrorKind::InvalidData, reason)),
            None => Ok(()),
        }
    }
}

fn put(board: &Board, id: PendingId, record: &impl Serialize) -> io::Result<()> {
    let written = serde_json::to_string(record)?;
    board.lock().unwrap().insert(id, written);
    Ok(())
}

fn read<R: DeserializeOwned>(board: &Board) -> io::Result<Vec<R>> {
    let board = board.lock().unwrap();
    let read = |written: &String| Ok(serde_json::from_str(written)?);
    board.values().map(read).collect()
}

impl Outbox for Shelf {
    fn put(&self, pending: &Pending) -> io::Result<()> {
        self.writable()?;
        put(&self.0.messages, pending.id(), pending)
    }

    fn remove(&self, id: &PendingId) -> io::Result<()> {
        self.0.messages.lock().unwrap().remove(id);
        Ok(())
    }

    fn list(&self) -> io::Result<Vec<Pending>> {
        self.0.listings.fetch_add(1, Ordering::Relaxed);
        read(&self.0.messages)
    }

    fn list_all(&self) -> io::Result<Vec<Pending>> {
        self.readable()?;
        self.list()
    }

    fn remove_because(&self, id: &PendingId, why: Removal) -> io::Result<()> {
        self.0.removed.lock().unwrap().push(why);
        self.remove(id)
    }

    fn put_ticket(&self, pending: &PendingTicket) -> io::Result<()> {
        self.writable()?;
        put(&self.0.tickets, pending.id(), pending)
    }

    fn remove_ticket(&self, id: &PendingId, why: Removal) -> io::Result<()> {
        self.0.removed.lock().unwrap().push(why);
        self.0.tickets.lock().unwrap().remove(id);
        Ok(())
    }

    fn list_tickets(&self) -> io::Result<Vec<PendingTicket>> {
        self.readable()?;
        read(&self.0.tickets)
    }
}
