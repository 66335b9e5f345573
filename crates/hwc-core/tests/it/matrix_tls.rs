//! Fault matrix, rows 4 to 7: TLS that is not good enough, with certificates made in the test.

mod certificates;
mod records;

use std::{
    io::{Read, Write},
    net::{IpAddr, Ipv4Addr},
    path::PathBuf,
    sync::Arc,
};

use hwc_core::{
    CallOptions, Delivery, Fault, FaultKind, Pipeline, PipelineBuilder, RetryPolicy,
    transport::{Resolve, TlsFlaw},
};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

pub(crate) use self::certificates::{Authority, HOST};
use self::{
    certificates::flawed,
    records::{HANDSHAKE, Heard, Record, hold_no_request, records},
};
use crate::{
    given::{MARK, READ, SUBMIT, real, request},
    matrix_sockets::untaken,
    server::{Server, read_request},
};

/// Speaks TLS and answers one request per connection.
pub(crate) fn serve(config: &Arc<ServerConfig>, stream: &mut (impl Read + Write)) {
    hear(config, stream);
}

/// The same. Gives the records that came, to the last one: also what follows an alert, which TLS does not read.
fn hear(config: &Arc<ServerConfig>, stream: &mut (impl Read + Write)) -> Vec<Record> {
    let tls = ServerConnection::new(config.clone()).unwrap();
    let mut stream = StreamOwned::new(tls, Heard::new(stream));
    if read_request(&mut stream).is_some() {
        // It says that it closes: else the next call may already be on the line.
        let answer = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}";
        let _ = stream.write_all(answer);
        let _ = stream.flush();
    } else {
        let _ = stream.sock.read_to_end(&mut Vec::new());
    }
    records(&stream.sock.bytes)
}

/// A server that tells of each connection, when that is over, what it [heard](hear).
fn hearing(config: Arc<ServerConfig>) -> (Server, UnboundedReceiver<Vec<Record>>) {
    let (told, heard) = unbounded_channel();
    let server = Server::start(move |_, connection| {
        let _ = told.send(hear(&config, &mut connection.stream));
    });
    (server, heard)
}

/// Every name is this machine.
#[derive(Debug)]
pub(crate) struct Here;

impl Resolve for Here {
    fn resolve(
        &self,
        _: &str,
    ) -> std::pin::Pin<Box<dyn Future<Output = std::io::Result<Vec<IpAddr>>> + Send>> {
        Box::pin(std::future::ready(Ok(vec![IpAddr::V4(
            Ipv4Addr::LOCALHOST,
        )])))
    }
}

fn client(server: &Server, ca: PathBuf) -> Pipeline {
    settings(server, ca).build().unwrap()
}

fn settings(server: &Server, ca: PathBuf) -> PipelineBuilder {
    real(&format!("https://{HOST}:{}", server.address.port()))
        .resolver(Arc::new(Here))
        .proxy(hwc_core::ProxyChoice::Direct)
        .ca_file(ca)
}

/// Both kinds of call fail in the same way, after one attempt; gives the last fault.
async fn fails(pipeline: &Pipeline, row: &str) -> Fault {
    let mut last = None;
    for operation in [&READ, &SUBMIT] {
        let fault = pipeline
            .call(request(operation), operation, &CallOptions::default())
            .await
            .unwrap_err();
        assert_eq!(
            (fault.kind, fault.delivery, fault.attempts),
            (FaultKind::Tls, Delivery::NotSent, 1),
            "{row}: {fault:?}"
        );
        last = Some(fault);
    }
    last.unwrap()
}

#[tokio::test]
async fn a_good_certificate_of_the_extra_authority_is_accepted() {
    let authority = Authority::new();
    let (server, mut heard) = hearing(authority.sign(|_| ()));
    let pipeline = client(&server, authority.file());
    for operation in [&READ, &SUBMIT] {
        let options = CallOptions::default();
        pipeline
            .call(request(operation), operation, &options)
            .await
            .unwrap();
        // So where none is heard there was none, and not because nobody listens.
        let heard = heard.recv().await.unwrap();
        assert!(!hold_no_request(&heard), "{heard:?}");
    }
}

/// The client says that nothing was sent, and the server says that no request came.
#[tokio::test]
async fn row_4_each_flaw_of_a_certificate_has_its_own_sentence_and_gets_no_request() {
    let authority = Authority::new();
    let mut sentences = Vec::new();
    for (row, config, flaw) in flawed(&authority) {
        let (server, mut heard) = hearing(config);
        let fault = fails(&client(&server, authority.file()), row).await;
        for _ in [&READ, &SUBMIT] {
            let heard = heard.recv().await.unwrap();
            assert_eq!(heard.first().map(|it| it.kind), Some(HANDSHAKE), "{row}");
            assert!(hold_no_request(&heard), "{row}: {heard:?}");
        }
        assert_eq!(server.connections(), 2, "{row}");
        assert_eq!(fault.tls_flaw, Some(flaw), "{row}: {fault}");
        assert_eq!(fault.help(), flaw.help());
        assert!(fault.to_string().contains(flaw.meaning()), "{row}: {fault}");
        sentences.push((flaw.meaning(), flaw.help()));
    }
    sentences.sort_unstable();
    sentences.dedup();
    assert_eq!(
        sentences.len(),
        5,
        "self-signed and unknown authority share one sentence"
    );
    assert!(TlsFlaw::UnknownAuthority.help().contains("CA file"));
}

