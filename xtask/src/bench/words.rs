//! The words of the page: what works and ways are called, and what is said of the figures.

use super::figures::{
    BLOCKING, GENERATED, HYPER, OFFICIAL, OPENAPI_GENERATOR, PLAIN, PLAIN_BLOCKING, SAME_DECODE,
    VERB,
};

/// What the names of works mean.
pub(super) const WORKS: &[(&str, &str)] = &[
    ("page1", "a page of 1 message"),
    ("page10", "a page of 10 messages"),
    ("page100", "a page of 100 messages"),
    (
        "signed",
        "a page of 10 messages, signed (plain code sends a token)",
    ),
    ("flight", "a page of 10 messages, 64 calls in flight"),
    ("unread", "what is unread, 1,000 tickets"),
    ("submit", "one message"),
    ("history", "a conversation of 100,000 messages"),
    (
        "decode",
        "a conversation of 100,000 messages, decoded out of memory",
    ),
    (
        "follow",
        "the newest message of each of 1,000 tickets, and what is new",
    ),
    ("list", "10,000 tickets"),
    ("upload", "100 MiB up"),
    ("download", "100 MiB down"),
];
/// The same of works that are counted on less than what is measured by the clock.
const SMALL: &[(&str, &str)] = &[
    ("history-small", "a conversation of 10,000 messages"),
    (
        "follow-small",
        "the newest message of each of 100 tickets, and what is new",
    ),
    ("upload-small", "1 MiB up"),
    ("download-small", "1 MiB down"),
];
/// What the names of ways mean.
const WAYS: &[(&str, &str)] = &[
    (VERB, "verb"),
    (GENERATED, "generated call"),
    (BLOCKING, "verb, blocking"),
    (PLAIN, "plain reqwest"),
    (PLAIN_BLOCKING, "plain reqwest, blocking"),
    (SAME_DECODE, "plain reqwest, decoded as here"),
    (HYPER, "plain hyper"),
    (OFFICIAL, "official Python SDK"),
    (OPENAPI_GENERATOR, "client of openapi-generator"),
];
/// The ways of others.
pub(super) const OTHERS: &[&str] = &[OFFICIAL, OPENAPI_GENERATOR];
/// What each of them is compared with besides plain code.
pub(super) const OWN: [&str; 2] = [VERB, GENERATED];

pub(super) const HEAD: &str = "\
# Benchmarks

Written by `cargo xtask bench`; not by hand. It starts the simulator and measures all ways of a client against it in one run, on one
thread each, in rounds that take turns. Figures are medians of the rounds. A ratio of two ways is taken in each round, and the median of these ratios
counts, because the speed of a machine drifts from round to round. On another machine figures are other ones: what can be compared is the ratio of a
way to plain code in the same run.
";

pub(super) const AIMS: &str = "
A row of pages has three figures, in this order. Those that miss the aim are bold. Nothing fails that misses one. A figure that this run did not
measure is missing, and nobody knows whether its aim is held. A verb is held to 1.05 times plain code, as a generated call is, although it does more. Up
to 1.10 it is above its bar, and [speed.md](speed.md) has its profile and what was tried; above 1.10 it is not held. Why verbs cost more than plain code
is told below.
";

pub(super) const WAYS_TOLD: &str = "
## What is compared

Plain code is hand-written with reqwest: the same requests, the documented fields decoded by derived structs, a deadline and a limit of size, and
nothing else. It knows no error inside HTTP 200, repeats nothing, keeps no unknown fields and finds no gap. \"Decoded as here\" is the same with the
structs of the SDK: it tells what the call costs without its decoding. Plain code that blocks is the same with `reqwest::blocking`, which has a second
thread. A blocking verb is told as a multiple of that, and every other way as a multiple of plain code that is asynchronous; each of the two is 1.
Plain hyper has neither deadline nor limit: it is what a call costs at least. A generated call is a method that follows from the description, and
makes the same request as plain code. A verb is shaped by hand, and may make more: a submit reads the conversation first, to know its own message
again. The verb `history` reads a page by the time of its messages, plain code by their number: another request, the same messages.

