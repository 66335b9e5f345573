//! What to do about each kind of fault: a name for each advice, and its words.

use super::{Category, FaultFacts, FaultKind};
use crate::{Delivery, Idempotency, transport::TlsFlaw};
use serde::{Deserialize, Serialize};

/// What to do about a failed call.
///
/// A name, so that each program can say it in words of its own: a command line names its options, a
/// library its methods. [`Advice::words`] names neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Advice {
    /// What the caller gave cannot be sent. Correct what the fault names.
    CorrectValue,
    /// Give credentials.
    GiveCredentials,
    /// Check the address of the service, the network and the proxy.
    CheckConnection,
    /// The proxy wants a user name and a password (407).
    SignInToProxy,
    /// The network wants a login before it lets anything through (511): a captive portal.
    SignInToNetwork,
    /// TLS failed; what was wrong, when that is known.
    CheckTls(Option<TlsFlaw>),
    /// Nothing can have been changed: repeat it, or allow more time.
    AllowMoreTime,
    /// Nothing can have been changed: repeat it.
    Repeat,
    /// Nothing can have been changed: repeat it later.
    RepeatLater,
    /// It may have been done, and twice has the effect of once: repeat it.
    RepeatSafely,
    /// It may have been done: find out before repeating it.
    FindOut,
    /// Wait, and call less often.
    SlowDown,
    /// The credentials were refused. Renew them, and check the clock.
    RenewCredentials,
    /// The permission is missing. Check user, site and group.
    CheckPermission,
    /// What the call names does not exist. Check the id, the account and the site.
    CheckId,
    /// The gateway knows no such call. Check the method, the path and the address.
    CheckCall,
    /// A quota is used up.
    FreeQuota,
    /// The state of what the call names does not allow it. Read it, and act on that.
    ReadState,
    /// The content of the call was refused. It will be again.
    CorrectContent,
    /// A code without a known meaning. Look it up, or ask support.
    AskSupport,
    /// The request is too large.
    SendLess,
    /// Something else answered in the place of the service.
    CheckAddress,
    /// The answer is too large.
    AskForLess,
    /// The fault carries an advice of its own, in words. What a later version stored and this one has no name for is read so.
    #[serde(other)]
    Given,
}

impl Advice {
    /// Every advice, for tables. Of the flaws of TLS only the unknown one.
    pub const ALL: &[Self] = &[
        Self::CorrectValue,
        Self::GiveCredentials,
        Self::CheckConnection,
        Self::SignInToProxy,
        Self::SignInToNetwork,
        Self::CheckTls(None),
        Self::AllowMoreTime,
        Self::Repeat,
        Self::RepeatLater,
        Self::RepeatSafely,
        Self::FindOut,
        Self::SlowDown,
        Self::RenewCredentials,
        Self::CheckPermission,
        Self::CheckId,
        Self::CheckCall,
        Self::FreeQuota,
        Self::ReadState,
        Self::CorrectContent,
        Self::AskSupport,
        Self::SendLess,
        Self::CheckAddress,
        Self::AskForLess,
        Self::Given,
    ];