/// What a server that does not speak TLS, or not enough of it, sends first. Old versions are written by hand: rustls speaks nothing
/// older than TLS 1.2.
#[tokio::test]
async fn rows_5_and_6_plain_http_garbage_and_old_versions() {
    let authority = Authority::new();
    // A ServerHello that chooses version 3.2 (TLS 1.1): session id empty, an old suite.
    let mut old_hello = vec![0x16, 3, 2, 0, 42, 2, 0, 0, 38, 3, 2];
    old_hello.extend([7; 32]);
    old_hello.extend([0, 0, 0x2F, 0]);
    for (row, bytes, flaw) in [
        (
            "5 plain HTTP",
            b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(),
            TlsFlaw::NotTls,
        ),
        ("5 garbage", vec![0xAB; 64], TlsFlaw::NotTls),
        (
            "6 alert: protocol version",
            vec![0x15, 3, 1, 0, 2, 2, 70],
            TlsFlaw::NoCommonProtocol,
        ),
        (
            "6 alert: no common suite",
            vec![0x15, 3, 3, 0, 2, 2, 40],
            TlsFlaw::NoCommonProtocol,
        ),
        ("6 TLS 1.1", old_hello, TlsFlaw::NoCommonProtocol),
    ] {
        let (told, mut heard) = unbounded_channel();
        let server = Server::start(move |_, connection| {
            // The client speaks first.
            let mut all = vec![0; 4096];
            let length = connection.stream.read(&mut all).unwrap_or_default();
            all.truncate(length);
            connection.send(&bytes);
            let _ = connection.stream.read_to_end(&mut all);
            let _ = told.send(records(&all));
        });
        let fault = fails(&client(&server, authority.file()), row).await;
        assert_eq!(fault.tls_flaw, Some(flaw), "{row}: {fault}");
        for _ in [&READ, &SUBMIT] {
            let heard = heard.recv().await.unwrap();
            assert_eq!(heard.first().map(|it| it.kind), Some(HANDSHAKE), "{row}");
            // Nobody has keys, so nothing is encrypted, no alert either.
            let is_plain = heard.iter().all(Record::is_of_handshake);
            assert!(is_plain, "{row}: {heard:?}");
        }
    }
}

/// A line that ends without the word of TLS for it is told in words for people, not with the address of a manual.
#[tokio::test]
async fn row_7_a_line_that_ends_without_a_word() {
    let authority = Authority::new();
    let config = authority.sign(|_| ());
    let server = Server::start(move |_, connection| {
        let tls = ServerConnection::new(config.clone()).unwrap();
        let mut stream = StreamOwned::new(tls, &mut connection.stream);
        drop(read_request(&mut stream));
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{");
        let _ = stream.flush();
    });
    for operation in [&READ, &SUBMIT] {
        let fault = client(&server, authority.file())
            .call(request(operation), operation, &CallOptions::default())
            .await
            .unwrap_err();
        assert_eq!(
            (fault.kind, fault.delivery),
            (FaultKind::Interrupted, Delivery::Unknown)
        );
        for words in [fault.to_string(), format!("{fault:?}"), told(&fault)] {
            assert!(!words.contains("docs.rs"), "{words}");
        }
        assert!(told(&fault).contains("close_notify"), "{}", told(&fault));
    }
}

/// An error with all its causes.
fn told(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(cause) => format!("{error}: {}", told(cause)),
        None => error.to_string(),
    }
}

/// A line that is closed in the middle of the handshake is a line that broke, not bad TLS.
#[tokio::test]
async fn row_7_closed_in_the_handshake_is_repeated() {
    let authority = Authority::new();
    let config = authority.sign(|_| ());
    let server = Server::start(move |number, connection| {
        if number % 2 == 0 {
            let _ = connection.stream.read(&mut [0; 4096]);
        } else {
            serve(&config, &mut connection.stream);
        }
    });
    for operation in [&READ, &SUBMIT] {
        let reply = client(&server, authority.file())
            .call(request(operation), operation, &CallOptions::default())
            .await
            .unwrap();
        assert_eq!(reply.attempts, 2);
    }
}

