//! What to do about each kind of fault, in one sentence.

use super::{Category, FaultFacts, FaultKind, Sent};

pub(super) fn of(fault: &FaultFacts) -> &'static str {
    if let Some(flaw) = fault.tls_flaw {
        return flaw.help();
    }
    match fault.kind {
        FaultKind::InvalidInput => "correct the value named above; nothing was sent",
        FaultKind::Credentials => {
            "give credentials explicitly, in the environment or in the credentials file"
        }
        FaultKind::Connect => {
            "check the endpoint and its region, the network, and the proxy settings (HTTPS_PROXY, NO_PROXY)"
        }
        FaultKind::Tls => "check the endpoint and the proxy settings",
        FaultKind::Timeout if fault.sent == Sent::Maybe => {
            "for a write, read back before trying again; or give the call a longer deadline"
        }
        FaultKind::Timeout => "try again, or give the call a longer deadline",
        FaultKind::Interrupted if fault.sent == Sent::Maybe => {
            "for a write, read back before trying again: it may have been done"
        }
        FaultKind::Interrupted => "try again; nothing was done",
        FaultKind::Throttled => "wait as long as `retry_after` says, and lower the rate of calls",
        FaultKind::Unauthorized => {
            "get a new token or check the access key; the clock of this machine must be right within 15 minutes"
        }
        FaultKind::Forbidden => {
            "check the permissions of the user, the site (X-Site: China or International) and the group id"
        }
        FaultKind::NotFound => {
            "check the id, and that the credentials belong to the account and site that own it"
        }
        FaultKind::Refused => match fault.category {
            Some(Category::Quota) => "wait until the quota is free again, or ask for a larger one",
            Some(Category::State) => {
                "read the present state of what the call names, and act on that"
            }
            Some(Category::Validation) => {
                "correct the content of the call; sending it again unchanged fails again"
            }
            _ => {
                "look the code up in the documentation of the service, and give the request id to its support"
            }
        },
        FaultKind::RequestTooLarge => {
            "send less at once: fewer ids in a query, a shorter text, a smaller token"
        }
        FaultKind::Unavailable if fault.sent == Sent::Maybe => {
            "try again later; for a write, read back first: it may have been done"
        }
        FaultKind::Unavailable => "try again later",
        FaultKind::Protocol => {
            "check the endpoint; a proxy, captive portal or login page may be answering in its place"
        }
        FaultKind::BodyTooLarge => "ask for less at once, or raise the body limit of the pipeline",
    }
}
