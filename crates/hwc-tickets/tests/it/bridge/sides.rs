//! What both sides of the bridge have.

use hwc_tickets::Event;
use hwc_tickets_sim::Simulator;
use std::{
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::mpsc::{self, Receiver},
    thread,
};

/// The tickets that are looked at.
pub const TICKETS: [&str; 2] = ["case-123", "case-new"];

/// The texts in the mirror, in the order of the alphabet.
pub fn mirrored(mirror: &str) -> Vec<String> {
    let mut texts = Vec::new();
    for line in mirror.lines() {
        // It may be looked at while it is written.
        if let Ok(Event::Message { ticket, message }) = serde_json::from_str(line)
            && TICKETS.contains(&ticket.as_str())
        {
            texts.push(message.content);
        }
    }
    texts.sort();
    texts
}

/// The texts in the ledger, in the order of the alphabet.
pub fn arrived(service: &Simulator) -> Vec<String> {
    let arrivals = TICKETS.map(|ticket| service.ledger(ticket)).concat();
    let texts = arrivals.into_iter().map(|arrival| arrival.text.into());
    let mut texts: Vec<String> = texts.collect();
    texts.sort();
    texts
}

/// The address of a webhook that loses every third answer, and what is posted there: key and body.
pub fn webhook() -> (String, Receiver<(usize, String)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/hook", listener.local_addr().unwrap());
    let (sender, posts) = mpsc::channel();
    thread::spawn(move || {
        for (number, stream) in listener.incoming().enumerate() {
            let mut stream = BufReader::new(stream.unwrap());
            // Whoever posts may be killed in the middle.
            let Ok(post) = read(&mut stream) else {
                continue;
            };
            if sender.send(post).is_err() {
                return;
            }
            if number % 3 != 0 {
                let yes = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
                let _ = stream.get_mut().write_all(yes);
            }
        }
    });
    (address, posts)
}

fn read(stream: &mut BufReader<TcpStream>) -> io::Result<(usize, String)> {
    let (mut key, mut length) = (None, None);
    loop {
        let mut line = String::new();
        stream.read_line(&mut line)?;
        let Some((name, value)) = line.split_once(':') else {
            match line.trim().is_empty() {
                true => break,
                false => continue,
            }
        };
        match name.to_ascii_lowercase().as_str() {
            "idempotency-key" => key = value.trim().parse().ok(),
            "content-length" => length = value.trim().parse().ok(),
            _ => {}
        }
    }
    let (Some(key), Some(length)) = (key, length) else {
        return Err(io::ErrorKind::UnexpectedEof.into());
    };
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    Ok((key, String::from_utf8(body).unwrap()))
}