/// Accept, then close before reading: the connection stands, its end is there together with the end of
/// the handshake, and the body of the request is never asked for. That is the proof.
#[tokio::test]
async fn row_7_closed_before_the_request_was_read_is_repeated_even_for_a_submit() {
    let authority = Authority::new();
    let config = authority.sign(|_| ());
    let server = Server::start(move |number, connection| {
        if number % 2 == 1 {
            return serve(&config, &mut connection.stream);
        }
        let mut tls = ServerConnection::new(config.clone()).unwrap();
        tls.read_tls(&mut connection.stream).unwrap();
        tls.process_new_packets().unwrap();
        // The end of the line travels in one piece with the server's half of the handshake.
        tls.send_close_notify();
        let mut flight = Vec::new();
        while tls.wants_write() {
            tls.write_tls(&mut flight).unwrap();
        }
        connection.send(&flight);
        connection
            .stream
            .shutdown(std::net::Shutdown::Write)
            .unwrap();
        connection.wait_for_close();
    });
    for operation in [&READ, &SUBMIT] {
        let reply = client(&server, authority.file())
            .call(request(operation), operation, &CallOptions::default())
            .await
            .unwrap();
        assert_eq!(reply.attempts, 2);
    }
}

/// A kept connection of TLS ends without `close_notify` while the next request waits for it: the same as with plain HTTP.
#[test]
fn row_10_a_request_that_its_tls_connection_never_took_goes_on_another_one() {
    let authority = Authority::new();
    for (operation, body) in [(&READ, ""), (&SUBMIT, "{}"), (&MARK, "{}")] {
        let config = authority.sign(|_| ());
        let server = Server::start(move |_, connection| {
            let tls = ServerConnection::new(config.clone()).unwrap();
            let mut stream = StreamOwned::new(tls, &mut connection.stream);
            while read_request(&mut stream).is_some() {
                let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
                if stream
                    .write_all(answer)
                    .and_then(|()| stream.flush())
                    .is_err()
                {
                    return;
                }
            }
        });
        let never = settings(&server, authority.file()).retry(RetryPolicy::never());
        let reply = untaken(&never.build().unwrap(), operation, body).unwrap();
        assert_eq!(reply.attempts, 1, "{}", operation.name);
        assert_eq!(server.connections(), 2);
    }
}

#[test]
fn a_ca_file_that_is_not_one_is_a_build_error() {
    let directory = tempfile::tempdir().unwrap();
    let missing = directory.path().join("none.pem");
    let error = real("https://things.example.com")
        .ca_file(&missing)
        .build()
        .unwrap_err();
    assert!(error.to_string().contains("none.pem"), "{error}");
    let empty = directory.path().join("empty.pem");
    std::fs::File::create_new(&empty).unwrap();
    let error = real("https://things.example.com")
        .ca_file(&empty)
        .build()
        .unwrap_err();
    assert!(
        error.to_string().contains("holds no certificate"),
        "{error}"
    );
    // One that is damaged is not passed over because another one is good.
    let good = rcgen::generate_simple_self_signed(vec!["ca.example".to_owned()])
        .unwrap()
        .cert
        .pem();
    let half = directory.path().join("half.pem");
    for damage in [
        "-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nAAAA\n",
    ] {
        Write::write_all(
            &mut std::fs::File::create_new(&half).unwrap(),
            format!("{good}{damage}").as_bytes(),
        )
        .unwrap();
        let error = real("https://things.example.com")
            .ca_file(&half)
            .build()
            .unwrap_err();
        assert!(error.to_string().contains("half.pem"), "{error}");
        std::fs::remove_file(&half).unwrap();
    }
}

/// The authorities of the machine are named by environment variables here, which belong to the whole
/// process: this test runs itself once more.
#[cfg(target_os = "linux")]
#[test]
fn a_machine_without_authorities_says_so() {
    const CHILD: &str = "HWC_TEST_NO_AUTHORITIES";
    if std::env::var_os(CHILD).is_some() {
        let config = Authority::new().sign(|_| ());
        let server = Server::start(move |_, connection| serve(&config, &mut connection.stream));
        let pipeline = real(&format!("https://{HOST}:{}", server.address.port()))
            .resolver(Arc::new(Here))
            .proxy(hwc_core::ProxyChoice::Direct)
            .build()
            .unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let fault = runtime.block_on(fails(&pipeline, "no authorities"));
        assert_eq!(fault.tls_flaw, Some(TlsFlaw::NoAuthorities));
        assert!(fault.help().contains("ca-certificates"), "{}", fault.help());
        return;
    }
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "matrix_tls::a_machine_without_authorities_says_so",
        ])
        .env(CHILD, "1")
        .env("SSL_CERT_FILE", "/dev/null")
        .env_remove("SSL_CERT_DIR")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && text.contains("1 passed"),
        "{text}"
    );
}
