//! Bytes of an answer as they come in: with an idle limit, a size limit, and no end that is not proven.

use std::{
    fmt,
    future::poll_fn,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http::response::Parts;

use super::{
    patience::Patience,
    read::{Growing, ReadLimits, Unread, framing, poll_data},
};
use crate::{
    clock::Clock,
    deadline::Deadline,
    file::{may_become_mark, without_mark},
    transport::ResponseBody,
};

/// So much is looked at before it is handed out as the beginning of a file. No error document is longer.
const BEGINNING: usize = 64 * 1024;
/// So much tells a page from a text that begins like one.
const MARKUP: usize = 1024;

/// The body of an answer while it comes in.
pub(super) struct Incoming {
    body: ResponseBody,
    /// The length that the answer declares.
    length: Option<u64>,
    is_proven: bool,
    received: u64,
    limits: ReadLimits,
    /// Over the whole stream, if there is one.
    total: Option<Deadline>,
    clock: Arc<dyn Clock>,
    patience: Patience,
}

/// How a stream begins.
pub(super) struct Beginning {
    pub(super) bytes: Bytes,
    /// Whether that is all.
    pub(super) is_all: bool,
    /// Whether that it is all is proven.
    pub(super) is_proven: bool,
}

impl Incoming {
    /// Refuses at once what declares more than the limit.
    pub(super) fn new(
        body: ResponseBody,
        head: &Parts,
        limits: ReadLimits,
        total: Option<Deadline>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, Unread> {
        let (length, is_proven) = framing(head, &body);
        if length.is_some_and(|length| length > limits.bytes) {
            return Err(Unread::TooLarge);
        }
        Ok(Self {
            body,
            length,
            is_proven,
            received: 0,
            limits,
            total,
            clock,
            patience: Patience::new(limits.idle, total),
        })
    }

    /// What bounds it.
    pub(super) fn limits(&self) -> ReadLimits {
        self.limits
    }

    /// The time on the clock of the call.
    pub(super) fn now(&self) -> Duration {
        self.clock.elapsed()
    }

    /// The length that the answer declares.
    pub(super) fn length(&self) -> Option<u64> {
        self.length
    }

    /// The next bytes; `None` at the end that the line shows, proven or not.
    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<Bytes>, Unread>> {
        let is_late = |total: Deadline| total.left_at(self.clock.elapsed()).is_zero();
        if self.total.is_some_and(is_late) {
            return Poll::Ready(Err(Unread::Late));
        }
        if let Poll::Ready(read) = poll_data(&mut self.body, context) {
            match read {
                Ok(Some(_)) => self.patience.rest(),
                Ok(None) | Err(_) => self.patience.end(),
            }
            return Poll::Ready(read.and_then(|data| self.count(data)));
        }
        let patience = self.patience.poll(&*self.clock, context);
        patience.map(|what| Err(what.into()))
    }

    fn count(&mut self, data: Option<Bytes>) -> Result<Option<Bytes>, Unread> {
        let Some(data) = data else {
            // The transport below checks this too; this holds for every transport.
            return match self.length {
                Some(length) if length != self.received => Err(Unread::WrongLength),
                _ => Ok(None),
            };
        };
        let received = self.received.saturating_add(data.len() as u64);
        if received > self.limits.bytes {
            return Err(Unread::TooLarge);
        }
        if self.length.is_some_and(|length| received > length) {
            return Err(Unread::WrongLength);
        }
        self.received = received;
        Ok(Some(data))
    }

    /// The next bytes; `None` at the proven end.
    pub(super) fn poll_proven(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Result<Option<Bytes>, Unread>> {
        self.poll_next(context).map(|read| match read {
            Ok(None) if !self.is_proven => Err(Unread::Unproven),
            read => read,
        })
    }

    /// Reads as much as tells a file from a document in its place.
    pub(super) async fn beginning(&mut self, is_called_text: bool) -> Result<Beginning, Unread> {
        let mut read = Growing::Empty;
        loop {
            let is_all = match poll_fn(|context| self.poll_next(context)).await? {
                Some(data) => {
                    let limit = BEGINNING.saturating_add(data.len());
                    read = read.push(data, limit);
                    false
                }
                None => true,
            };
            if is_all || read.len() >= self.wanted(read.as_slice(), is_called_text) {
                return Ok(Beginning {
                    bytes: read.finish(),
                    is_all,
                    is_proven: is_all && self.is_proven,
                });
            }
        }
    }

    /// So many bytes of the beginning are needed.
    fn wanted(&self, read: &[u8], is_called_text: bool) -> usize {
        let text = without_mark(read).trim_ascii_start();
        let before = read.len().saturating_sub(text.len());
        let is_long = self.length.is_some_and(|length| length > BEGINNING as u64);
        match text {
            // What stands before the text may come in pieces.
            _ if may_become_mark(read) => read.len().saturating_add(1),
            [] if read.len() < MARKUP => read.len().saturating_add(1),
            [b'{', ..] if !is_long => BEGINNING,
            _ if is_called_text && !is_long => BEGINNING,
            [b'<', ..] => before.saturating_add(MARKUP),
            _ => 0,
        }
    }
}

/// Without the content.
impl fmt::Debug for Incoming {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Incoming")
            .field("length", &self.length)
            .field("received", &self.received)
            .finish_non_exhaustive()
    }
}

#[cfg(all(test, feature = "testing"))]
mod tests {
    use super::*;
    use crate::testing::FakeClock;

    /// An answer that declares this length.
    fn incoming(length: Option<u64>) -> Incoming {
        let limits = ReadLimits {
            bytes: u64::MAX,
            idle: Duration::from_secs(5),
        };
        Incoming {
            body: ResponseBody::full("canary"),
            length,
            is_proven: true,
            received: 0,
            limits,
            total: None,
            clock: Arc::new(FakeClock::new()),
            patience: Patience::new(limits.idle, None),
        }
    }

    /// What may be an error document is wanted whole, a page as far as it shows that it is one, and a file not at all: its first
    /// piece is handed out at once.
    #[test]
    fn so_much_of_a_beginning_is_wanted() {
        const ALL: usize = 65_536;
        let (few, many) = (vec![b' '; 1_023], vec![b' '; 1_024]);
        // What was read, what is wanted when no document is longer, and then when it is called JSON; the same two for what is
        // longer than any document.
        let rows: &[(&[u8], [usize; 4])] = &[
            // Nothing is known yet: one byte more.
            (b"", [1, 1, 1, 1]),
            (b"\xEF", [2, 2, 2, 2]),
            (b"\xEF\xBB", [3, 3, 3, 3]),
            (b"\xEF\xBB\xBF", [4, 4, 4, 4]),
            (b"\xEF\xBB\xBF \r\n", [7, 7, 7, 7]),
            (&few, [1_024, 1_024, 1_024, 1_024]),
            // So many blanks are a file.
            (&many, [0, ALL, 0, 0]),
            (b"{", [ALL, ALL, 0, 0]),
            (b"\xEF\xBB\xBF\n {\"error_code\":", [ALL, ALL, 0, 0]),
            (b"<", [1_024, ALL, 1_024, 1_024]),
            (b"\xEF\xBB\xBF\n <!-- saved -->", [1_029, ALL, 1_029, 1_029]),
            (b"[", [0, ALL, 0, 0]),
            (b" the disk is full", [0, ALL, 0, 0]),
            (b"\x89PNG", [0, ALL, 0, 0]),
            // Like a mark, but none.
            (b"\xEF\xBBx", [0, ALL, 0, 0]),
        ];
        for (read, expected) in rows {
            for length in [None, Some(0), Some(65_536), Some(65_537), Some(u64::MAX)] {
                let answer = incoming(length);
                let is_long = length.is_some_and(|length| length > 65_536);
                let [short, short_json, long, long_json] = *expected;
                let expected = match is_long {
                    false => [short, short_json],
                    true => [long, long_json],
                };
                let wanted = [false, true].map(|is_called| answer.wanted(read, is_called));
                assert_eq!(wanted, expected, "{} of {length:?}", read.escape_ascii());
            }
        }
    }

    #[test]
    fn what_is_printed_shows_no_content() {
        for (length, shown) in [
            (Some(6), "Incoming { length: Some(6), received: 0, .. }"),
            (None, "Incoming { length: None, received: 0, .. }"),
        ] {
            assert_eq!(format!("{:?}", incoming(length)), shown);
        }
    }
}