    /// In one sentence that names no option and no method.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::CorrectValue => "correct the value named above; nothing was sent",
            Self::GiveCredentials => {
                "give credentials explicitly, in the environment or in the credentials file"
            }
            Self::CheckConnection => {
                "check the endpoint and its region, the network, and the proxy settings (HTTPS_PROXY, NO_PROXY)"
            }
            Self::SignInToProxy => {
                "the proxy wants a user name and a password: write them into HTTPS_PROXY (http://user:password@host:port, special characters percent-encoded)"
            }
            Self::SignInToNetwork => {
                "the network wants you to sign in first: open its login page in a browser, then try again"
            }
            Self::CheckTls(Some(flaw)) => flaw.help(),
            Self::CheckTls(None) => "check the endpoint and the proxy settings",
            Self::AllowMoreTime => "try again, or give the call a longer deadline",
            Self::Repeat => "try again; nothing was changed",
            Self::RepeatLater => "try again later",
            Self::RepeatSafely => "it may have been done; doing it again does no harm",
            Self::FindOut => "it may have been done: read back before trying again",
            Self::SlowDown => "wait as long as the service asks, and lower the rate of calls",
            Self::RenewCredentials => {
                "get a new token or check the access key; the clock of this machine must be right within 15 minutes"
            }
            Self::CheckPermission => {
                "check the permissions of the user, the site (X-Site: China or International) and the group id"
            }
            Self::CheckId => {
                "check the id, and that the credentials belong to the account and site that own it"
            }
            Self::CheckCall => {
                "the gateway does not know this call: check its method and path, and the endpoint"
            }
            Self::FreeQuota => "wait until the quota is free again, or ask for a larger one",
            Self::ReadState => "read the current state of what the call names, and act on that",
            Self::CorrectContent => {
                "correct the content of the call; sending it again unchanged fails again"
            }
            Self::AskSupport => {
                "look the code up in the documentation of the service, and give the request id to its support"
            }
            Self::SendLess => {
                "send less at once: fewer ids in a query, a shorter text, a smaller token"
            }
            Self::CheckAddress => {
                "check the endpoint; a proxy, captive portal or login page may be answering in its place"
            }
            Self::AskForLess => "ask for less at once, or raise the limit of the answer's size",
            Self::Given => "see the words of the fault",
        }
    }
}

pub(super) fn of(fault: &FaultFacts) -> Advice {
    // Statuses that say by themselves who wants what.
    match fault.http_status {
        Some(407) => return Advice::SignInToProxy,
        Some(511) => return Advice::SignInToNetwork,
        _ => {}
    }
    // A read changes nothing, and an effect that is the same twice may be had again: but had it may be already.
    let may_be_done =
        fault.delivery == Delivery::Unknown && !fault.idempotency.is_some_and(Idempotency::is_safe);
    let may_be_repeated = fault.idempotency.is_some_and(Idempotency::may_be_repeated);
    match fault.kind {
        // The source of a body failed on the way.
        FaultKind::InvalidInput if fault.delivery == Delivery::Unknown => Advice::FindOut,
        FaultKind::InvalidInput => Advice::CorrectValue,
        FaultKind::Credentials => Advice::GiveCredentials,
        FaultKind::Connect if fault.is_proxy_login => Advice::SignInToProxy,
        FaultKind::Connect => Advice::CheckConnection,
        FaultKind::Tls => Advice::CheckTls(fault.tls_flaw),
        // Whatever else is to be done comes after that: done twice it cannot be taken back.
        _ if may_be_done && !may_be_repeated => Advice::FindOut,
        // Such a refusal is also the answer to what an attempt before has done.
        FaultKind::NotFound | FaultKind::Refused if was_done_before(fault) => Advice::FindOut,
        FaultKind::Timeout | FaultKind::Interrupted | FaultKind::Unavailable if may_be_done => {
            Advice::RepeatSafely
        }
        FaultKind::Timeout if fault.is_unconnected => Advice::CheckConnection,
        FaultKind::Timeout => Advice::AllowMoreTime,
        FaultKind::Interrupted => Advice::Repeat,
        FaultKind::Throttled => Advice::SlowDown,
        FaultKind::Unauthorized => Advice::RenewCredentials,
        FaultKind::Forbidden => Advice::CheckPermission,
        FaultKind::NotFound if is_unknown_call(fault.code.as_deref()) => Advice::CheckCall,
        FaultKind::NotFound => Advice::CheckId,
        FaultKind::Refused => match fault.category {
            Some(Category::Quota) => Advice::FreeQuota,
            Some(Category::State) => Advice::ReadState,
            Some(Category::Validation) => Advice::CorrectContent,
            _ => Advice::AskSupport,
        },
        FaultKind::RequestTooLarge => Advice::SendLess,
        FaultKind::Unavailable => Advice::RepeatLater,
        FaultKind::Protocol => Advice::CheckAddress,
        FaultKind::BodyTooLarge => Advice::AskForLess,
    }
}

