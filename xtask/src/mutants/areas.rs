//! What is made wrong together, and which tests are asked first.

/// What is mutated together.
pub(super) struct Area {
    /// Its name on the command line.
    pub(super) name: &'static str,
    /// Whose tests have to notice.
    pub(super) package: &'static str,
    /// Below the sources of the package.
    pub(super) files: &'static [&'static str],
    /// What the names of the tests hold that are asked first: those about it. The others see only what these do not notice.
    pub(super) first: &'static [&'static str],
}

/// The sources on which promises hang.
pub(super) const AREAS: [Area; 9] = [
    Area {
        name: "classify",
        package: "hwc-core",
        files: &["pipeline/classify.rs", "pipeline/classify/**/*.rs"],
        first: &[
            "classify",
            "judge",
            "proof",
            "framing",
            "given",
            "matrix_answers",
        ],
    },
    Area {
        name: "envelope",
        package: "hwc-core",
        files: &["pipeline/envelope.rs", "pipeline/envelope/**/*.rs"],
        first: &["envelope", "classify", "judge", "proof", "framing"],
    },
    Area {
        name: "retry",
        package: "hwc-core",
        files: &["retry.rs", "retry/**/*.rs"],
        first: &[
            "retry",
            "idempotency",
            "matrix_pace",
            "matrix_outage",
            "matrix_answers",
        ],
    },
    Area {
        name: "multipart",
        package: "hwc-core",
        files: &["body/form.rs", "body/outflow.rs"],
        first: &["form", "outflow", "multipart", "upload"],
    },
    Area {
        name: "download",
        package: "hwc-core",
        files: &["pipeline/download.rs", "pipeline/incoming.rs"],
        first: &["download", "incoming", "judge_files", "framing"],
    },
    Area {
        name: "save",
        package: "hwc-tickets",
        files: &[
            "attachments/download.rs",
            "attachments/download/**/*.rs",
            "files/arrival.rs",
        ],
        first: &["download", "arrival", "attachments", "files"],
    },
    Area {
        name: "reconcile",
        package: "hwc-tickets",
        files: &[
            "messages/submit/judge.rs",
            "messages/submit/likeness.rs",
            "messages/submit/reconcile.rs",
            "messages/submit/search.rs",
            "messages/submit/snapshot.rs",
            "tickets/create/judge.rs",
            "tickets/create/looking.rs",
            "tickets/create/reconcile.rs",
        ],
        first: &[
            "judge", "likeness", "search", "submit", "doubt", "ledger", "create", "orders",
        ],
    },
    Area {
        name: "paging",
        package: "hwc-tickets",
        files: &[
            "api/walk.rs",
            "api/walk/**/*.rs",
            "messages/history.rs",
            "messages/history/**/*.rs",
        ],
        first: &["walk", "history", "reading", "api", "tickets", "unread_all"],
    },
    Area {
        name: "ids",
        package: "hwc-tickets",
        files: &["ids.rs"],
        first: &["ids"],
    },
];
