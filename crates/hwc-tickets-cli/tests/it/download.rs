//! `api GET` of a file: byte for byte, whole or an error that says how much came.

use crate::stage::{FOREVER, Stage, unavailable};
use hwc_tickets_sim::{Fault, FaultRule, Operation};
use std::process::Output;

const FILES: &str = "/v2/servicerequest/accessorys";

/// Bytes of every kind.
fn every_byte(length: usize) -> Vec<u8> {
    (0..=255).cycle().take(length).collect()
}

/// `api GET` of a file with this content.
fn download(stage: &Stage, content: &[u8], more: &[&str]) -> Output {
    stage
        .sim()
        .attach_file("the-file", "a.bin", content.to_vec());
    let path = format!("{FILES}/the-file");
    let args = [&["api", "GET", path.as_str()][..], more].concat();
    stage.command(&args).output().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn a_file_comes_byte_for_byte() {
    let stage = Stage::new();
    for content in [
        Vec::new(),
        b"x".to_vec(),
        b"\n\n\n".to_vec(),
        br#"{"level":"info"}"#.to_vec(),
        b"[1]".to_vec(),
        "a log\r\nwithout an end of line".into(),
        every_byte(300_000),
        every_byte(3 << 20),
    ] {
        let ran = download(&stage, &content, &[]);
        assert_eq!(ran.status.code(), Some(0), "{}", stderr(&ran));
        assert!(ran.stdout == content, "{} bytes", content.len());
        assert_eq!(stderr(&ran), "");
    }
    // As people write it.
    let path = format!("{}/the-file", FILES.trim_start_matches('/'));
    let ran = stage.command(&["api", "get", &path, "-v"]).output();
    let ran = ran.unwrap();
    assert_eq!(ran.stdout.len(), 3 << 20, "{}", stderr(&ran));
    assert!(stderr(&ran).contains("HTTP 200, request id "));
}

/// No byte more than what came, and its number.
#[test]
fn a_file_that_breaks_off() {
    let stage = Stage::new();
    for chunked in [false, true] {
        for (content, keep) in [
            (every_byte(3 << 20), 2 << 20),
            (every_byte(3 << 20), 1000),
            // What begins like a document is not handed out before it is known what it is.
            (b"{\"level\":\"info\"}\n".repeat(1000), 1000),
            (every_byte(1000), 0),
        ] {
            let cut = Fault::Cut {
                keep: Some(keep),
                chunked,
            };
            stage.sim().clear_faults();
            stage
                .sim()
                .fault(FaultRule::new(Operation::DownloadAccessories, cut).times(FOREVER));
            let ran = download(&stage, &content, &["--retries", "0"]);
            let told = stderr(&ran);
            assert_eq!(ran.status.code(), Some(8), "{told}");
            assert!(
                told.starts_with(&format!("error: GET {FILES}/the-file: "))
                    || told.starts_with("warning: the output is cut"),
                "{told}"
            );
            // What was not known to be a file ends its line, as every failed answer.
            let came = match content.starts_with(&ran.stdout) {
                true => &ran.stdout[..],
                false => ran.stdout.strip_suffix(b"\n").unwrap(),
            };
            assert!(came.len() <= keep && content.starts_with(came), "{told}");
            if !came.is_empty() {
                let number = format!(" {} ", came.len());
                assert!(told.contains(&number), "{} in {told}", came.len());
            }
        }
    }
}

/// In the place of a file: the error as for every call, and what came in full.
#[test]
fn an_error_in_the_place_of_a_file() {
    let stage = Stage::new();
    let missing = format!("{FILES}/none");
    let ran = stage.run(&["api", "GET", &missing]);
    assert_eq!(ran.code, 5, "{}", ran.golden());
    assert!(ran.stdout.starts_with(r#"{"error_code":"OSM.01010001""#));
    assert!(ran.stdout.ends_with("}\n"), "{:?}", ran.stdout);
    let start = format!("error: GET {missing}: ");
    assert!(ran.stderr.starts_with(&start), "{}", ran.stderr);
    assert!(ran.stderr.contains("OSM.01010001"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("cut"), "{}", ran.stderr);

    for fault in [unavailable(), Fault::Html { status: 200 }] {
        let order = FaultRule::new(Operation::DownloadAccessories, fault);
        stage.sim().fault(order.times(FOREVER));
        let ran = download(&stage, b"x", &["--retries", "0"]);
        assert_eq!(ran.status.code(), Some(1), "{}", stderr(&ran));
        assert!(ran.stdout.len() > 1 && ran.stdout.ends_with(b"\n"));
        assert!(stderr(&ran).contains(&format!("error: GET {FILES}/the-file: ")));
        stage.sim().clear_faults();
    }
}

/// A file may take as long as pieces come, but for a limit that was given.
#[test]
fn a_limit_that_was_given_holds_for_the_file() {
    let stage = Stage::new();
    // The simulator's clock stands still, and with it the file.
    let drip = Fault::Drip {
        every: std::time::Duration::from_secs(1),
    };
    stage
        .sim()
        .fault(FaultRule::new(Operation::DownloadAccessories, drip).times(FOREVER));
    let ran = download(&stage, b"never whole", &["--timeout", "500ms"]);
    assert_eq!(ran.status.code(), Some(8), "{}", stderr(&ran));
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_cannot_be_written() {
    let stage = Stage::new();
    stage
        .sim()
        .attach_file("the-file", "a.bin", every_byte(300_000));
    let path = format!("{FILES}/the-file");
    let ran = stage.onto_a_full_disk(&["api", "GET", &path]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("cannot write the output"),
        "{}",
        ran.stderr
    );
    let ran = stage.unread(&["api", "GET", &path]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
}

/// What is shown of a failed answer has no holes, and says when it is not all.
#[test]
fn a_long_answer_that_is_none() {
    use std::io::{Read as _, Write as _};
    const MIB: usize = 1 << 20;
    let stage = Stage::new();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            let mut asked = [0; 8192];
            let _ = stream.read(&mut asked);
            let mut answer = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n".to_vec();
            // The second piece does not fit; the third would.
            for piece in [
                vec![b'a'; MIB - 10],
                vec![b'b'; 5000],
                vec![b'c'; 5],
                Vec::new(),
            ] {
                answer.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
                answer.extend_from_slice(&piece);
                answer.extend_from_slice(b"\r\n");
            }
            let _ = stream.write_all(&answer);
        }
    });
    let path = "/v2/servicerequest/cases/case-123/status";
    let ran = stage.run(&[
        "api",
        "GET",
        path,
        "--endpoint",
        &endpoint,
        "--retries",
        "0",
    ]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let expected = format!("{}{}\n", "a".repeat(MIB - 10), "b".repeat(10));
    assert!(ran.stdout == expected, "{} bytes", ran.stdout.len());
    let cut = "the output is cut: it holds the first 1048576 bytes of the answer";
    assert!(ran.stderr.contains(cut), "{}", ran.stderr);
}

/// On a terminal nothing of a file acts, wherever its pieces end.
#[cfg(unix)]
#[test]
fn a_file_on_a_terminal() {
    use crate::terminal::Terminal;
    let stage = Stage::new();
    let content = format!(
        "{}\u{1b}]0;title\u{7}\u{1b}[31mthe end",
        "工单\n".repeat(20_000)
    );
    stage.sim().attach_file("the-file", "a.txt", content);
    let path = format!("{FILES}/the-file");
    let mut terminal = Terminal::run(&stage, 24, 100, &["api", "GET", &path]);
    assert_eq!(terminal.end(), 0);
    let written = terminal.written();
    assert!(written.contains("\\u{1b}]0;title\\u{7}\\u{1b}[31mthe end\r\n"));
    for acting in ["\u{1b}]0;", "\u{1b}[31m", "\u{7}", "\u{fffd}"] {
        assert!(!written.contains(acting), "{acting:?}");
    }
    assert_eq!(written.matches("工单\r\n").count(), 20_000);
}
