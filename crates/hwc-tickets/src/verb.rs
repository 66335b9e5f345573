//! What the short verbs of a ticket have in common: a group, a deadline, and nothing before they are
//! awaited.

/// Makes the type of a verb: setters, and `IntoFuture` over `run(ticket, deadline, ...)`.
macro_rules! verb {
    (
        $(#[$doc:meta])*
        $name:ident { $($field:ident: $type:ty),* } -> $output:ty, $run:path
        $(, group: $group:literal)?
    ) => {
        $(#[$doc])*
        #[derive(Debug)]
        #[must_use = "nothing is sent before it is awaited"]
        pub struct $name {
            ticket: $crate::tickets::ticket::Ticket,
            timeout: Option<std::time::Duration>,
            $($field: $type,)*
        }

        impl $name {
            $(
                #[doc = $group]
                pub fn group(mut self, group: $crate::ids::GroupId) -> Self {
                    self.ticket.group = Some(group);
                    self
                }
            )?

            /// Total deadline. Default: that of the client (30 s).
            pub fn timeout(mut self, total: std::time::Duration) -> Self {
                self.timeout = Some(total);
                self
            }
        }

        impl std::future::IntoFuture for $name {
            type Output = $crate::error::Result<$output>;
            type IntoFuture =
                std::pin::Pin<Box<dyn std::future::Future<Output = Self::Output> + Send>>;

            fn into_future(self) -> Self::IntoFuture {
                let deadline = self
                    .timeout
                    .unwrap_or(self.ticket.client.parts().deadline);
                let id = self.ticket.id.clone();
                let run = $run(self.ticket, deadline, $(self.$field),*);
                Box::pin(async move { run.await.map_err(|error| error.with_ticket(&id)) })
            }
        }
    };
}

pub(crate) use verb;

use hwc_core::CallOptions;
use std::time::Duration;

/// Options of a call with this deadline.
pub(crate) fn within(deadline: Duration) -> CallOptions {
    let mut options = CallOptions::default();
    options.deadline = Some(deadline);
    options
}
