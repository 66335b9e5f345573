//! `hwc-tickets sim`: the simulator, and what to type in another terminal.

use crate::{cli::admin::Sim, context::Context, exit::Exit, failure::Failure};

pub(crate) async fn run(args: Sim, context: &Context) -> Result<(), Failure> {
    let address = args.options.listen;
    if address.port() != 0 {
        context.screen.note("In another terminal:");
        context.screen.note(&format!(
            "  export HWC_TICKETS_ENDPOINT=http://{address} HWC_TICKETS_TOKEN=TOKENEXAMPLE"
        ));
        context
            .screen
            .note("  hwc-tickets message history case-123");
    }
    hwc_tickets_sim::program::run(args.options)
        .await
        .map_err(|error| {
            Failure::own(
                Exit::Failure,
                error.to_string(),
                "Choose another address with --listen; port 0 picks a free one.",
            )
        })
}
