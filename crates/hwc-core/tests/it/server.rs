//! A server on the loopback that does exactly what a test tells it, byte by byte.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::JoinHandle,
};

use crate::given::HANG_GUARD;

/// A request as it came in.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    /// Request line and headers, as sent.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Received {
    pub(crate) fn line(&self) -> &str {
        self.head.lines().next().unwrap_or_default()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

/// What a test does with one connection: its number from 0, and the line.
type Handler = dyn Fn(usize, &mut Connection) + Send + Sync;

/// One connection, seen from the server.
pub(crate) struct Connection {
    pub(crate) stream: TcpStream,
    log: Arc<Mutex<Vec<Received>>>,
}

impl Connection {
    /// Reads one whole request and keeps it. `None`: the other side closed.
    pub(crate) fn read_request(&mut self) -> Option<Received> {
        let received = read_request(&mut self.stream)?;
        self.log.lock().unwrap().push(received.clone());
        Some(received)
    }

    /// Sends bytes. A client that is already gone is none of the server's business.
    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.stream.write_all(bytes.as_ref()).is_ok() && self.stream.flush().is_ok()
    }

    /// Answers with 200 and this JSON, keeping the connection.
    pub(crate) fn answer(&mut self, json: &str) -> bool {
        self.send(format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{json}",
            json.len()
        ))
    }

    /// Waits until the other side closes.
    pub(crate) fn wait_for_close(&mut self) {
        let _ = self.stream.read_to_end(&mut Vec::new());
    }
}

/// Reads one request with a declared length, or without body.
pub(crate) fn read_request(stream: &mut impl Read) -> Option<Received> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        head.push(byte[0]);
    }
    let mut received = Received {
        head: String::from_utf8(head).unwrap(),
        body: Vec::new(),
    };
    let length = received
        .header("content-length")
        .map_or(0, |length| length.parse().unwrap());
    received.body.resize(length, 0);
    stream.read_exact(&mut received.body).ok()?;
    Some(received)
}

/// A server on a free port of the loopback. Ends when dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    log: Arc<Mutex<Vec<Received>>>,
    connections: Arc<AtomicUsize>,
    over: Arc<AtomicBool>,
    acceptor: Option<JoinHandle<()>>,
}

impl Server {
    /// Every connection gets a thread with `handler`, and is closed when that returns.
    pub(crate) fn start(handler: impl Fn(usize, &mut Connection) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let handler: Arc<Handler> = Arc::new(handler);
        let log = Arc::new(Mutex::new(Vec::new()));
        let connections = Arc::new(AtomicUsize::new(0));
        let over = Arc::new(AtomicBool::new(false));
        let acceptor = std::thread::spawn({
            let (log, connections, over) = (log.clone(), connections.clone(), over.clone());
            move || {
                for stream in listener.incoming() {
                    if over.load(Ordering::SeqCst) {
                        break;
                    }
                    let Ok(stream) = stream else { continue };
                    stream.set_read_timeout(Some(HANG_GUARD)).unwrap();
                    stream.set_write_timeout(Some(HANG_GUARD)).unwrap();
                    stream.set_nodelay(true).unwrap();
                    let number = connections.fetch_add(1, Ordering::SeqCst);
                    let handler = handler.clone();
                    let mut connection = Connection {
                        stream,
                        log: log.clone(),
                    };
                    std::thread::spawn(move || handler(number, &mut connection));
                }
            }
        });
        Self {
            address,
            log,
            connections,
            over,
            acceptor: Some(acceptor),
        }
    }

    /// A server that answers every request with this JSON.
    pub(crate) fn answering(json: &'static str) -> Self {
        Self::start(
            move |_, connection| {
                while connection.read_request().is_some() && connection.answer(json) {}
            },
        )
    }

    pub(crate) fn http(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The whole requests that came in, in order.
    pub(crate) fn requests(&self) -> Vec<Received> {
        self.log.lock().unwrap().clone()
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        // Wakes the acceptor.
        let _ = TcpStream::connect(self.address);
        if let Some(acceptor) = self.acceptor.take() {
            let _ = acceptor.join();
        }
    }
}
