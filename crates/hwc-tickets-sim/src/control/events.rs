//! `/_sim/events`: the state of the simulator, told anew whenever it changes.

use std::convert::Infallible;
use std::future;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, Sse};
use futures_util::stream::{self, Stream};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::Sim;
use crate::domain::Command;
use crate::state::Shared;

/// Changes within this time are told together.
const PAUSE: Duration = Duration::from_millis(50);

/// Events of type `state`, the first one at once. Ends when the simulator stops.
pub(super) async fn events(
    State(shared): Sim,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let changes = shared.changes();
    let told = stream::unfold(
        (shared, changes, true),
        |(shared, mut changes, first)| async move {
            if !first && !something_happens(&shared, &mut changes).await {
                return None;
            }
            changes.borrow_and_update();
            // Numbers and texts only, so this cannot fail; a line break inside is escaped.
            let event = Event::default()
                .event("state")
                .data(state(&shared).to_string());
            Some((Ok(event), (shared, changes, false)))
        },
    );
    Sse::new(told)
}

/// Waits for a change, and lets what is due happen. `false` when the simulator stops.
async fn something_happens(shared: &Arc<Shared>, changes: &mut watch::Receiver<u64>) -> bool {
    let due = shared.lock().world.next_due();
    let something_due = async {
        match due {
            Some(due) => {
                let wait = due.duration_since(shared.clock.now());
                shared
                    .clock
                    .sleep(wait.try_into().unwrap_or(Duration::ZERO))
                    .await;
            }
            None => future::pending().await,
        }
    };
    tokio::select! {
        biased;
        () = shared.clock.forever() => return false,
        _ = changes.changed() => {}
        () = something_due => {
            let now = shared.clock.now();
            shared.lock().world.apply(Command::Tick, now);
            // Others who watch see it, too.
            shared.changed();
        }
    }
    shared.clock.at_most(PAUSE, shared.clock.forever()).await;
    true
}

fn state(shared: &Shared) -> Value {
    let state = shared.lock();
    json!({
        "now": shared.clock.now().to_string(),
        "seed": state.seed,
        // As a text: a script would round the number.
        "run": format!("{:016x}", state.run),
        "engineers": state.world.rules().engineers,
        "answers_planned": state.world.planned(),
        "requests": state.journal.last(),
        "faults": state.fault_rules.open(),
        "tickets": state.world.overview(),
    })
}
