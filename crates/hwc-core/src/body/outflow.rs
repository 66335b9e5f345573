//! A body while it is read and sent.

use std::{
    collections::VecDeque,
    fs::File,
    future::{Future, poll_fn},
    io::{self, Read, Seek, SeekFrom},
    mem,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http_body::{Body, Frame};

use super::{
    PIECE, Piece, invalid,
    source::{Flow, Observer, Origin, Source, lock, words},
    watch::Watch,
};
use crate::{
    Clock, Fault,
    offload::off_the_runtime,
    transport::{TransportFault, TransportFaultKind},
};

/// A body that is read while it is sent.
pub(super) struct Outflow {
    pieces: VecDeque<Piecemeal>,
    watch: Arc<Watch>,
}

/// A piece of the body while it goes out, and who is told how much of it did.
struct Piecemeal {
    open: Open,
    /// Of what it gave last, what did not go out yet.
    rest: Bytes,
    told: Option<Told>,
}

enum Open {
    Bytes(Bytes),
    Source(OpenSource),
}

struct Told {
    observer: Observer,
    taken: u64,
}

impl Told {
    /// An attempt begins.
    fn begin(observer: &Observer) -> Self {
        observer(0);
        Self {
            observer: Arc::clone(observer),
            taken: 0,
        }
    }

    fn more(&mut self, piece: &Bytes) {
        self.taken = self.taken.saturating_add(piece.len() as u64);
        (self.observer)(self.taken);
    }
}

impl Piecemeal {
    fn new(open: Open, source: Option<&Source>) -> Self {
        let observer = source.and_then(|source| source.observer.as_ref());
        Self {
            open,
            rest: Bytes::new(),
            told: observer.map(Told::begin),
        }
    }

    async fn source(source: &Source, clock: &Arc<dyn Clock>) -> Result<Self, Fault> {
        source.check(clock).await?;
        Ok(Self::new(Open::source(source, clock).await?, Some(source)))
    }

    /// The next bytes, no more than go out at once: of a stream that gives much at once it is seen as well how it moves.
    fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, String>>> {
        if self.rest.is_empty() {
            match ready!(self.open.poll_read(context)) {
                Some(Ok(data)) => self.rest = data,
                ended => return Poll::Ready(ended),
            }
        }
        let piece = self.rest.split_to(self.rest.len().min(PIECE));
        if let Some(told) = &mut self.told {
            told.more(&piece);
        }
        Poll::Ready(Some(Ok(piece)))
    }
}

impl Open {
    async fn source(source: &Source, clock: &Arc<dyn Clock>) -> Result<Self, Fault> {
        let reader = match &source.origin {
            Origin::Bytes(bytes) => return Ok(Self::Bytes(bytes.clone())),
            Origin::File(file) => Reader::File(FileReader::new(file, clock)),
            Origin::Streams(open) => Reader::Stream(open()),
            Origin::Once(slot) => Reader::Slot(Arc::clone(slot)),
        };
        let mut open = OpenSource::new(source, reader);
        if source.length() == 0 {
            open.prove_empty().await?;
        }
        Ok(Self::Source(open))
    }

    /// What it gives next, one byte at least.
    fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, String>>> {
        match self {
            Self::Bytes(bytes) if bytes.is_empty() => Poll::Ready(None),
            Self::Bytes(bytes) => Poll::Ready(Some(Ok(mem::take(bytes)))),
            Self::Source(source) => source.poll_read(context),
        }
    }
}

impl Outflow {
    /// Opens every source first: what cannot be read is found out before the first byte goes out.
    pub(super) async fn open(pieces: &[Piece], watch: Arc<Watch>) -> Result<Self, Fault> {
        let mut opened = VecDeque::with_capacity(pieces.len());
        for piece in pieces {
            opened.push_back(match piece {
                Piece::Bytes(bytes) => Piecemeal::new(Open::Bytes(bytes.clone()), None),
                Piece::Source(source) => Piecemeal::source(source, watch.clock()).await?,
            });
        }
        Ok(Self {
            pieces: opened,
            watch,
        })
    }

    fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, String>>> {
        while let Some(piecemeal) = self.pieces.front_mut() {
            let piece = ready!(piecemeal.poll_piece(context));
            if piece.is_some() {
                return Poll::Ready(piece);
            }
            self.pieces.pop_front();
        }
        Poll::Ready(None)
    }
}

impl Body for Outflow {
    type Data = Bytes;
    type Error = TransportFault;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportFault>>> {
        self.watch.ask();
        let polled = self.poll_piece(context);
        let waits = polled.is_pending();
        self.watch.wait_for_source(waits);
        Poll::Ready(match ready!(polled) {
            None => None,
            Some(Ok(data)) => {
                self.watch.hand_over(&data);
                Some(Ok(Frame::data(data)))
            }
            Some(Err(detail)) => {
                self.pieces.clear();
                let fault = TransportFault::new(TransportFaultKind::Source, detail);
                self.watch.fail(&fault);
                Some(Err(fault))
            }
        })
    }
}

/// A source while it is read.
struct OpenSource {
    called: String,
    reader: Reader,
    length: u64,
    left: u64,
    /// The last bytes, until the stream has ended: with one byte more than announced the request must not become
    /// whole.
    last: Option<Bytes>,
    has_ended: bool,
}

enum Reader {
    File(FileReader),
    Stream(Flow),
    Slot(Arc<Mutex<Option<Flow>>>),
}

impl OpenSource {
    fn new(source: &Source, reader: Reader) -> Self {
        Self {
            called: source.called(),
            reader,
            length: source.length(),
            left: source.length(),
            last: None,
            has_ended: false,
        }
    }

    /// Makes sure that what was announced as nothing is nothing: of that the transport need not ask for a byte, so that nobody
    /// else would find out.
    async fn prove_empty(&mut self) -> Result<(), Fault> {
        match poll_fn(|context| self.poll_read(context)).await {
            Some(Err(detail)) => Err(invalid(detail)
                .with_help("give the length that it has, or copy what it holds into a file")),
            _ => Ok(()),
        }
    }

    fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, String>>> {
        loop {
            if self.has_ended {
                return Poll::Ready(None);
            }
            let read = ready!(self.reader.poll_read(self.left, context));
            let problem = match read {
                Err(problem) => problem,
                Ok(None) if self.left == 0 => {
                    self.has_ended = true;
                    return Poll::Ready(self.last.take().map(Ok));
                }
                Ok(None) => format!(
                    "it ended after {} of {} bytes",
                    self.length.saturating_sub(self.left),
                    self.length
                ),
                Ok(Some(data)) if data.is_empty() => continue,
                Ok(Some(data)) => match self.left.checked_sub(data.len() as u64) {
                    Some(0) => {
                        self.left = 0;
                        self.last = Some(data);
                        continue;
                    }
                    Some(left) => {
                        self.left = left;
                        return Poll::Ready(Some(Ok(data)));
                    }
                    None => format!("it gives more than the {} bytes announced", self.length),
                },
            };
            return Poll::Ready(Some(Err(format!("source {}: {problem}", self.called))));
        }
    }
}

impl Reader {
    /// The next bytes; `None` at the end. `left`: as many are still expected.
    fn poll_read(
        &mut self,
        left: u64,
        context: &mut Context<'_>,
    ) -> Poll<Result<Option<Bytes>, String>> {
        match self {
            Self::File(file) => file.poll_read(left, context).map_err(|error| words(&error)),
            Self::Stream(stream) => stream
                .as_mut()
                .poll_next(context)
                .map(|item| item.transpose().map_err(|error| words(&error))),
            Self::Slot(slot) => {
                let taken = lock(slot).take();
                match taken {
                    Some(stream) => {
                        *self = Self::Stream(stream);
                        self.poll_read(left, context)
                    }
                    None => Poll::Ready(Err("it was sent by another call".to_owned())),
                }
            }
        }
    }
}

/// Most bytes of a file that are read at once: a read goes to another thread and back, which costs more than the read itself.
const AHEAD: usize = 4 * PIECE;

/// Reads a file from its beginning.
struct FileReader {
    file: Arc<Mutex<File>>,
    clock: Arc<dyn Clock>,
    /// What was read of it.
    offset: u64,
    reading: Option<Pin<Box<dyn Future<Output = io::Result<Bytes>> + Send>>>,
}

impl FileReader {
    fn new(file: &Arc<Mutex<File>>, clock: &Arc<dyn Clock>) -> Self {
        Self {
            file: Arc::clone(file),
            clock: Arc::clone(clock),
            offset: 0,
            reading: None,
        }
    }

    fn poll_read(
        &mut self,
        left: u64,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<Option<Bytes>>> {
        if left == 0 {
            return Poll::Ready(Ok(None));
        }
        let reading = self.reading.get_or_insert_with(|| {
            let (file, clock) = (Arc::clone(&self.file), Arc::clone(&self.clock));
            let offset = self.offset;
            let most = usize::try_from(left).unwrap_or(AHEAD).min(AHEAD);
            Box::pin(off_the_runtime(clock, move || read_at(&file, offset, most)))
        });
        let data = ready!(reading.as_mut().poll(context));
        self.reading = None;
        let data = data?;
        self.offset = self.offset.saturating_add(data.len() as u64);
        Poll::Ready(Ok((!data.is_empty()).then_some(data)))
    }
}

/// Attempts share the open file, and so its position.
fn read_at(file: &Mutex<File>, offset: u64, most: usize) -> io::Result<Bytes> {
    let mut file = lock(file);
    file.seek(SeekFrom::Start(offset))?;
    let mut data = Vec::with_capacity(most);
    Read::by_ref(&mut *file)
        .take(most as u64)
        .read_to_end(&mut data)?;
    Ok(data.into())
}
