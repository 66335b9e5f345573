//! The same plain code without `async`: what people write with `reqwest::blocking`, with the same deadline and limit of size.

use bytes::Bytes;
use http::header;
use reqwest::blocking::{Body, Client, Response};
use serde::de::DeserializeOwned;
use std::{
    fs::File,
    io::{Cursor, Read as _},
    path::Path,
};

use crate::{
    failure::Result,
    models::{Messages, Tickets, Unread},
    requests::{self, AGENT, BATCH, DEADLINE, FILES, Form, LIMIT, PAGE, PATIENCE, PIECE, decode},
    work::Work,
    world::World,
};

/// A blocking client of plain code. It has a runtime in a thread of its own: it is made, used and dropped outside of any other.
pub(crate) struct ByHandBlocking {
    client: Client,
    endpoint: String,
    token: &'static str,
}

impl ByHandBlocking {
    pub(crate) fn new(endpoint: &str, token: &'static str) -> Result<Self> {
        let client = Client::builder()
            .timeout(DEADLINE)
            .user_agent(AGENT)
            .no_proxy()
            .build()?;
        Ok(Self {
            client,
            endpoint: endpoint.to_owned(),
            token,
        })
    }

    /// Does it once; how much came of it.
    pub(crate) fn run(&self, work: Work, world: &World, file: &Path, id: &str) -> Result<usize> {
        match work {
            Work::Unread => self.unread(world),
            Work::Submit => self.submit(),
            Work::History => self.history(world),
            Work::List => self.list(),
            Work::Upload => self.upload(file, world).map(|_| world.file),
            Work::Download => self.download(id),
            _ => {
                let rows = work.page().unwrap_or_default();
                let page: Messages = self.read(&requests::page_of(World::PAGE, rows))?;
                Ok(page.message_list.len())
            }
        }
    }

    fn unread(&self, world: &World) -> Result<usize> {
        let mut seen = 0;
        for batch in world.ids().chunks(BATCH) {
            let unread: Unread = self.read(&requests::unread_in(batch))?;
            seen += unread.imunread.len();
        }
        Ok(seen)
    }

    fn submit(&self) -> Result<usize> {
        let (target, body) = requests::message();
        let request = self
            .client
            .post(format!("{}{target}", self.endpoint))
            .header("x-auth-token", self.token)
            .header("x-site", "0")
            .header("x-time-zone", "GMT+8")
            .header(header::CONTENT_TYPE, "application/json");
        requests::was_done(&limited(request.body(body).send()?)?)?;
        Ok(1)
    }

    /// Backwards, page by page.
    fn history(&self, world: &World) -> Result<usize> {
        let ticket = world.conversation;
        let mut next = Some(requests::page_of(ticket, PAGE));
        let mut seen = 0;
        while let Some(target) = next {
            let page: Messages = self.read(&target)?;
            seen += page.message_list.len();
            next = requests::older(ticket, &page);
        }
        Ok(seen)
    }

    fn list(&self) -> Result<usize> {
        let mut seen = 0;
        loop {
            let page: Tickets = self.read(&requests::tickets_after(seen))?;
            seen += page.incident_info_list.len();
            if page.incident_info_list.len() < PAGE {
                return Ok(seen);
            }
        }
    }

    /// The id of the file.
    fn upload(&self, path: &Path, world: &World) -> Result<String> {
        let form = Form::new();
        let length = u64::try_from(form.length(world.file))?;
        let body = Cursor::new(form.head)
            .chain(File::open(path)?)
            .chain(Cursor::new(form.tail));
        let request = self
            .client
            .post(format!("{}{FILES}", self.endpoint))
            .timeout(PATIENCE)
            .header("x-auth-token", self.token)
            .header(header::CONTENT_TYPE, form.kind)
            // It tells the length in the head.
            .body(Body::sized(body, length));
        requests::id_of(&limited(request.send()?)?)
    }

    fn download(&self, id: &str) -> Result<usize> {
        let request = self
            .client
            .get(format!("{}{FILES}/{id}", self.endpoint))
            .timeout(PATIENCE)
            .header("x-auth-token", self.token);
        let mut response = request.send()?.error_for_status()?;
        let mut piece = vec![0; PIECE];
        let mut seen = 0;
        loop {
            match response.read(&mut piece)? {
                0 => return Ok(seen),
                length => seen += length,
            }
        }
    }

    fn read<T: DeserializeOwned>(&self, target: &str) -> Result<T> {
        let request = self
            .client
            .get(format!("{}{target}", self.endpoint))
            .header("x-auth-token", self.token)
            .header("x-site", "0")
            .header("x-time-zone", "GMT+8");
        decode(&limited(request.send()?)?)
    }
}

/// A good answer, no larger than the limit.
fn limited(response: Response) -> Result<Bytes> {
    let response = response.error_for_status()?;
    let limit = u64::try_from(LIMIT)?;
    // No body is longer than its head says, and this is the shortest way to all of it.
    if response
        .content_length()
        .is_some_and(|length| length <= limit)
    {
        return Ok(response.bytes()?);
    }
    let mut body = Vec::new();
    // One byte more tells that there is more.
    response.take(limit + 1).read_to_end(&mut body)?;
    match body.len() > LIMIT {
        true => Err("an answer is too large".into()),
        false => Ok(body.into()),
    }
}
