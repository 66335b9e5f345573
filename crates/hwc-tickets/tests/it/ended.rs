//! A stream that has ended stays so: asked again, it says `None` again, as a loop over several streams does.

use futures_core::FusedStream;
use futures_util::{Stream, StreamExt as _, stream};
use hwc_tickets::{TicketId, sim};
use std::fmt::Debug;

/// Polled to its end, and then again.
async fn stays_ended<S: Stream<Item: Debug> + Unpin>(name: &str, stream: &mut S) {
    while let Some(item) = stream.next().await {
        assert!(!format!("{item:?}").contains("Err("), "{name}: {item:?}");
    }
    for _ in 0..3 {
        assert!(stream.next().await.is_none(), "{name}");
    }
}

/// The same for one that says of itself whether it has ended.
async fn knows_its_end<S: FusedStream<Item: Debug> + Unpin>(name: &str, mut stream: S) {
    assert!(!stream.is_terminated(), "{name}");
    stays_ended(name, &mut stream).await;
    assert!(stream.is_terminated(), "{name}");
}

#[tokio::test]
async fn every_stream_stays_ended() {
    let service = sim::Simulator::start().await.unwrap();
    let client = sim::client(&service).build().unwrap();
    let ticket = client.ticket("case-123").unwrap();

    knows_its_end("history", ticket.history().stream()).await;
    knows_its_end("oldest", ticket.history().oldest_first().stream()).await;
    let events = client.follow([TicketId::new("case-123").unwrap()]).stream();
    events.stop_handle().stop();
    knows_its_end("events", events).await;
    let events = client.tickets().follow_new().stream();
    events.stop_handle().stop();
    knows_its_end("ticket events", events).await;
    let events = client.follow_all().stream();
    events.stop_handle().stop();
    knows_its_end("all events", events).await;

    stays_ended("pages", &mut client.labels().list().pages()).await;
    stays_ended("items", &mut client.labels().list().items()).await;
    stays_ended("row pages", &mut client.tickets().list().pages()).await;
    stays_ended("rows", &mut client.tickets().list().items()).await;
    let mut none_sent = client.submit_all(stream::empty()).stream();
    stays_ended("outcomes", &mut none_sent).await;
}
