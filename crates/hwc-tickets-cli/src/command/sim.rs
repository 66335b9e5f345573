//! `hwc-tickets sim`: the simulator, and what to type in another terminal.

use crate::{
    cli::admin::Sim,
    exit::Exit,
    failure::Failure,
    render::Screen,
    signal::{Listening, interrupt},
};
use hwc_tickets_sim::StartError;

pub(crate) async fn run(args: Sim, screen: &Screen) -> Result<(), Failure> {
    let advise = |simulator: &hwc_tickets_sim::Simulator| {
        if let Some(page) = simulator.page() {
            screen.note(&format!("Open {page} in a browser to play the engineer."));
        }
        screen.note("In another terminal:");
        screen.note(&format!(
            "  export HWC_TICKETS_ENDPOINT={} HWC_TICKETS_TOKEN={}",
            simulator.endpoint(),
            simulator.credentials().token
        ));
        screen.note("  hwc-tickets message history case-123");
        screen.note(&format!(
            "To log in with a password, set HUAWEICLOUD_SDK_IAM_ENDPOINT={} instead of the token.",
            simulator.endpoint()
        ));
    };
    // It ends in its own order. The handlers of this program alone hear the signal: with others beside them, the simulator might be
    // done before these ask whether anybody listens.
    let _listening = Listening::begin();
    hwc_tickets_sim::program::run(args.options, interrupt(), advise)
        .await
        .map_err(|error| {
            const OTHER_ADDRESS: &str =
                "Choose another address with --listen; port 0 picks a free one.";
            let (exit, advice) = match error {
                StartError::Exchange { .. } => (
                    Exit::Usage,
                    "Name a directory of recorded exchanges with --replay.",
                ),
                // It may be taken by another program, and be free the next time.
                StartError::Listen { .. } => (Exit::Failure, OTHER_ADDRESS),
                _ => (Exit::Usage, OTHER_ADDRESS),
            };
            Failure::own(exit, error.to_string(), advice)
        })
}
