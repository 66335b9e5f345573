//! A wire client over a scripted network.

use hwc_core::Fault;
use hwc_core::{
    CallOptions, Pipeline,
    identity::Token,
    testing::{FakeClock, ScriptedTransport, Step},
};
use hwc_tickets_wire::{Client, ERROR_CODES, Request, Response};
use std::sync::Arc;

/// A client, its network and its clock.
pub(crate) struct Service {
    pub(crate) network: ScriptedTransport,
    clock: FakeClock,
    client: Client,
}

impl Service {
    /// Every request is answered by `step`.
    pub(crate) fn answering(step: Step) -> Self {
        let clock = FakeClock::new();
        let network = ScriptedTransport::new(&clock).otherwise(step);
        let pipeline = Pipeline::builder("https://example.com".parse().unwrap())
            .identity(Token::new(&"token-for-tests".into()).unwrap())
            .error_codes(ERROR_CODES)
            .clock(Arc::new(clock.clone()))
            .transport(Arc::new(network.clone()))
            .build()
            .unwrap();
        let client = Client::new(Arc::new(pipeline));
        Self {
            network,
            clock,
            client,
        }
    }

    /// Every request is answered with 200 and this body.
    pub(crate) fn saying(body: &'static str) -> Self {
        Self::answering(Step::json(200, body))
    }

    pub(crate) fn run<F: Future>(&self, future: F) -> F::Output {
        self.clock.run(future)
    }

    /// Calls an operation.
    pub(crate) fn send<R: Request + Sync>(
        &self,
        request: &R,
    ) -> Result<Response<R::Response>, Fault> {
        let options = CallOptions::default();
        self.clock.run(self.client.send(request, &options))
    }
}
