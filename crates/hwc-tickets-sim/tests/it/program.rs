//! The program: one line when ready, a log, a clean end.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, ExitStatus, Stdio};

const PROGRAM: &str = env!("CARGO_BIN_EXE_hwc-tickets-sim");

/// The recorded exchanges of the description.
const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../spec/examples");

fn start(arguments: &[&str]) -> (Child, String) {
    start_with(&mut Command::new(PROGRAM), arguments)
}

fn start_with(program: &mut Command, arguments: &[&str]) -> (Child, String) {
    let mut program = program
        .args(if arguments.contains(&"--listen") {
            &[][..]
        } else {
            &["--listen", "127.0.0.1:0"]
        })
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(program.stdout.as_mut().unwrap())
        .read_line(&mut line)
        .unwrap();
    let address = line
        .strip_prefix("listening on http://")
        .and_then(|line| line.strip_suffix('\n'))
        .unwrap_or_else(|| panic!("{line}"));
    let address = address.to_owned();
    (program, address)
}

fn get(address: &str, target: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {target} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\nx-auth-token: TOKENEXAMPLE\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// Sends a signal by name and waits for the end. Gives what is left on stdout and all of stderr.
fn stop(mut program: Child, signal: &str) -> (ExitStatus, String, String) {
    let sent = Command::new("kill")
        .args(["-s", signal, &program.id().to_string()])
        .status()
        .unwrap();
    assert!(sent.success());
    let (mut out, mut err) = (String::new(), String::new());
    program
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut out)
        .unwrap();
    program
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut err)
        .unwrap();
    (program.wait().unwrap(), out, err)
}

