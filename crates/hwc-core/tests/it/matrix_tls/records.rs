//! What a client says on the line, as the records of TLS that go over it.

use std::io::{Read, Result, Write};

/// Kinds of records that carry nothing of a request: from this one, over alerts, to the other.
const CHANGE_CIPHER_SPEC: u8 = 20;
pub(super) const HANDSHAKE: u8 = 22;
/// The kind of whatever is encrypted, in TLS 1.3 also of alerts.
const ENCRYPTED: u8 = 23;
/// Bytes of an alert that is encrypted: its two, the one of its own kind, and the 16 by which each suite of TLS 1.3 proves it.
const ENCRYPTED_ALERT: usize = 2 + 1 + 16;

/// A record, seen from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) kind: u8,
    /// Bytes behind its head.
    length: usize,
}

impl Record {
    /// Whether it is plainly of a handshake, or an alert.
    pub(super) fn is_of_handshake(&self) -> bool {
        (CHANGE_CIPHER_SPEC..=HANDSHAKE).contains(&self.kind)
    }

    /// Whether it has room for an alert, and for no more of a request than its first two bytes.
    fn may_be_alert(&self) -> bool {
        self.kind == ENCRYPTED && self.length == ENCRYPTED_ALERT
    }
}

/// The records that a client sent. What is no TLS is of some other kind.
pub(super) fn records(mut bytes: &[u8]) -> Vec<Record> {
    let mut records = Vec::new();
    while let [kind, rest @ ..] = bytes {
        let (length, behind) = match rest {
            [_, _, high, low, rest @ ..] => {
                let length = usize::from(u16::from_be_bytes([*high, *low]));
                (length, rest.get(length..).unwrap_or_default())
            }
            _ => (0, <&[u8]>::default()),
        };
        records.push(Record {
            kind: *kind,
            length,
        });
        bytes = behind;
    }
    records
}

/// Whether there is nothing of a request in them: no more than a handshake that is not over, and one alert, which ends it.
pub(super) fn hold_no_request(records: &[Record]) -> bool {
    let mut others = records.iter().filter(|record| !record.is_of_handshake());
    others.next().is_none_or(Record::may_be_alert) && others.next().is_none()
}

/// A line that keeps whatever is read from it, before TLS has a look at it.
pub(super) struct Heard<S> {
    stream: S,
    pub(super) bytes: Vec<u8>,
}

impl<S> Heard<S> {
    pub(super) fn new(stream: S) -> Self {
        let bytes = Vec::new();
        Self { stream, bytes }
    }
}

impl<S: Read> Read for Heard<S> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let read = self.stream.read(buffer)?;
        self.bytes.extend(&buffer[..read]);
        Ok(read)
    }
}

impl<S: Write> Write for Heard<S> {
    fn write(&mut self, buffer: &[u8]) -> Result<usize> {
        self.stream.write(buffer)
    }

    fn flush(&mut self) -> Result<()> {
        self.stream.flush()
    }
}

#[test]
fn a_request_in_one_segment_with_an_alert_is_noticed() {
    let record = |kind: u8, length: u8| {
        let mut record = vec![kind, 3, 3, 0, length];
        record.extend(vec![0; usize::from(length)]);
        record
    };
    let (hello, alert, data) = (record(22, 40), record(23, 19), record(23, 60));
    let holds_none = |bytes: &[Vec<u8>]| hold_no_request(&records(&bytes.concat()));
    assert!(holds_none(&[hello.clone(), record(21, 2)]));
    assert!(holds_none(&[hello.clone(), record(20, 1), alert.clone()]));
    assert!(!holds_none(&[hello.clone(), alert.clone(), data.clone()]));
    assert!(!holds_none(&[hello.clone(), data]));
    assert!(!holds_none(&[hello.clone(), alert.clone(), alert]));
    assert!(!holds_none(&[hello, b"POST / HTTP/1.1\r\n".to_vec()]));
}
