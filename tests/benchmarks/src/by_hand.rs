//! Plain code: what people write with reqwest, with a deadline and a limit of size and nothing else; and the same on hyper
//! alone, without even those.

use bytes::Bytes;
use futures_util::stream;
use http::{Request, header};
use http_body_util::{BodyExt as _, Full, Limited, StreamBody};
use hwc_tickets_wire::messages::ListMessagesResponse;
use hyper::body::Frame;
use hyper_util::{
    client::legacy::{Client as Legacy, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde::de::DeserializeOwned;
use std::{
    fs::File,
    hint::black_box,
    io::{self, Read as _},
    iter,
    path::Path,
    time::Duration,
};

use crate::{
    failure::{Failure, Result},
    models::{Messages, News, Tickets, Unread, Written},
    work::Work,
    world::World,
};

/// The time a call may take.
const DEADLINE: Duration = Duration::from_secs(30);
/// The time a file may take.
const PATIENCE: Duration = Duration::from_secs(600);
/// Most bytes of an answer.
const LIMIT: usize = 16 << 20;
/// Most tickets of one request.
const BATCH: usize = 100;
/// Most rows of one page.
const PAGE: usize = 100;
const CASES: &str = "/v2/servicerequest/cases";
const FILES: &str = "/v2/servicerequest/accessorys";
const BOUNDARY: &str = "benchmark-7d1f0c";

/// What makes the requests.
enum Line {
    Reqwest(reqwest::Client),
    Hyper(Box<Legacy<HttpConnector, Full<Bytes>>>),
}

/// A client of plain code.
pub(crate) struct ByHand {
    line: Line,
    endpoint: String,
    token: &'static str,
}

impl ByHand {
    pub(crate) fn reqwest(endpoint: &str, token: &'static str) -> Result<Self> {
        let client = reqwest::Client::builder()
            .timeout(DEADLINE)
            .user_agent("by-hand/1.0")
            .no_proxy()
            .build()?;
        Ok(Self {
            line: Line::Reqwest(client),
            endpoint: endpoint.to_owned(),
            token,
        })
    }

    pub(crate) fn hyper(endpoint: &str, token: &'static str) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let client = Legacy::builder(TokioExecutor::new()).build(connector);
        Self {
            line: Line::Hyper(Box::new(client)),
            endpoint: endpoint.to_owned(),
            token,
        }
    }

    /// Does it once; how much came of it.
    pub(crate) async fn run(
        &self,
        work: Work,
        world: &World,
        file: &Path,
        id: &str,
    ) -> Result<usize> {
        match work {
            Work::Unread => self.unread(world).await,
            Work::Submit => self.submit().await,
            Work::History => self.history().await,
            Work::Follow => self.follow(world).await,
            Work::List => self.list().await,
            Work::Upload => self.upload(file, world).await.map(|_| world.file),
            Work::Download => self.download(id).await,
            _ => {
                let rows = work.page().unwrap_or_default();
                Ok(self.page(World::PAGE, rows).await?.message_list.len())
            }
        }
    }

    /// Reads a page, but decodes it into the structs of the SDK: what is left to compare is the call itself.
    pub(crate) async fn with_same_decode(&self, work: Work) -> Result<usize> {
        let target = page_of(World::PAGE, work.page().unwrap_or_default());
        let page: ListMessagesResponse = self.read(&target).await?;
        Ok(page.message_list.map_or(0, |rows| rows.len()))
    }

    async fn page(&self, ticket: &str, rows: usize) -> Result<Messages> {
        self.read(&page_of(ticket, rows)).await
    }

    async fn unread(&self, world: &World) -> Result<usize> {
        let mut seen = 0;
        for batch in world.ids().chunks(BATCH) {
            let target = format!("{CASES}/instant-messages/unread?{}", named(batch));
            seen += self.read::<Unread>(&target).await?.imunread.len();
        }
        Ok(seen)
    }

    async fn submit(&self) -> Result<usize> {
        let body = serde_json::json!({ "message": { "content": "The disk is full again." } });
        let target = format!("{CASES}/{}/message", World::SUBMIT);
        let written: Written = decode(&self.post(&target, body.to_string()).await?)?;
        match written.error_code.as_deref() {
            None | Some("") => Ok(1),
            Some(code) => Err(code.into()),
        }
    }

    async fn history(&self) -> Result<usize> {
        let mut seen = 0;
        self.walk(|_, page| seen += page.message_list.len()).await?;
        Ok(seen)
    }

    /// The pages of the long conversation, as they come.
    pub(crate) async fn conversation(&self) -> Result<Vec<Bytes>> {
        let mut pages = Vec::new();
        self.walk(|bytes, _| pages.push(bytes)).await?;
        Ok(pages)
    }

    /// Backwards, page by page, as the service wants it.
    async fn walk(&self, mut see: impl FnMut(Bytes, &Messages)) -> Result<()> {
        let ticket = World::HISTORY;
        let mut target = page_of(ticket, PAGE);
        loop {
            let bytes = self.get(&target).await?;
            let page: Messages = decode(&bytes)?;
            let next = page.message_list.last().map(|oldest| {
                let before = oldest.create_time.as_deref().unwrap_or_default();
                let before = before.replace(' ', "%20").replace(':', "%3A");
                let side = oldest.kind.or(oldest.replier_type).unwrap_or_default();
                format!(
                    "{CASES}/{ticket}/instant-messages/more?create_time={before}&limit={PAGE}&type={side}"
                )
            });
            see(bytes, &page);
            match next {
                Some(next) => target = next,
                None => return Ok(()),
            }
        }
    }

    async fn follow(&self, world: &World) -> Result<usize> {
        let ids = world.ids();
        let mut seen = 0;
        for id in &ids {
            seen += self.page(id, 1).await?.message_list.len();
        }
        for batch in ids.chunks(BATCH) {
            let target = format!("{CASES}/instant-messages?{}", named(batch));
            self.read::<News>(&target).await?;
        }
        Ok(seen)
    }

    async fn list(&self) -> Result<usize> {
        let mut seen = 0;
        loop {
            let target = format!("{CASES}?limit={PAGE}&offset={seen}");
            let page: Tickets = self.read(&target).await?;
            seen += page.incident_info_list.len();
            if page.incident_info_list.len() < PAGE {
                return Ok(seen);
            }
        }
    }

    /// The id of the file.
    pub(crate) async fn upload(&self, path: &Path, world: &World) -> Result<String> {
        let Line::Reqwest(client) = &self.line else {
            return Err("only with reqwest".into());
        };
        let head = format!(
            "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"form_data\"\r\n\r\n{{\"accessFrom\":\"message\"}}\r\n\
             --{BOUNDARY}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"core.zip\"\r\n\
             content-type: application/octet-stream\r\n\r\n"
        );
        let tail = format!("\r\n--{BOUNDARY}--\r\n");
        let length = head.len() + world.file + tail.len();
        let pieces = iter::once(Ok(Bytes::from(head)))
            .chain(pieces(File::open(path)?))
            .chain(iter::once(Ok(Bytes::from(tail))));
        let body = StreamBody::new(stream::iter(pieces.map(|piece| piece.map(Frame::data))));
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        let response = client
            .post(format!("{}{FILES}", self.endpoint))
            .timeout(PATIENCE)
            .header("x-auth-token", self.token)
            .header(header::CONTENT_TYPE, kind)
            .header(header::CONTENT_LENGTH, length)
            .body(reqwest::Body::wrap(body))
            .send()
            .await?;
        let written: Written = decode(&limited(response).await?)?;
        written.accessory_id.ok_or_else(|| "no id".into())
    }

    async fn download(&self, id: &str) -> Result<usize> {
        let Line::Reqwest(client) = &self.line else {
            return Err("only with reqwest".into());
        };
        let request = client
            .get(format!("{}{FILES}/{id}", self.endpoint))
            .timeout(PATIENCE)
            .header("x-auth-token", self.token);
        let mut response = request.send().await?.error_for_status()?;
        let mut seen = 0;
        while let Some(piece) = response.chunk().await? {
            seen += piece.len();
        }
        Ok(seen)
    }

    async fn read<T: DeserializeOwned>(&self, target: &str) -> Result<T> {
        decode(&self.get(target).await?)
    }

    /// The body of an answer.
    pub(crate) async fn get(&self, target: &str) -> Result<Bytes> {
        let url = format!("{}{target}", self.endpoint);
        match &self.line {
            Line::Reqwest(client) => {
                let request = client
                    .get(url)
                    .header("x-auth-token", self.token)
                    .header("x-site", "0")
                    .header("x-time-zone", "GMT+8");
                limited(request.send().await?).await
            }
            Line::Hyper(client) => {
                let request = Request::get(url)
                    .header("x-auth-token", self.token)
                    .header("x-site", "0")
                    .header("x-time-zone", "GMT+8")
                    .body(Full::default())?;
                collected(client.request(request).await?).await
            }
        }
    }

    async fn post(&self, target: &str, body: String) -> Result<Bytes> {
        let url = format!("{}{target}", self.endpoint);
        match &self.line {
            Line::Reqwest(client) => {
                let request = client
                    .post(url)
                    .header("x-auth-token", self.token)
                    .header("x-site", "0")
                    .header("x-time-zone", "GMT+8")
                    .header(header::CONTENT_TYPE, "application/json");
                limited(request.body(body).send().await?).await
            }
            Line::Hyper(client) => {
                let request = Request::post(url)
                    .header("x-auth-token", self.token)
                    .header("x-site", "0")
                    .header("x-time-zone", "GMT+8")
                    .header(header::CONTENT_TYPE, "application/json")
                    .body(Full::from(body))?;
                collected(client.request(request).await?).await
            }
        }
    }
}

/// Whether hyper alone does this work: it is there to tell what a call costs at least.
pub(crate) fn is_bare(work: Work) -> bool {
    !matches!(
        work,
        Work::Decode | Work::Follow | Work::List | Work::Upload | Work::Download
    )
}

/// Decodes the pages of a conversation; how many messages they hold.
pub(crate) fn decoded(pages: &[Bytes]) -> Result<usize> {
    let mut seen = 0;
    for page in pages {
        let page: Messages = decode(page)?;
        seen += black_box(page).message_list.len();
    }
    Ok(seen)
}

fn page_of(ticket: &str, rows: usize) -> String {
    format!("{CASES}/{ticket}/messages?limit={rows}&offset=0")
}

/// A good answer, no larger than the limit.
async fn limited(response: reqwest::Response) -> Result<Bytes> {
    let response = response.error_for_status()?;
    let body = http::Response::<reqwest::Body>::from(response).into_body();
    Ok(Limited::new(body, LIMIT).collect().await?.to_bytes())
}

/// A good answer.
async fn collected(response: http::Response<hyper::body::Incoming>) -> Result<Bytes> {
    if !response.status().is_success() {
        return Err(response.status().to_string().into());
    }
    Ok(response.into_body().collect().await?.to_bytes())
}

fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T> {
    serde_json::from_slice(body).map_err(Failure::from)
}

fn named(ids: &[String]) -> String {
    let pairs: Vec<String> = ids.iter().map(|id| format!("case_ids={id}")).collect();
    pairs.join("&")
}

/// The bytes of a file.
fn pieces(mut file: File) -> impl Iterator<Item = io::Result<Bytes>> + Send + Sync {
    iter::from_fn(move || {
        let mut piece = vec![0; 64 * 1024];
        match file.read(&mut piece) {
            Ok(0) => None,
            Ok(length) => {
                piece.truncate(length);
                Some(Ok(Bytes::from(piece)))
            }
            Err(error) => Some(Err(error)),
        }
    })
}
