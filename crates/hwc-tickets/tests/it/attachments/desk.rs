//! A service that takes files, beside the messages of the ledger.

use crate::ledger::{Service, world::OWN};
use hwc_core::testing::{CapturedRequest, FakeClock, Step};
use hwc_tickets::{Client, ClientBuilder};
use serde_json::json;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard},
};

pub const TICKET: &str = "case-1";

/// What becomes of one upload in place of a yes.
#[derive(Debug, Clone)]
pub struct Lost {
    pub step: Step,
    /// Whether the file is stored.
    pub stores: bool,
}

/// A stored file.
#[derive(Debug, Clone)]
pub struct Stored {
    pub id: String,
    pub name: String,
    /// The form as it came.
    pub body: String,
}

#[derive(Default)]
pub struct Files {
    /// What the service says of its limits.
    pub limits: Option<Step>,
    /// How often it was asked for them.
    pub asked: usize,
    /// What happens to the next uploads; then all is well.
    pub faults: VecDeque<Lost>,
    pub stored: Vec<Stored>,
    /// What downloads get.
    pub download: Option<Step>,
}

/// The service and its files.
#[derive(Clone)]
pub struct Desk {
    pub service: Service,
    pub files: Arc<Mutex<Files>>,
}

pub fn limits(count: &str, megabytes: &str, kinds: &str) -> Step {
    let told = json!({
        "limit_count": count,
        "limit_size": megabytes,
        "limit_file_type": kinds,
    });
    Step::json(200, json!({ "accessory_limit": told }).to_string())
}

impl Desk {
    pub fn new() -> Self {
        let service = Service::new();
        service
            .world()
            .post(TICKET, 1, "engineer", "Please send the log.");
        service.world().post(TICKET, 0, OWN, "an earlier one");
        let desk = Self {
            service,
            files: Arc::default(),
        };
        let (files, world) = (desk.files.clone(), desk.service.world.clone());
        let line = desk.service.line.clone().answering(move |request| {
            match request.uri.path().contains("/accessorys") {
                true => files.lock().unwrap().serve(request),
                false => world.lock().unwrap().serve(request, None),
            }
        });
        drop(line);
        desk
    }

    pub fn files(&self) -> MutexGuard<'_, Files> {
        self.files.lock().unwrap()
    }

    pub fn clock(&self) -> &FakeClock {
        &self.service.clock
    }

    pub fn builder(&self) -> ClientBuilder {
        self.service.builder()
    }

    pub fn client(&self) -> Client {
        self.service.client()
    }

    /// Writes so far, of files and of messages.
    pub fn posts(&self) -> usize {
        self.service.requests("POST")
    }

    /// The attachments of each message that was sent, in order.
    pub fn attached(&self) -> Vec<Vec<String>> {
        let world = self.service.world();
        let messages = world.tickets[TICKET].iter().skip(2);
        messages
            .map(|message| message.attachments.clone())
            .collect()
    }
}

impl Files {
    pub fn serve(&mut self, request: &CapturedRequest) -> Step {
        let last = request.uri.path().rsplit('/').next().unwrap();
        match (request.method.as_str(), last) {
            ("GET", "limits") => {
                self.asked += 1;
                let usual = || limits("5", "4", "log,txt,zip");
                self.limits.clone().unwrap_or_else(usual)
            }
            ("POST", "accessorys") => self.store(request),
            ("GET", _) => self.download.clone().unwrap(),
            other => panic!("the test service has no route for {other:?}"),
        }
    }

    fn store(&mut self, request: &CapturedRequest) -> Step {
        let body = String::from_utf8_lossy(&request.body).into_owned();
        let (_, rest) = body.split_once("filename=\"").unwrap();
        let (name, _) = rest.split_once('"').unwrap();
        let id = format!("file-{}", self.stored.len() + 1);
        let fault = self.faults.pop_front();
        if fault.as_ref().is_none_or(|fault| fault.stores) {
            self.stored.push(Stored {
                id: id.clone(),
                name: name.to_owned(),
                body: body.clone(),
            });
        }
        match fault {
            Some(fault) => fault.step,
            None => Step::json(200, json!({ "accessory_id": id }).to_string()),
        }
    }
}