Where a conversation is decoded out of memory, plain code is serde_json alone: it reads the bytes of each page into derived structs of its own,
which have the documented fields and nothing else. The generated call reads the same bytes into the structs of the SDK, as it reads an answer. They
have the same fields and besides keep what is not described, and a value of the wrong kind costs its own field alone. So these are not the same
structs: those of the SDK bring more. The verb `history` is a whole client on a transport that answers out of memory: it makes each of its requests,
gets the same bytes without a network, and makes messages of them as it always does. All three read the pages that this verb asked the simulator
for before the measurement, which overlap by a message.

Clients of others run in processes of their own, make one call at a time and take turns with all the rest. The client of openapi-generator
is what it makes for Rust of the same description with its library `reqwest`, built as this SDK is, with the deadline and the headers of plain
code. The official Python SDK signs each request, for it knows no token: a page that is signed is the same request here and there.
";

pub(super) const COUNTED: &str = "
A call is the whole work: for what is unread it makes 10 requests, for 10,000 tickets 100 or some more. Valgrind makes a program some fifty times as slow, so
a conversation, followed tickets and files are smaller here than above; each row says how large. Clients of others are not counted: most of the official Python SDK would be its
interpreter, and the client of openapi-generator does not start below valgrind 3.19.
";

pub(super) const VERBS: &str = "
A generated call hands out what the service sent, in the structs of the description. Plain reqwest that is decoded as here does the same: the
difference between these two is the call itself, without its decoding. A verb makes types of its own of those structs, for every message: it reads
the time in the zone of the service, tells the kind of the message and the role of its author, and takes up the attachments. It proves the order
of the messages, and the end of the conversation where it comes there, and drops what comes twice because pages overlap. The difference between a
verb and a generated call is the price of that. Plain code does nothing of it.

So it is with the other verbs. A list makes tickets of its rows, reads their times and drops those that come twice. What is unread is told for each
ticket that was asked for, also for one that the answer does not name. Following reads the newest messages of each ticket, then asks for news, and
remembers what it handed out. The file of an upload is read in other threads, so that no call waits for a disk. A submit first reads the messages of the last
minute, so that it can tell its own message from those if the answer is lost: two requests where plain code makes one. A verb writes to another
ticket each time, as people do.

What was tried to make each of them cheaper, with figures, is in [speed.md](speed.md).
";

pub(super) const STARTS: &str = "
From the start of a program to its end: it makes its client, reads the page, and stops; the median of several starts. The programs of the first four rows have this one
client each and nothing else, and are built and stripped alike. Plain code is built without TLS, which no call here needs; the SDK always has it,
with rustls and ring, and that is part of its size; it also looks for a proxy, which plain code is told not to do. The other two are the programs that make the calls of others; the size of the Python SDK
is not told, for it is a directory of many files beside an interpreter.
";

pub(super) const MEMORY: &str = "
The largest resident set of the process, `VmHWM` of Linux. Ways of this SDK and of plain code are one program that has all of them, so what is compared is
what each of them touches. Before a download the same program uploads the file by plain code.
";

/// What a name of `names` means; of another one itself.
fn meaning<'a>(names: &[(&str, &'a str)], name: &'a str) -> &'a str {
    let known = names.iter().find(|(known, _)| *known == name);
    known.map_or(name, |(_, words)| *words)
}

/// The names of all works.
pub(super) fn works() -> impl Iterator<Item = &'static str> {
    WORKS.iter().map(|(name, _)| *name)
}

/// What a way is called.
pub(super) fn way(name: &str) -> &str {
    meaning(WAYS, name)
}

/// What a work is called, as it is measured or as it is counted.
pub(super) fn work(name: &str) -> &str {
    meaning(WORKS, meaning(SMALL, name))
}