/// Whether an attempt before the refused one may have done it.
fn was_done_before(fault: &FaultFacts) -> bool {
    fault.earlier == Delivery::Unknown && fault.idempotency.is_none_or(|known| !known.is_safe())
}

/// Whether it is the gateway that found nothing: then no id is wrong, but the call. The two spellings are those of its
/// generations.
fn is_unknown_call(code: Option<&str>) -> bool {
    matches!(code, Some("APIGW.0101" | "APIG.0101"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Fault, Operation};

    const ALL: [Idempotency; 5] = [
        Idempotency::Safe,
        Idempotency::Idempotent,
        Idempotency::IdempotentInEffect,
        Idempotency::DependsOnCall,
        Idempotency::NotIdempotent,
    ];

    fn fault(kind: FaultKind, delivery: Delivery, idempotency: Idempotency) -> Fault {
        Fault::new(kind, delivery, "it failed").of(&Operation::new(
            "thing",
            "GET",
            "/v1/thing",
            idempotency,
        )
        .with_makes(crate::Makes::Nothing))
    }

    /// The advice fits what is known: only a write that may have been done is to be found out about, and of none that
    /// may have been done it is said that nothing was changed.
    #[test]
    fn the_case_decides() {
        for idempotency in ALL {
            for kind in [
                FaultKind::Timeout,
                FaultKind::Interrupted,
                FaultKind::Unavailable,
                FaultKind::Throttled,
                FaultKind::Unauthorized,
                FaultKind::Forbidden,
                FaultKind::NotFound,
                FaultKind::Refused,
                FaultKind::RequestTooLarge,
                FaultKind::Protocol,
                FaultKind::BodyTooLarge,
            ] {
                for delivery in [Delivery::NotSent, Delivery::Rejected, Delivery::Unknown] {
                    let open = !idempotency.may_be_repeated() && delivery == Delivery::Unknown;
                    let fault = fault(kind, delivery, idempotency);
                    assert_eq!(fault.advice() == Advice::FindOut, open, "{fault:?}");
                    assert_eq!(fault.help().contains("read back"), open, "{fault:?}");
                    let may_be_done = !idempotency.is_safe() && delivery == Delivery::Unknown;
                    let says_unchanged = matches!(
                        fault.advice(),
                        Advice::AllowMoreTime | Advice::Repeat | Advice::RepeatLater
                    );
                    assert!(!(may_be_done && says_unchanged), "{fault:?}");
                }
            }
            for (status, advice) in [(407, Advice::SignInToProxy), (511, Advice::SignInToNetwork)] {
                for kind in [FaultKind::Refused, FaultKind::Unavailable] {
                    let mut fault = fault(kind, Delivery::Unknown, idempotency);
                    fault.http_status = Some(status);
                    assert_eq!(fault.advice(), advice);
                }
            }
        }
        // The fact decides, whatever the words.
        for (is_proxy_login, advice) in [
            (true, Advice::SignInToProxy),
            (false, Advice::CheckConnection),
        ] {
            let words = "proxy authorization required";
            let mut fault = Fault::new(FaultKind::Connect, Delivery::NotSent, words);
            fault.is_proxy_login = is_proxy_login;
            assert_eq!(fault.advice(), advice);
        }
        for (code, advice) in [
            ("APIGW.0101", Advice::CheckCall),
            ("APIG.0101", Advice::CheckCall),
            ("OSM.01010015", Advice::CheckId),
        ] {
            let mut fault = Fault::new(FaultKind::NotFound, Delivery::Rejected, "it failed");
            fault.code = Some(code.to_owned());
            assert_eq!(fault.advice(), advice, "{code}");
        }
        let own = Fault::new(FaultKind::Connect, Delivery::NotSent, "it failed");
        let own = own.with_help("ask the operator");
        assert_eq!(
            (own.advice(), own.help()),
            (Advice::Given, "ask the operator")
        );
    }

    #[test]
    fn no_word_of_a_language() {
        for advice in Advice::ALL {
            let words = advice.words();
            for word in ["::", "()", "builder", "Client", "pipeline", "`"] {
                assert!(!words.contains(word), "{words}");
            }
        }
    }
}
