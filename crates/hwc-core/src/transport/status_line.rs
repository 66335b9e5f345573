//! The status of a proxy's answer to CONNECT. The engine's tunnel does not tell it, so it is read along.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU16, Ordering},
    },
    task::{Context, Poll},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::stream::Stream;

/// `HTTP/1.1 200`.
const LENGTH: usize = 12;

/// A connection whose first bytes are read along.
pub(super) struct StatusLine {
    stream: Stream,
    head: Vec<u8>,
    heard: Heard,
}

/// What was heard of the status.
#[derive(Debug, Clone, Default)]
pub(super) struct Heard(Arc<AtomicU16>);

impl Heard {
    /// `None`: no whole status line of HTTP.
    pub(super) fn status(&self) -> Option<u16> {
        Some(self.0.load(Ordering::Acquire)).filter(|status| *status != 0)
    }
}

impl StatusLine {
    pub(super) fn heard(stream: Stream) -> (Self, Heard) {
        let heard = Heard::default();
        let line = Self {
            stream,
            head: Vec::with_capacity(LENGTH),
            heard: heard.clone(),
        };
        (line, heard)
    }

    pub(super) fn into_stream(self) -> Stream {
        self.stream
    }

    fn listen(&mut self, new: &[u8]) {
        let missing = LENGTH.saturating_sub(self.head.len());
        if missing == 0 {
            return;
        }
        self.head.extend(new.iter().take(missing));
        self.heard
            .0
            .store(status(&self.head).unwrap_or(0), Ordering::Release);
    }
}

fn status(head: &[u8]) -> Option<u16> {
    let head = std::str::from_utf8(head)
        .ok()
        .filter(|head| head.len() == LENGTH)?;
    let (version, status) = head.split_once(' ')?;
    version
        .starts_with("HTTP/1.")
        .then(|| status.parse().ok())?
}

impl AsyncRead for StatusLine {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.listen(buffer.filled().get(before..).unwrap_or_default());
        read
    }
}

impl AsyncWrite for StatusLine {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