#[cfg(unix)]
#[test]
fn says_where_it_listens_logs_and_stops_cleanly() {
    for signal in ["TERM", "INT"] {
        let (program, address) = start(&["--seed", "7", "--engineers", "manual"]);
        assert!(
            get(&address, "/v2/servicerequest/cases/case-123/status").ends_with(r#"{"status":1}"#)
        );
        assert!(get(&address, "/_sim").starts_with("HTTP/1.1 404"));
        let (status, out, err) = stop(program, signal);
        assert!(status.success(), "{signal}: {status}");
        assert_eq!(out, "", "nothing else on stdout");
        let lines: Vec<&str> = err.lines().collect();
        assert_eq!(lines.len(), 3, "{err}");
        assert_eq!(
            lines[0],
            format!("point your client at http://{address} with the token TOKENEXAMPLE")
        );
        assert!(
            lines[1].contains(
                "GET /v2/servicerequest/cases/case-123/status 200 showCaseStatus by=user-demo"
            ),
            "{err}"
        );
        assert!(lines[2].contains("GET /_sim 404 error=APIGW.0101"), "{err}");
        assert_eq!(
            err.matches("TOKENEXAMPLE").count(),
            1,
            "the log shows no credential: {err}"
        );
    }
}

/// Listening everywhere is no address to call: the printed one works.
#[cfg(unix)]
#[test]
fn every_address_is_told_as_one_that_works() {
    for (everywhere, near) in [("0.0.0.0:0", "127.0.0.1:"), ("[::]:0", "[::1]:")] {
        if std::net::TcpListener::bind(everywhere).is_err() {
            continue; // This machine has no such addresses.
        }
        let (program, address) = start(&["--listen", everywhere, "--engineers", "silent"]);
        assert!(address.starts_with(near), "{address}");
        assert!(get(&address, "/v2/servicerequest/cases/case-123/status").contains("status"));
        let (status, _, err) = stop(program, "TERM");
        assert!(status.success());
        assert!(
            err.starts_with(&format!("point your client at http://{near}")),
            "{err}"
        );
    }
}

#[cfg(unix)]
#[test]
fn settings_come_from_options() {
    let options = [
        "--control",
        "--no-log",
        "--quirks",
        r#"{"time_format":"epoch_number"}"#,
        "--rules",
        r#"{"poll_limit":3}"#,
    ];
    let (program, address) = start(&options);
    assert!(get(&address, "/_sim/rules").contains(r#""poll_limit":3"#));
    assert!(get(&address, "/_sim/quirks").contains(r#""time_format":"epoch_number""#));
    assert!(get(&address, "/_sim/rules").contains(r#""mode":"timed""#));
    let (status, _, err) = stop(program, "TERM");
    assert!(status.success() && err.is_empty(), "{err}");
}

#[cfg(unix)]
#[test]
fn exchanges_are_replayed_and_logged() {
    let status = "/v2/servicerequest/cases/case-123/status";
    let (program, address) = start(&["--replay", EXAMPLES]);
    assert!(get(&address, "/_replay/showCaseStatus/success").contains(r#""verdict":"success""#));
    // The first one of those with this request.
    assert!(get(&address, status).contains("x-replay: showCaseStatus/error-without-fields"));
    assert!(get(&address, "/nowhere").starts_with("HTTP/1.1 404"));
    let (ended, out, err) = stop(program, "TERM");
    assert!(ended.success() && out.is_empty(), "{ended} {out}");
    let lines: Vec<&str> = err.lines().collect();
    assert_eq!(lines.len(), 3, "{err}");
    let list = format!(" exchanges: http://{address}/_replay lists them");
    assert!(lines[0].ends_with(&list), "{err}");
    let answered = format!("GET {status} 403 showCaseStatus/error-without-fields");
    assert_eq!(lines[1], answered);
    assert_eq!(lines[2], "GET /nowhere 404 no exchange");
}

#[test]
fn what_cannot_work_is_said_at_once() {
    let (mut program, address) = start(&[]);
    let cases = [
        (vec!["--listen", address.as_str()], "choose another address"),
        (
            vec!["--listen", "0.0.0.0:0", "--control"],
            "allow it explicitly",
        ),
        (vec!["--listen", "somewhere"], "invalid"),
        (
            vec!["--seed", "-1"],
            "a whole number from 0 to 18446744073709551615",
        ),
        (
            vec!["--answer-within", "1.5"],
            "a whole number from 0 to 18446744073709551615",
        ),
        (
            vec!["--max-upload", "99999999999999999999"],
            "a whole number from 0 to ",
        ),
        (vec!["--control-from-anywhere"], "--control"),
        (vec!["--quirks", r#"{"tiem_format":"utc"}"#], "tiem_format"),
        (
            vec!["--replay", "/no/such/directory"],
            "/no/such/directory: cannot be listed",
        ),
        (vec!["--replay", EXAMPLES, "--seed", "7"], "--seed"),
        (vec!["--replay", EXAMPLES, "--control"], "--control"),
        (
            vec!["--replay", EXAMPLES, "--listen", "0.0.0.0:0"],
            "listen on a loopback address",
        ),
    ];
    for (arguments, expected) in cases {
        let output = Command::new(PROGRAM).args(&arguments).output().unwrap();
        assert!(
            !output.status.success() && output.stdout.is_empty(),
            "{arguments:?}"
        );
        let err = String::from_utf8_lossy(&output.stderr);
        assert!(err.contains(expected), "{arguments:?}: {err}");
    }
    program.kill().unwrap();
    program.wait().unwrap();
}

/// Uploads a file of so many bytes. Gives the answer's body.
#[cfg(unix)]
fn upload(address: &str, bytes: usize) -> String {
    let part = |head: &str, content: &str| {
        format!("--b\r\ncontent-disposition: form-data; {head}\r\n\r\n{content}\r\n")
    };
    let file = part(r#"name="file"; filename="a""#, &"x".repeat(bytes));
    let body = file + &part(r#"name="form_data""#, "{}") + "--b--\r\n";
    let mut stream = TcpStream::connect(address).unwrap();
    let length = body.len();
    write!(stream, "POST /v2/servicerequest/accessorys HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\nx-auth-token: TOKENEXAMPLE\r\ncontent-type: multipart/form-data; boundary=b\r\ncontent-length: {length}\r\n\r\n{body}").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split_once("\r\n\r\n").unwrap().1.to_owned()
}

#[cfg(unix)]
#[test]
fn a_file_that_the_disk_does_not_take_is_a_failure_of_the_service() {
    let mut command = Command::new(PROGRAM);
    let command = command.env("TMPDIR", "/dev/null/no-directory");
    let (program, address) = start_with(command, &["--no-log"]);
    let refused = upload(&address, 2 * 1024 * 1024);
    assert!(refused.contains("OSM.01010014"), "{refused}");
    for number in [1, 2] {
        assert_eq!(
            upload(&address, 700 * 1024),
            format!(r#"{{"accessory_id":"file-000000000{number}"}}"#),
            "a small one needs no disk, and nothing is kept of the large one"
        );
    }
    let one = "/v2/servicerequest/accessorys/file-0000000001";
    assert!(get(&address, one).ends_with("xxx"));
    let both = get(&address, &format!("{one},file-0000000002"));
    assert!(
        both.contains("OSM.01010014"),
        "the archive of two needs it: {}",
        both.get(..400).unwrap_or(&both)
    );
    assert!(stop(program, "TERM").0.success());
}

/// However many large files there are, they do not use up the descriptors that the system allows.
#[cfg(unix)]
#[test]
fn large_files_are_many_where_descriptors_are_few() {
    let mut command = Command::new("sh");
    let command = command
        .args(["-c", r#"ulimit -n 40 && exec "$0" "$@""#])
        .arg(PROGRAM);
    let (program, address) = start_with(command, &["--no-log"]);
    let bytes = 1024 * 1024 + 1;
    for number in 1..=60 {
        assert_eq!(
            upload(&address, bytes),
            format!(r#"{{"accessory_id":"file-{number:010}"}}"#)
        );
    }
    for id in ["file-0000000001", "file-0000000060"] {
        let answer = get(&address, &format!("/v2/servicerequest/accessorys/{id}"));
        let body = answer.split_once("\r\n\r\n").unwrap().1;
        assert_eq!(body.len(), bytes, "{id}");
    }
    assert!(stop(program, "TERM").0.success());
}
