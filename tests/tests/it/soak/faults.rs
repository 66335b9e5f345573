//! What goes wrong, one after the other, and whether it did.

use hwc_tickets_sim::{Fault, Operation};
use serde_json::{Value, json};

/// So many faults may be open at once. Each is for one of the next few calls, and each second makes some: a submit alone makes
/// two, whatever the follower waits for. More is what a simulator has that applies none.
const MOST_OPEN: usize = 30;
/// So many different numbers of calls are spared before a fault strikes. The first call of a second is most often the read
/// before the submit: with none spared, hardly a poll and hardly a write would meet a fault.
const SPARED: u64 = 7;

/// The kinds of faults of the simulator that are not set here, and why.
const LEFT_OUT: [(&str, &str); 3] = [
    (
        "body",
        "not tried here; of answers that are no answer, `html` and `cut` are set",
    ),
    (
        "drip_head",
        "not tried here; of answers that come byte by byte, `drip` is set",
    ),
    (
        "expire",
        "a token stays expired, and the client has this one alone: each call after it would fail",
    ),
];

/// The status of a redirect. No other fault has it, nor does the service answer with it.
pub(super) const REDIRECT: u16 = 302;

/// Faults in turn, and how many of them were set.
#[derive(Debug)]
pub(super) struct Faults {
    turns: Vec<Value>,
    pub(super) set: u64,
    /// Of them, those of a kind that leaves a request without a good answer. Most such requests are made again.
    pub(super) failing: u64,
    /// Of them, those after which a poll is not made again within the call: the follower tells each one.
    pub(super) told: u64,
    pub(super) most_open: usize,
}

impl Faults {
    /// None of them ends a follower. Their number is odd and not divided by that of the calls spared, so that each comes before
    /// and after the service has acted, and strikes each of the next calls.
    pub(super) fn new() -> Self {
        let turns = vec![
            json!({ "kind": "redirect", "status": REDIRECT, "location": "/login" }),
            json!({ "kind": "status", "status": 502 }),
            json!({ "kind": "reset" }),
            json!({ "kind": "cut" }),
            json!({ "kind": "status", "status": 429, "retry_after": "1" }),
            json!({ "kind": "html" }),
            json!({ "kind": "business", "code": "OSM.01010014" }),
            json!({ "kind": "close" }),
            json!({ "kind": "delay", "millis": 1500 }),
            json!({ "kind": "cut", "chunked": true }),
            json!({ "kind": "reset_next" }),
            json!({ "kind": "drip", "millis": 1 }),
            json!({ "kind": "status", "status": 503 }),
            json!({ "kind": "hang" }),
            json!({ "kind": "status", "status": 504 }),
        ];
        Self {
            turns,
            set: 0,
            failing: 0,
            told: 0,
            most_open: 0,
        }
    }

    /// The rule that is to be set next. It is for one call.
    pub(super) fn next_rule(&mut self) -> Value {
        let turn = self.set % u64::try_from(self.turns.len()).unwrap();
        let fault = &self.turns[usize::try_from(turn).unwrap()];
        let kind = fault["kind"].as_str().unwrap();
        // A poll that meets one of the others is made again within its call, and succeeds. After a redirect none is.
        let is_told = kind == "redirect";
        let operation = match is_told {
            true => Operation::ListNewInstantMessages.name(),
            false => "tickets",
        };
        let rule = json!({
            "operation": operation,
            "fault": fault,
            // Half of them spoil the answer to what was done. An answer that proves that nothing was done does not come after it: the
            // client would rightly send a message once more, and it would stand there twice.
            "after_commit": self.set.is_multiple_of(2) && !proves_nothing_done(fault),
            "skip": self.set % SPARED,
        });
        // What is late or slow still comes, and of a connection that dies later the next request may suffer or not.
        let is_failing = !matches!(kind, "delay" | "drip" | "reset_next");
        self.set += 1;
        self.failing += u64::from(is_failing);
        self.told += u64::from(is_told);
        rule
    }

    /// So many of those that were set are open now.
    pub(super) fn see_open(&mut self, open: usize) {
        self.most_open = self.most_open.max(open);
        let set = self.set;
        assert!(
            open <= MOST_OPEN,
            "{open} of {set} faults have struck nothing"
        );
    }

    /// Whether a follower that told of so many redirects has met the faults that it is to tell. What is under way when it is
    /// killed it tells nobody, so half of them are enough.
    pub(super) fn are_told(&self, redirected: u64) -> bool {
        redirected * 2 >= self.told
    }

    /// So many were never used, though there was time for it, and the follower told of so many redirects.
    pub(super) fn check(&self, unused: usize, redirected: u64) {
        let Self { set, told, .. } = self;
        assert_eq!(unused, 0, "of {set} faults these struck nothing");
        assert!(
            self.are_told(redirected),
            "the follower told of {redirected} redirects of {told}"
        );
    }
}

/// Whether a client knows from the answer that the service did nothing: by a code of the rate, or by one of the service itself.
fn proves_nothing_done(fault: &Value) -> bool {
    fault["kind"] == "business" || fault["status"] == 429
}

#[test]
fn each_fault_comes_before_the_service_has_acted_and_after_it_unless_it_says_that_nothing_was_done()
{
    let mut faults = Faults::new();
    let turns = faults.turns.len();
    let mut seen: Vec<String> = (0..turns * 2)
        .map(|_| {
            let rule = faults.next_rule();
            format!("{} {}", rule["fault"], rule["after_commit"])
        })
        .collect();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), turns * 2 - 2);
    assert_eq!((faults.set, faults.failing, faults.told), (30, 24, 2));
}

#[test]
fn each_kind_of_fault_is_set_or_left_out_for_a_reason() {
    let faults = Faults::new();
    let set = faults.turns.iter();
    let mut kinds: Vec<&str> = set.map(|fault| fault["kind"].as_str().unwrap()).collect();
    // Several of a kind may be set.
    kinds.sort_unstable();
    kinds.dedup();
    for (kind, reason) in LEFT_OUT {
        assert!(!reason.is_empty(), "{kind} is left out without a reason");
        kinds.push(kind);
    }
    kinds.sort_unstable();
    let mut all = Fault::KINDS;
    all.sort_unstable();
    assert_eq!(kinds, all);
}

#[test]
#[should_panic(expected = "31 of 31 faults have struck nothing")]
fn faults_that_strike_nothing_are_noticed() {
    let mut faults = Faults::new();
    for open in 0..=MOST_OPEN {
        faults.see_open(open);
        faults.next_rule();
    }
    faults.see_open(MOST_OPEN + 1);
}

#[test]
#[should_panic(expected = "the follower told of 0 redirects of 1")]
fn faults_that_the_client_never_saw_are_noticed() {
    let mut faults = Faults::new();
    faults.next_rule();
    faults.check(0, 0);
}
