//! What the ledgers say at the end of the day.

use super::{
    actor::{Actor, End, Job},
    service::{CONTENT, Service},
};
use crate::schedules::Tally;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

impl Service {
    /// How often a job stands in its ledger.
    pub fn count(&self, job: &Job) -> usize {
        match job.is_ticket {
            true => self.opening.world().made(job.op).len(),
            false => self.desk.service.world().arrived(job.op),
        }
    }

    /// The files of everything that is in a ledger, with the operation that made it.
    fn attached(&self) -> Vec<(Option<u64>, bool, Vec<String>)> {
        let world = self.desk.service.world();
        let messages = world.tickets.values().flatten();
        let messages = messages.map(|it| (it.op, false, it.attachments.clone()));
        let mut all: Vec<_> = messages.collect();
        drop(world);
        let world = self.opening.world();
        let tickets = world.tickets.iter();
        all.extend(tickets.map(|it| (it.op, true, it.attachments.clone())));
        all
    }
}

/// What is wrong.
pub fn judge(service: &Service, actors: &[&Actor], tally: &mut Tally) -> Vec<String> {
    let mut found = Vec::new();
    let stored: BTreeMap<String, String> = (service.desk.files().stored.iter())
        .map(|file| (file.id.clone(), file.name.clone()))
        .collect();
    let attached = service.attached();
    for actor in actors {
        found.extend(actor.found.iter().cloned());
        for event in actor.events.iter().copied() {
            tally.add(event, 1);
        }
        for job in &actor.jobs {
            let count = service.count(job);
            let fits = match job.end {
                End::Done => count == 1,
                End::NotDone => count == 0,
                End::Open => count <= 1,
            };
            if !fits {
                found.push(format!("{job:?} stands {count} times in the end"));
            }
            let own = (attached.iter())
                .filter(|(op, is_ticket, _)| *op == Some(job.op) && *is_ticket == job.is_ticket);
            for (_, _, ids) in own {
                let names: Vec<&String> = ids.iter().filter_map(|id| stored.get(id)).collect();
                if !names.into_iter().eq(&job.files) {
                    found.push(format!("{job:?} has other files: {ids:?}"));
                }
            }
        }
        judge_folder(actor, &mut found);
    }
    let all: Vec<&String> = attached.iter().flat_map(|(_, _, ids)| ids).collect();
    let once: BTreeSet<&String> = all.iter().copied().collect();
    if once.len() < all.len() {
        found.push(format!("attached twice: {all:?}"));
    }
    // What is stored and attached to nothing was told by its id, or it was told that there may be one.
    let orphans = stored.keys().filter(|id| !once.contains(id));
    let is_named = |id: &&String| actors.iter().any(|actor| actor.told.contains(*id));
    let (named, unnamed): (Vec<&String>, Vec<&String>) = orphans.partition(is_named);
    let may = actors.iter().map(|actor| actor.lost).sum::<usize>();
    if unnamed.len() > may {
        found.push(format!("nobody was told of {unnamed:?}"));
    }
    tally.add("named orphans", named.len() as u64);
    tally.add("orphans", (named.len() + unnamed.len()) as u64);
    found
}

/// Under a final name is a whole file or none, and nothing else lies about.
fn judge_folder(actor: &Actor, found: &mut Vec<String>) {
    let mut there = BTreeSet::new();
    for entry in fs::read_dir(actor.folder.path()).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if entry.metadata().unwrap().len() != CONTENT as u64 {
            found.push(format!("half a file: {name}"));
        }
        there.insert(name);
    }
    let may_be = |name: &String| actor.may_be_saved.contains(name);
    let others = there.difference(&actor.saved);
    if !actor.saved.is_subset(&there) || !others.into_iter().all(may_be) {
        found.push(format!("{there:?} instead of {:?}", actor.saved));
    }
}
