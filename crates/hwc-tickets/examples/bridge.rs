//! A bridge: messages of all tickets go to a file of JSON lines and to a webhook, and answers go back.
//!
//! `cargo run -p hwc-tickets --example bridge -- FOLDER WEBHOOK`, with address and credentials in the environment. Killed
//! at any moment and started again with the same folder, it goes on where it stood. Make the folder yours alone (0700).
//!
//! - Each message, and each new ticket and status, is a line of `mirror.jsonl`, once: an `AllEvent` in JSON. Tickets that ended
//!   before the first start are left out, and those that end are let go an hour later.
//! - Each line is posted, once at least. Where it begins in the file is its `Idempotency-Key`.
//! - An answer is a file `answers/NAME.TICKET` with the text, put there by renaming. It is sent once, and gone then; what is
//!   refused becomes `NAME.TICKET.refused`. While one is in doubt, the others to its ticket wait.
#![allow(clippy::disallowed_methods, clippy::print_stderr, reason = "a program")]
use hwc_tickets::ErrorKind::{Forbidden, InvalidInput, NotFound, Refused, RequestTooLarge};
use hwc_tickets::transport::{HttpTransport, RequestBody, Transport as _};
use hwc_tickets::{AllCursor, AllEvent, Client, Delivery, FileOutbox, http, jiff::Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::io::{self, BufRead as _, BufReader, Seek as _, SeekFrom, Write as _};
use std::{error::Error, fs, path::Path, time::Duration};
type Fallible<T = ()> = Result<T, Box<dyn Error>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Fallible {
    let mut given = std::env::args().skip(1);
    let given = given.next().zip(given.next());
    let (folder, webhook) = given.ok_or("usage: bridge FOLDER WEBHOOK")?;
    let outbox = FileOutbox::open(format!("{folder}/outbox"))?;
    let client = Client::builder().from_env().outbox(outbox).build()?;
    bridge(&client, folder.as_ref(), &webhook, Duration::from_secs(3)).await
}

/// Where the bridge stands. All of it is stored at once.
#[derive(Default, Serialize, Deserialize)]
struct State {
    cursor: AllCursor,
    /// Bytes of the mirror that are part of the cursor, and those that the webhook has.
    mirrored: u64,
    posted: u64,
}

fn save(state: &State, folder: &Path) -> Fallible {
    let [new, path] = ["state.new", "state.json"].map(|name| folder.join(name));
    let mut file = fs::File::create(&new)?;
    file.write_all(&serde_json::to_vec(state)?)?;
    file.sync_all()?;
    Ok(fs::rename(new, path)?)
}

/// Runs until it fails. `pace` is the shortest time between two looks at the same thing.
pub(crate) async fn bridge(client: &Client, folder: &Path, hook: &str, pace: Duration) -> Fallible {
    let mut state: State = match fs::read(folder.join("state.json")) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => State::default(),
        read => serde_json::from_slice(&read?)?,
    };
    let mut mirror = fs::OpenOptions::new();
    mirror.read(true).append(true).create(true);
    let mut mirror = mirror.open(folder.join("mirror.jsonl"))?;
    // What is behind that is not part of the cursor, and comes again.
    mirror.set_len(state.mirrored)?;
    fs::create_dir_all(folder.join("answers"))?;
    // With `.skip_own()`, what the bridge itself sent would be left out.
    let follow = client.follow_all().since(Timestamp::UNIX_EPOCH);
    let follow = follow.interval(pace, pace * 20);
    let follow = follow.list_interval(pace * 10, pace * 20);
    let mut events = follow.resume(state.cursor.clone()).stream();
    let web = HttpTransport::builder().build()?;
    let mut tick = tokio::time::interval(pace);
    let mut lines = Vec::new();
    loop {
        tokio::select! {
            Some(event) = events.next() => match event {
                AllEvent::Checkpoint(cursor) => {
                    mirror.write_all(&lines)?;
                    mirror.sync_data()?;
                    state.mirrored += lines.drain(..).len() as u64;
                    state.cursor = cursor;
                    save(&state, folder)?;
                }
                AllEvent::Degraded { error, .. } => eprintln!("{error}; tried again"),
                AllEvent::Fatal(error) => return Err(error.into()),
                // What was said or done, that something may be missing, or that a ticket is gone.
                event => lines.extend(serde_json::to_string(&event)?.bytes().chain([b'\n'])),
            },
            _ = tick.tick() => {
                while state.posted < state.mirrored {
                    let mut line = Vec::new();
                    mirror.seek(SeekFrom::Start(state.posted))?;
                    let length = BufReader::new(&mirror).read_until(b'\n', &mut line)?;
                    let request = http::Request::post(hook).header("idempotency-key", state.posted);
                    let request = request.body(RequestBody::from(line))?;
                    let sent = tokio::time::timeout(Duration::from_secs(10), web.send(request));
                    if !matches!(sent.await, Ok(Ok(answer)) if answer.status().is_success()) {
                        eprintln!("the webhook did not take the line at {}", state.posted);
                        break;
                    }
                    state.posted += length as u64;
                    save(&state, folder)?;
                }
                tick.reset_after(pace.max(answer(client, &folder.join("answers")).await?));
            }
        }
    }
}

/// Sends what waits, in the order of the names. What is to be tried again holds up its own ticket alone. Gives the pause that the
/// service asks for.
pub(crate) async fn answer(client: &Client, answers: &Path) -> Fallible<Duration> {
    let (mut held, mut pause) = (BTreeSet::new(), Duration::ZERO);
    let paths = fs::read_dir(answers)?.map(|entry| Ok(entry?.path()));
    for path in paths.collect::<io::Result<BTreeSet<_>>>()? {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let (key, ticket) = name.rsplit_once('.').unwrap_or(("", "refused"));
        if ticket == "sent" {
            client.acknowledge(key)?;
            fs::remove_file(&path)?;
        }
        if ticket == "sent" || ticket == "refused" || held.contains(ticket) {
            continue;
        }
        // An empty text is refused, and so is a file without a text.
        let text = fs::read_to_string(&path).unwrap_or_default();
        let sent = match client.ticket(ticket) {
            Ok(ticket) => ticket.submit(text).key(&*name).resend_if_absent().await,
            Err(error) => Err(error),
        };
        let becomes = match sent.inspect_err(|error| eprintln!("{name}: {error}")) {
            Ok(_) => "sent",
            Err(error) if error.is_retryable() || error.delivery() == Delivery::Unknown => {
                pause = pause.max(error.retry_after().unwrap_or_default());
                held.insert(ticket.to_owned());
                continue;
            }
            Err(error) => match error.kind() {
                InvalidInput | Refused | RequestTooLarge | NotFound | Forbidden => "refused",
                // Of this program, its credentials or its machine.
                _ => return Err(error.into()),
            },
        };
        fs::rename(&path, answers.join(format!("{name}.{becomes}")))?;
        // On the disk before its outcome is forgotten: else it might be sent once more.
        fs::File::open(answers)?.sync_all()?;
    }
    Ok(pause)
}
