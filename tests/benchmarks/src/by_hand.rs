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
};

use crate::{
    failure::Result,
    models::{Messages, News, Tickets, Unread},
    requests::{self, AGENT, BATCH, DEADLINE, FILES, Form, LIMIT, PAGE, PATIENCE, PIECE, decode},
    work::Work,
    world::World,
};

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
            .user_agent(AGENT)
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
            Work::History => self.history(world).await,
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
        let target = requests::page_of(World::PAGE, work.page().unwrap_or_default());
        let page: ListMessagesResponse = self.read(&target).await?;
        Ok(page.message_list.map_or(0, |rows| rows.len()))
    }

    async fn page(&self, ticket: &str, rows: usize) -> Result<Messages> {
        self.read(&requests::page_of(ticket, rows)).await
    }

    async fn unread(&self, world: &World) -> Result<usize> {
        let mut seen = 0;
        for batch in world.ids().chunks(BATCH) {
            let unread: Unread = self.read(&requests::unread_in(batch)).await?;
            seen += unread.imunread.len();
        }
        Ok(seen)
    }

    async fn submit(&self) -> Result<usize> {
        let (target, body) = requests::message();
        requests::was_done(&self.post(&target, body).await?)?;
        Ok(1)
    }

    /// Backwards, page by page.
    async fn history(&self, world: &World) -> Result<usize> {
        let ticket = world.conversation;
        let mut seen = 0;
        let mut next = Some(requests::page_of(ticket, PAGE));
        while let Some(target) = next {
            let page: Messages = self.read(&target).await?;
            seen += page.message_list.len();
            next = requests::older(ticket, &page);
        }
        Ok(seen)
    }

    async fn follow(&self, world: &World) -> Result<usize> {
        let ids = world.ids();
        let mut seen = 0;
        for id in &ids {
            seen += self.page(id, 1).await?.message_list.len();
        }
        for batch in ids.chunks(BATCH) {
            self.read::<News>(&requests::news_of(batch)).await?;
        }
        Ok(seen)
    }

    async fn list(&self) -> Result<usize> {
        let mut seen = 0;
        loop {
            let page: Tickets = self.read(&requests::tickets_after(seen)).await?;
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
        let form = Form::new();
        let length = form.length(world.file);
        let pieces = iter::once(Ok(Bytes::from(form.head)))
            .chain(pieces(File::open(path)?))
            .chain(iter::once(Ok(Bytes::from(form.tail))));
        let body = StreamBody::new(stream::iter(pieces.map(|piece| piece.map(Frame::data))));
        let response = client
            .post(format!("{}{FILES}", self.endpoint))
            .timeout(PATIENCE)
            .header("x-auth-token", self.token)
            .header(header::CONTENT_TYPE, form.kind)
            .header(header::CONTENT_LENGTH, length)
            .body(reqwest::Body::wrap(body))
            .send()
            .await?;
        requests::id_of(&limited(response).await?)
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

/// The bytes of a file.
fn pieces(mut file: File) -> impl Iterator<Item = io::Result<Bytes>> + Send + Sync {
    iter::from_fn(move || {
        let mut piece = vec![0; PIECE];
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
