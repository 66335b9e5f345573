//! Opening tickets: from options, from drafts, at a terminal; what is missing, what is in doubt, what is never sent.

use crate::stage::{FOREVER, Ran, Stage, forbidden, private, private_directory, unavailable};
use hwc_tickets_sim::{Agreement, DEMO, Fault, FaultRule, Operation};

/// The report of a fault, about a product of the simulator.
const FAULT: &str = "7d3e0c52b8f94a1e96c47f20d15ab8e3";
/// The same in what [`Stage::stable`] leaves.
const SHOWN_FAULT: &str = "PENDING-ID";
/// The same with a mandatory extra field, and one that is a secret.
const DISK_FAULT: &str = "124";
const WHOLE: [&str; 10] = [
    "ticket",
    "create",
    "--problem-type",
    FAULT,
    "--product",
    "123",
    "--region",
    "cn-north-4",
    "--description",
    "磁盘又满了 since noon",
];
/// The same without a description.
const GIVEN: [&str; 8] = [
    "--problem-type",
    FAULT,
    "--product",
    "123",
    "--region",
    "cn-north-4",
    "--severity",
    "123",
];

/// A stage on which the agreement for new tickets is signed: what is about something else need not do it.
fn signed() -> Stage {
    let stage = Stage::new();
    stage.sim().sign_agreement(DEMO, 1).unwrap();
    stage
}

fn create(stage: &Stage, more: &[&str]) -> Ran {
    stage.run(&[&WHOLE[..], more].concat())
}

/// How many tickets there are.
fn tickets(stage: &Stage) -> usize {
    stage.sim().world().ticket_ids().len()
}

/// How often a ticket was sent to be opened, and files were uploaded.
fn writes(stage: &Stage) -> usize {
    let journal = stage.sim().journal().into_iter();
    let writes = journal.filter(|entry| {
        let operation = entry.operation.map(Operation::name);
        matches!(operation, Some("createCases" | "uploadAccessory"))
    });
    writes.count()
}

/// The one ticket that was opened, by what was printed.
fn opened(stage: &Stage, ran: &Ran, before: usize) -> String {
    assert_eq!(ran.code, 0, "{}", ran.golden());
    assert_eq!(tickets(stage), before + 1, "{}", ran.golden());
    ran.json()["ticket"].as_str().unwrap().to_owned()
}

#[test]
fn a_ticket_in_every_form() {
    for form in ["table", "json", "ndjson", "plain"] {
        for columns in ["40", "120"] {
            let stage = signed();
            let before = tickets(&stage);
            let mut command = stage.command(&[&WHOLE[..], &["-o", form]].concat());
            let ran = stage.finish(command.env("COLUMNS", columns));
            assert_eq!(ran.code, 0, "{}", ran.golden());
            assert_eq!(tickets(&stage), before + 1);
            if form != "ndjson" {
                let name = format!("create_{form}_{columns}");
                insta::assert_snapshot!(name, ran.golden());
            }
        }
    }
}

/// What is shown by the program that shows tickets is what was given.
#[test]
fn options_arrive_as_they_were_given() {
    let stage = signed();
    let before = tickets(&stage);
    let ran = create(&stage, &["-o", "json", "--extra", "impact=part"]);
    let id = opened(&stage, &ran, before);
    assert_eq!(ran.json()["receipt"], "told");
    let shown = stage.run(&["ticket", "show", &id, "-o", "json"]).json();
    let detail = shown["detail"].to_string();
    assert!(detail.contains("磁盘又满了 since noon"), "{detail}");
    assert_eq!(stage.sim().arrived(&id), ["磁盘又满了 since noon"]);
    // Its id is known to completions.
    let seen = stage.home().join(".local/state/hwc-tickets/seen/default");
    assert!(std::fs::read_to_string(seen).unwrap().contains(&id));
}

#[test]
fn drafts_in_yaml_and_json_from_files_and_standard_input() {
    let yaml = "problem_type: \"124\"\nproduct: 123\nregion: cn-north-4\ndescription: |\n  磁盘满了\n  Since noon.\n\
                extra:\n  disk_id: d-1\n  login_password: s3cret-CANARY\n";
    let json = r#"{"problem-type": "124", "product": 123, "region": "cn-north-4", "description": "磁盘满了\nSince noon.",
                  "extra": {"disk_id": "d-1"}}"#;
    for (name, text) in [("draft.yaml", yaml), ("draft.json", json)] {
        let stage = signed();
        let before = tickets(&stage);
        let path = private(&stage.home().join(name), text.as_bytes());
        let path = path.display().to_string();
        let args = ["ticket", "create", "--file", path.as_str(), "-o", "json"];
        let id = opened(&stage, &stage.run(&args), before);
        let arrived = stage.sim().arrived(&id);
        assert_eq!(arrived[0].trim_end(), "磁盘满了\nSince noon.", "{name}");
        // From standard input, and an option wins.
        let args = ["ticket", "create", "--file", "-", "-o", "json"];
        let args = [&args[..], &["--description", "another"]].concat();
        let ran = stage.run_with_input(&args, text);
        let id = opened(&stage, &ran, before + 1);
        assert_eq!(stage.sim().arrived(&id), ["another"], "{name}");
        assert!(!ran.golden().contains("CANARY"), "{}", ran.golden());
    }
}

/// A draft that cannot be read is told by its place, and nothing of it is shown.
#[test]
fn drafts_that_are_none() {
    let stage = signed();
    for (text, reason) in [
        ("a: [CANARY", "line "),
        ("- CANARY\n", "names with values"),
        ("regoin: CANARY\n", "there is no field regoin"),
        ("region: [CANARY]\n", "region is to be one text"),
        ("extra: CANARY\n", "extra is to be keys with values"),
        ("region: a\nregion: CANARY\n", "twice"),
    ] {
        let ran = stage.run_with_input(&["ticket", "create", "--file", "-"], text);
        assert_eq!(ran.code, 2, "{text}: {}", ran.golden());
        assert!(ran.stderr.contains(reason), "{text}: {}", ran.stderr);
        assert!(!ran.stderr.contains("CANARY"), "{text}: {}", ran.stderr);
    }
    let twice = ["ticket", "create", "--file", "-", "--description", "-"];
    let ran = stage.run_with_input(&twice, "x");
    assert_eq!(ran.code, 2, "{}", ran.golden());
    let says = "standard input cannot be read both for --file and for --description";
    assert!(ran.stderr.contains(says), "{}", ran.stderr);
    assert_eq!(stage.requests(), 0);
}

/// One error names all that is missing, and where it is looked up.
#[test]
fn what_is_missing_is_told_at_once() {
    let stage = signed();
    let ran = stage.run(&["ticket", "create"]);
    assert_eq!(ran.code, 2, "{}", ran.golden());
    insta::assert_snapshot!("create_missing", ran.golden());
    assert_eq!(stage.requests(), 0);
    let args = ["ticket", "create", "--description", "x", "--product", "123"];
    let ran = stage.run(&[&args[..], &["--problem-type", DISK_FAULT]].concat());
    assert_eq!(ran.code, 2, "{}", ran.golden());
    let missing = "error: missing: --region, --extra disk_id=VALUE\n";
    assert!(ran.stderr.starts_with(missing), "{}", ran.stderr);
    for place in ["catalog regions", "catalog extra-fields"] {
        let place = format!("`hwc-tickets {place}`");
        assert!(ran.stderr.contains(&place), "{}", ran.stderr);
    }
    // What the service does not offer is told together with it.
    let args = [
        "ticket",
        "create",
        "--description",
        "x",
        "--problem-type",
        "nothing",
    ];
    let ran = stage.run(&[&args[..], &["--region", "moon"]].concat());
    assert_eq!(ran.code, 2, "{}", ran.golden());
    for part in [
        "problem_type is not one",
        "region is not one",
        "catalog problem-types",
    ] {
        assert!(ran.stderr.contains(part), "{part}: {}", ran.stderr);
    }
    assert_eq!(writes(&stage), 0);
}

/// No document states the form of a contact: what looks odd is told, in a dry run as well, and sent as it is.
#[test]
fn what_looks_odd_is_told_and_sent() {
    let stage = signed();
    let hours = ["--contact-hours", "25:00-99"];
    for more in [&["--dry-run"][..], &[]] {
        let ran = create(&stage, &[&hours[..], more].concat());
        assert_eq!(ran.code, 0, "{}", ran.golden());
        let told = "warning: --contact-hours does not look like 0";
        assert!(ran.stderr.contains(told), "{}", ran.stderr);
    }
    assert_eq!(writes(&stage), 1);
    let ran = create(&stage, &["--contact-hours", "09:00-18:00", "--dry-run"]);
    assert!(!ran.stderr.contains("warning"), "{}", ran.stderr);
}

/// A dry run shows the request as `message send` does, without secrets, and asks nobody.
#[test]
fn a_dry_run_sends_nothing() {
    let stage = signed();
    let secret = private(&stage.home().join("secret"), b"CANARY-of-field");
    let code = private(&stage.home().join("code"), b"CANARY");
    let file = private(&stage.home().join("disk.log"), b"from the disk");
    let extra = format!("login_password={}", secret.display());
    let more = [
        "--extra-file",
        extra.as_str(),
        "--extra",
        "disk_id=d-1",
        "--verify-code-file",
        code.to_str().unwrap(),
        "--verified-mobile",
        "CANARY-of-header",
        "--attach",
        file.to_str().unwrap(),
        "--dry-run",
    ];
    for form in ["table", "json", "ndjson", "plain"] {
        let ran = create(&stage, &[&more[..], &["-o", form]].concat());
        assert_eq!(ran.code, 0, "{}", ran.golden());
        assert!(!ran.stdout.contains("CANARY"), "{}", ran.stdout);
        assert!(ran.stdout.contains("<secret>"), "{}", ran.stdout);
        assert!(ran.stdout.contains("磁盘又满了"), "{}", ran.stdout);
    }
    let shown = create(&stage, &[&more[..], &["-o", "json"]].concat()).json();
    let body = &shown["body"];
    assert_eq!(shown["sent"], false);
    assert_eq!(body["business_type_id"], SHOWN_FAULT);
    assert_eq!(body["extends_map"]["disk_id"], "d-1");
    assert_eq!(body["extends_map"]["login_password"], "<secret>");
    assert_eq!(body["verify_code"], "<secret>");
    assert_eq!(body["accessory_ids"][0], "<file disk.log of 13 bytes>");
    // What is missing is told as without it.
    let ran = stage.run(&["ticket", "create", "--dry-run"]);
    assert_eq!(ran.code, 2, "{}", ran.golden());
    assert!(
        ran.stderr.starts_with("error: missing: --problem-type"),
        "{}",
        ran.stderr
    );
    assert_eq!(stage.requests(), 0);
    insta::assert_snapshot!("create_dry_run", create(&stage, &["--dry-run"]).golden());
}

#[test]
fn files_are_uploaded_and_attached() {
    let stage = signed();
    let before = tickets(&stage);
    let file = private(&stage.home().join("disk.log"), b"from the disk");
    let ran = create(&stage, &["--attach", file.to_str().unwrap(), "-o", "json"]);
    let id = opened(&stage, &ran, before);
    let shown = stage.run(&["ticket", "show", &id]);
    assert!(shown.stdout.contains("disk.log"), "{}", shown.stdout);
}

/// All are looked at first: nothing is sent when one of them is refused, or when the ticket is.
#[test]
fn a_file_that_is_refused_keeps_everything_back() {
    let stage = signed();
    let good = private(&stage.home().join("disk.log"), b"from the disk");
    let good = good.to_str().unwrap();
    let bad = private(&stage.home().join("disk.exe"), b"MZ");
    let large = private(&stage.home().join("large.log"), &vec![b'a'; (4 << 20) + 1]);
    let none = stage.home().join("none.log");
    for (path, reason) in [
        (&bad, "of a kind that the service does not take"),
        (&large, "the limit of the service is"),
        (&none, "none.log"),
        (&stage.home().to_owned(), "error: "),
    ] {
        let ran = create(
            &stage,
            &["--attach", good, "--attach", path.to_str().unwrap()],
        );
        assert_eq!(ran.code, 2, "{}", ran.golden());
        assert!(ran.stderr.contains(reason), "{reason}: {}", ran.stderr);
    }
    let args = [
        "ticket",
        "create",
        "--description",
        "x",
        "--problem-type",
        FAULT,
    ];
    let ran = stage.run(&[&args[..], &["--product", "123", "--attach", good]].concat());
    assert_eq!(ran.code, 2, "{}", ran.golden());
    assert!(ran.stderr.contains("missing: --region"), "{}", ran.stderr);
    assert_eq!(writes(&stage), 0);
}

/// What is stored by then is told: no list has it.
#[cfg(unix)]
#[test]
fn an_interrupted_upload_tells_what_is_stored() {
    let stage = signed();
    let hangs = FaultRule::new(Operation::UploadAccessory, Fault::Hang);
    stage.sim().fault(hangs.skipping(1));
    let [first, second] = ["first.log", "second.log"].map(|name| {
        let file = private(&stage.home().join(name), b"from the disk");
        file.display().to_string()
    });
    let more = ["--attach", first.as_str(), "--attach", second.as_str()];
    let child = stage.spawn(&[&WHOLE[..], &more].concat());
    crate::stage::until("the second file", || writes(&stage) == 2);
    crate::exit::interrupt(&child);
    let ran = stage.ran(child.wait_with_output().unwrap());
    assert_eq!(ran.code, 130, "{}", ran.golden());
    let says = "in no ticket yet; next time name first.log with --attachment ";
    assert!(ran.stderr.contains(says), "{}", ran.stderr);
    assert!(!ran.stderr.contains("second.log"), "{}", ran.stderr);
}

/// Between the last file and the ticket: the files are stored, and the ticket was not sent for sure.
#[cfg(unix)]
#[test]
fn an_interruption_before_the_ticket_tells_what_is_stored() {
    let stage = signed();
    let hangs = FaultRule::new(Operation::ListCases, Fault::Hang);
    stage.sim().fault(hangs);
    let file = private(&stage.home().join("disk.log"), b"from the disk");
    let child = stage.spawn(&[&WHOLE[..], &["--attach", file.to_str().unwrap()]].concat());
    crate::stage::until("the look at the list", || {
        let journal = stage.sim().journal();
        let mut journal = journal.iter();
        journal.any(|entry| entry.operation == Some(Operation::ListCases))
    });
    assert_eq!(writes(&stage), 1);
    crate::exit::interrupt(&child);
    let ran = stage.ran(child.wait_with_output().unwrap());
    assert_eq!(ran.code, 130, "{}", ran.golden());
    for part in [
        "interrupted before the ticket was sent",
        "in no ticket yet; next time name disk.log with --attachment ",
    ] {
        assert!(ran.stderr.contains(part), "{part}: {}", ran.stderr);
    }
    assert_eq!(writes(&stage), 1);
}

/// The answer is lost and the list tells: the ticket is found, and there is one.
#[test]
fn a_lost_answer_is_found_in_the_list() {
    let stage = signed();
    let before = tickets(&stage);
    let lost = FaultRule::new(Operation::CreateCases, Fault::Close);
    stage.sim().fault(lost.after_commit());
    let ran = create(&stage, &["-o", "json"]);
    opened(&stage, &ran, before);
    assert_eq!(ran.json()["receipt"], "found");
    assert_eq!(writes(&stage), 1);
}

/// A ticket whose answer is lost while the list may not be read.
fn in_doubt(stage: &Stage, more: &[&str]) -> Ran {
    let lost = FaultRule::new(Operation::CreateCases, Fault::Close);
    stage.sim().fault(lost.after_commit());
    let unread = FaultRule::new(Operation::ListCases, forbidden());
    stage.sim().fault(unread.skipping(1).times(FOREVER));
    let ran = create(stage, &[&["--timeout", "2s"][..], more].concat());
    assert_eq!(ran.code, 6, "{}", ran.golden());
    stage.sim().clear_faults();
    ran
}

#[test]
fn a_doubt_is_kept_and_settled() {
    let stage = signed();
    let before = tickets(&stage);
    let ran = in_doubt(&stage, &[]);
    insta::assert_snapshot!("create_unknown", ran.golden());
    let file = stage.pending_file();
    let record = std::fs::read_to_string(&file).unwrap();
    assert!(!record.contains("磁盘"), "{record}");
    // It is none of the messages, and stands in its own list.
    let messages = stage.run(&["message", "reconcile", "-o", "json"]).json();
    assert_eq!(messages["pending"].as_array().unwrap().len(), 0);
    let list = stage.run(&["ticket", "reconcile", "-o", "json"]).json();
    assert_eq!(list["pending"][0]["problem_type"], SHOWN_FAULT);
    let id = list["pending"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(id.len(), "PENDING-ID".len(), "{list}");
    let path = file.display().to_string();
    let ran = stage.run(&["ticket", "reconcile", &path, "-o", "json"]);
    assert_eq!(ran.code, 0, "{}", ran.golden());
    let fate = &ran.json()["reconciled"][0];
    assert_eq!(fate["outcome"], "confirmed", "{fate}");
    assert!(fate["ticket"].is_string(), "{fate}");
    let again = stage.run(&["ticket", "reconcile"]);
    assert!(
        again.stderr.contains("Nothing is pending"),
        "{}",
        again.golden()
    );
    assert_eq!(tickets(&stage), before + 1);
    assert_eq!(writes(&stage), 1);
}

/// The same ticket is not opened while an earlier one is in doubt; another one is, with a warning.
#[test]
fn a_ticket_in_doubt_is_not_opened_again() {
    let stage = signed();
    let before = tickets(&stage);
    in_doubt(&stage, &[]);
    let sent = writes(&stage);
    let ran = create(&stage, &[]);
    assert_eq!(ran.code, 6, "{}", ran.golden());
    for says in ["Nothing was sent", "hwc-tickets ticket reconcile ~/"] {
        assert!(ran.stderr.contains(says), "{says}: {}", ran.stderr);
    }
    assert_eq!(writes(&stage), sent);
    // A key says that another one is meant.
    let ran = create(&stage, &["--key", "outage-17"]);
    assert_eq!(ran.code, 0, "{}", ran.golden());
    let says = "an earlier ticket is in doubt";
    assert!(ran.stderr.contains(says), "{}", ran.stderr);
    assert_eq!(tickets(&stage), before + 2);
}

/// Of another text it is said, and one that was forgotten stands in no way.
#[test]
fn a_doubt_about_another_ticket_is_a_warning() {
    let stage = signed();
    let before = tickets(&stage);
    in_doubt(&stage, &[]);
    let path = stage.pending_file().display().to_string();
    let args = ["ticket", "create", "--description", "something else"];
    let ran = stage.run(&[&args[..], &GIVEN].concat());
    assert_eq!(ran.code, 0, "{}", ran.golden());
    let says = "an earlier ticket is in doubt";
    assert!(ran.stderr.contains(says), "{}", ran.stderr);
    let ran = stage.run(&["ticket", "reconcile", &path, "--forget"]);
    assert_eq!(ran.code, 0, "{}", ran.golden());
    let ran = create(&stage, &[]);
    assert_eq!(ran.code, 0, "{}", ran.golden());
    assert!(!ran.stderr.contains(says), "{}", ran.stderr);
    assert_eq!(tickets(&stage), before + 3);
}

/// Nothing was written down, and it is on its way all the same.
#[cfg(unix)]
#[test]
fn a_ticket_without_a_record_is_in_doubt_when_it_is_interrupted() {
    let stage = signed();
    let before = tickets(&stage);
    let hangs = FaultRule::new(Operation::CreateCases, Fault::Hang);
    stage.sim().fault(hangs.after_commit());
    let args = [&WHOLE[..], &["--without-record"]].concat();
    let ran = stage.interrupted_on_a_full_disk(&args, || tickets(&stage) > before);
    assert_eq!(ran.code, 130, "{}", ran.golden());
    for part in ["not known whether the ticket was opened", "ticket list"] {
        assert!(ran.stderr.contains(part), "{part}: {}", ran.stderr);
    }
}

#[test]
fn all_doubts_at_once_and_one_that_is_forgotten() {
    let stage = signed();
    in_doubt(&stage, &[]);
    let all = ["ticket", "reconcile", "--all", "--timeout", "3s"];
    let unread = FaultRule::new(Operation::ListCases, unavailable());
    stage.sim().fault(unread.times(FOREVER));
    let ran = stage.run(&all);
    assert_eq!(ran.code, 6, "{}", ran.golden());
    stage.sim().clear_faults();
    let ran = stage.run(&all);
    assert_eq!(ran.code, 0, "{}", ran.golden());
    assert!(ran.stdout.contains("confirmed"), "{}", ran.stdout);
    let stage = signed();
    in_doubt(&stage, &[]);
    let asked = stage.requests();
    let path = stage.pending_file().display().to_string();
    let ran = stage.run(&["ticket", "reconcile", &path, "--forget"]);
    assert_eq!(ran.code, 0, "{}", ran.golden());
    assert!(stage.pending_files().is_empty());
    assert_eq!(stage.requests(), asked);
    let ran = stage.run(&["ticket", "reconcile", "ffff0000", "--forget"]);
    assert_eq!(ran.code, 2, "{}", ran.golden());
    // A column that there is not is found out too late for code 2, which says that nothing was done.
    let stage = signed();
    in_doubt(&stage, &[]);
    let path = stage.pending_file().display().to_string();
    let forget = ["ticket", "reconcile", path.as_str(), "--forget"];
    let ran = stage.run(&[&forget[..], &["--columns", "nothing"]].concat());
    assert_eq!(ran.code, 9, "{}", ran.golden());
    let says = "the record is removed; --columns: there is no column nothing";
    assert!(ran.stderr.contains(says), "{}", ran.stderr);
    assert!(stage.pending_files().is_empty());
}

/// A record that nobody can read is named in full to be discarded, and none is taken for another's.
#[test]
fn an_unreadable_record_is_forgotten_by_its_full_name() {
    let stage = signed();
    private_directory(&stage.pending());
    let digits = "a".repeat(32);
    let file = stage.pending().join(format!("{digits}.ticket.json"));
    private(&file, b"damaged");
    let forget = |named: &str| stage.run(&["ticket", "reconcile", named, "--forget", "-o", "json"]);
    let short = forget("aaaaaaaa");
    assert_eq!(short.code, 2, "{}", short.golden());
    assert!(short.stderr.contains("name it in full"), "{}", short.stderr);
    assert!(
        short.stderr.contains("hwc-tickets ticket reconcile"),
        "{}",
        short.stderr
    );
    let all = stage.run(&["ticket", "reconcile", "--all"]);
    assert_eq!(all.code, 6, "{}", all.golden());
    assert!(
        all.stderr.contains("ticket reconcile FILE --forget"),
        "{}",
        all.stderr
    );
    // Of a message nobody has asked.
    let path = file.display().to_string();
    let message = stage.run(&["message", "reconcile", &path, "--forget"]);
    assert_eq!(message.code, 2, "{}", message.golden());
    let elsewhere = private(
        &stage.home().join(format!("{digits}.ticket.json")),
        b"damaged",
    );
    let ran = forget(&elsewhere.display().to_string());
    assert_eq!(ran.code, 2, "{}", ran.golden());
    assert!(file.exists() && elsewhere.exists());
    for named in [path.as_str(), digits.as_str()] {
        private(&file, b"damaged");
        let ran = forget(named);
        assert_eq!(ran.code, 0, "{}", ran.golden());
        let fate = &ran.json()["reconciled"][0];
        assert_eq!(fate["outcome"], "forgotten");
        assert!(fate["problem"].is_string(), "{fate}");
        assert!(ran.stderr.contains("could not be read"), "{}", ran.stderr);
        assert!(!file.exists());
    }
    assert_eq!(stage.requests(), 0);
}

/// Nothing twice under a key: neither after it was opened nor after a doubt, with files or without.
#[test]
fn a_key_opens_one_ticket() {
    let stage = signed();
    let before = tickets(&stage);
    let key = ["--key", "outage-17", "-o", "json"];
    let first = opened(&stage, &create(&stage, &key), before);
    let again = create(&stage, &key);
    assert_eq!(opened(&stage, &again, before), first);
    assert_eq!(again.json()["receipt"], "kept");
    // The key is that of this ticket, until it is given free.
    let other = ["--description", "something else", "--key", "outage-17"];
    let other = [&WHOLE[..8], &other[..]].concat();
    let ran = stage.run(&other);
    assert_eq!(ran.code, 2, "{}", ran.golden());
    let says = "the key is that of another ticket";
    assert!(ran.stderr.contains(says), "{}", ran.stderr);
    assert_eq!(tickets(&stage), before + 1);
    let ran = stage.run(&["ticket", "reconcile", "--release", "outage-17"]);
    assert_eq!(ran.code, 0, "{}", ran.golden());
    assert_eq!(stage.run(&other).code, 0);
    assert_eq!(tickets(&stage), before + 2);
}

#[test]
fn a_key_repeated_after_a_doubt_finds_the_ticket() {
    for attached in [false, true] {
        let stage = signed();
        let before = tickets(&stage);
        let file = private(&stage.home().join("disk.log"), b"from the disk");
        let mut more = vec!["--key", "outage-17", "-o", "json"];
        if attached {
            more.extend(["--attach", file.to_str().unwrap()]);
        }
        in_doubt(&stage, &more);
        let sent = writes(&stage);
        let ran = create(&stage, &more);
        opened(&stage, &ran, before);
        assert_eq!(ran.json()["receipt"], "found", "{}", ran.golden());
        let kept = create(&stage, &more);
        assert_eq!(kept.json()["receipt"], "kept", "{}", kept.golden());
        // Files neither.
        assert_eq!(writes(&stage), sent, "{attached}");
    }
}

/// The doubt is ended by a person, who may have seen the ticket: its key opens no other one until it is given free.
#[test]
fn a_forgotten_ticket_holds_its_key() {
    let release = "hwc-tickets ticket reconcile --release outage-17";
    for attached in [false, true] {
        let stage = signed();
        let file = private(&stage.home().join("disk.log"), b"from the disk");
        let mut more = vec!["--key", "outage-17"];
        if attached {
            more.extend(["--attach", file.to_str().unwrap()]);
        }
        in_doubt(&stage, &more);
        let path = stage.pending_file().display().to_string();
        let ran = stage.run(&["ticket", "reconcile", &path, "--forget"]);
        assert_eq!(ran.code, 0, "{}", ran.golden());
        assert!(ran.stderr.contains(release), "{}", ran.stderr);
        let sent = writes(&stage);
        let ran = create(&stage, &more);
        assert_eq!(ran.code, 6, "{}", ran.golden());
        for says in ["was forgotten", release] {
            assert!(ran.stderr.contains(says), "{says}: {}", ran.stderr);
        }
        assert_eq!(writes(&stage), sent);
        let ran = stage.run(&["ticket", "reconcile", "--release", "outage-17"]);
        assert_eq!(ran.code, 0, "{}", ran.golden());
        assert_eq!(create(&stage, &more).code, 0);
    }
}

/// An agreement binds: it is shown by its id, and signed only when that very id is named.
#[test]
fn an_agreement_is_signed_only_when_it_is_named() {
    let stage = signed();
    let before = tickets(&stage);
    stage.sim().publish_agreement(Agreement::new(3, "0", 1));
    let ran = create(&stage, &[]);
    assert_eq!(ran.code, 2, "{}", ran.golden());
    for part in ["is not signed", "--agree 3", "agreement latest"] {
        assert!(ran.stderr.contains(part), "{part}: {}", ran.stderr);
    }
    let ran = create(&stage, &["--agree", "4"]);
    assert_eq!(ran.code, 2, "{}", ran.golden());
    assert_eq!(writes(&stage), 0);
    let ran = create(&stage, &["--agree", "3", "-o", "json"]);
    opened(&stage, &ran, before);
    // It is signed now.
    let ran = create(&stage, &["--agree", "3", "-o", "json"]);
    opened(&stage, &ran, before + 1);
}

/// A new user of the simulator has signed nothing: the error names the commands that come next, and they work.
#[test]
fn who_has_signed_nothing_is_told_what_to_type() {
    let stage = Stage::new();
    let before = tickets(&stage);
    let ran = create(&stage, &[]);
    assert_eq!(ran.code, 2, "{}", ran.golden());
    for part in [
        "is not signed",
        "`hwc-tickets agreement latest`",
        "--agree 1.",
    ] {
        assert!(ran.stderr.contains(part), "{part}: {}", ran.stderr);
    }
    assert_eq!(writes(&stage), 0);
    let ran = stage.run(&["agreement", "latest", "-o", "json"]);
    assert_eq!(ran.code, 0, "{}", ran.golden());
    opened(
        &stage,
        &create(&stage, &["--agree", "1", "-o", "json"]),
        before,
    );
}

/// What others can see in a list of processes is no secret.
#[test]
fn a_secret_is_no_argument() {
    let stage = signed();
    let args = [
        "ticket",
        "create",
        "--description",
        "x",
        "--problem-type",
        DISK_FAULT,
    ];
    let more = [
        "--product",
        "123",
        "--region",
        "cn-north-4",
        "--extra",
        "disk_id=d-1",
    ];
    let args = [&args[..], &more].concat();
    let ran = stage.run(&[&args[..], &["--extra", "login_password=CANARY"]].concat());
    assert_eq!(ran.code, 2, "{}", ran.golden());
    let says = "the extra field login_password is a secret";
    assert!(ran.stderr.contains(says), "{}", ran.stderr);
    assert!(!ran.stderr.contains("CANARY"), "{}", ran.stderr);
    assert_eq!(writes(&stage), 0);
    let file = private(&stage.home().join("secret"), b"CANARY\n");
    let file = format!("login_password={}", file.display());
    let ran = stage.run(&[&args[..], &["--extra-file", file.as_str()]].concat());
    assert_eq!(ran.code, 0, "{}", ran.golden());
}

#[test]
fn a_group_has_no_place() {
    let stage = signed();
    let ran = create(&stage, &["--group", "123456"]);
    assert_eq!(ran.code, 2, "{}", ran.golden());
    assert!(ran.stderr.contains("takes no group"), "{}", ran.stderr);
    assert_eq!(stage.requests(), 0);
}

/// What was opened is told also where the output cannot be written.
#[cfg(target_os = "linux")]
#[test]
fn what_is_open_is_open() {
    let stage = signed();
    let before = tickets(&stage);
    let ran = stage.onto_a_full_disk(&[&WHOLE[..], &["-o", "json"]].concat());
    assert_eq!(ran.code, 9, "{}", ran.golden());
    assert!(
        ran.stderr.contains("the ticket is open: "),
        "{}",
        ran.stderr
    );
    assert_eq!(tickets(&stage), before + 1);
}

/// On a real terminal.
#[cfg(unix)]
mod terminal {
    use super::*;
    use crate::{stage::until, terminal::Terminal};

    fn begin(stage: &Stage, more: &[&str], variables: &[(&str, &str)]) -> Terminal {
        let args = [
            "ticket",
            "create",
            "--language",
            "en_US",
            "--color",
            "never",
        ];
        Terminal::with(stage, 70, 100, &[&args[..], more].concat(), variables)
    }

    /// Types a line when this stands on the last line.
    fn answer(terminal: &mut Terminal, question: &str, typed: &str) {
        terminal.until(question, || {
            let screen = terminal.screen();
            screen.lines().last().is_some_and(|line| {
                line.starts_with(question) && line.trim_end().ends_with([':', '>'])
            })
        });
        let before = terminal.screen();
        terminal.type_in(&format!("{typed}\r"));
        // Not before it is echoed: the next question may look the same.
        terminal.until(typed, || terminal.screen() != before);
    }

    #[test]
    fn step_by_step_and_one_step_back() {
        let stage = signed();
        let before = stage.sim().world().ticket_ids();
        let file = private(&stage.home().join("disk.log"), b"from the disk");
        let mut terminal = begin(&stage, &[], &[]);
        answer(&mut terminal, "Category:", "1");
        answer(&mut terminal, "Product:", "ecs");
        answer(&mut terminal, "Problem type:", "<");
        answer(&mut terminal, "Product [Elastic Cloud Server]:", "");
        answer(&mut terminal, "Problem type:", "no such");
        terminal.shows("No name has this in it.");
        answer(&mut terminal, "Problem type:", "disk");
        answer(&mut terminal, "Severity [none]:", "2");
        answer(&mut terminal, "Region:", "beijing4");
        answer(&mut terminal, "Disk (up to 64 characters):", "d-1");
        terminal.shows("Password (up to 64 characters) (not shown");
        until("no echo", || !terminal.echoes());
        terminal.type_in("s3cret-CANARY\r");
        answer(&mut terminal, ">", "磁盘满了");
        answer(&mut terminal, ">", "Since noon.");
        answer(&mut terminal, ">", ".");
        answer(&mut terminal, "File to attach [none]:", "/none/at all");
        let path = file.display().to_string();
        answer(&mut terminal, "File to attach [none]:", &path);
        answer(&mut terminal, "Another file [1 so far", "");
        answer(&mut terminal, "Mail address for notices [none]:", "");
        answer(&mut terminal, "Phone number for notices [none]:", "");
        let screen = terminal.shows_all(&["Open this ticket? [y/N]:"]);
        for part in [
            "product: Elastic Cloud Server (id 123)",
            "problem type: Disk fault (id 124)",
            "severity: Major (id 124)",
            "    磁盘满了",
            "login_password: <secret>",
        ] {
            assert!(screen.contains(part), "{part}");
        }
        assert_eq!(writes(&stage), 0);
        answer(&mut terminal, "Open this ticket? [y/N]:", "y");
        assert_eq!(terminal.end(), 0);
        assert!(!terminal.written().contains("CANARY"));
        let after = stage.sim().world().ticket_ids();
        let new: Vec<&String> = after.iter().filter(|id| !before.contains(id)).collect();
        assert_eq!(new.len(), 1);
        terminal.shows(new[0]);
        assert_eq!(stage.sim().arrived(new[0]), ["磁盘满了\nSince noon."]);
    }

    /// A name that cannot be sent is told where the file is typed, also where the limits of files cannot be read.
    #[test]
    fn a_file_is_refused_where_it_is_typed() {
        let stage = signed();
        let unread = FaultRule::new(Operation::ShowAccessoryLimits, forbidden());
        stage.sim().fault(unread.times(FOREVER));
        let file = private(&stage.home().join("caf\u{fffd}.log"), b"x");
        let mut terminal = begin_given(&stage, &[], &[]);
        answer(&mut terminal, ">", "磁盘满了");
        answer(&mut terminal, ">", ".");
        let path = file.display().to_string();
        answer(&mut terminal, "File to attach [none]:", &path);
        answer(&mut terminal, "File to attach [none]:", "");
        answer(&mut terminal, "Mail address", "");
        answer(&mut terminal, "Phone number", "");
        answer(&mut terminal, "Open this ticket? [y/N]:", "y");
        assert_eq!(terminal.end(), 0);
        let written = terminal.written();
        for part in ["not UTF-8 text", "Rename it", "--for-ticket"] {
            assert!(written.contains(part), "{part}: {written}");
        }
    }

    /// What was chosen for one product does not go with another one, for which there is no such choice: it would be refused
    /// again and again without being asked for.
    #[test]
    fn a_choice_goes_with_what_it_was_made_for() {
        let stage = signed();
        let before = tickets(&stage);
        let mut terminal = begin(&stage, &[], &[]);
        answer(&mut terminal, "Category:", "1");
        answer(&mut terminal, "Product:", "ecs");
        answer(&mut terminal, "Problem type:", "disk");
        answer(&mut terminal, "Severity [none]:", "2");
        answer(&mut terminal, "Region:", "<");
        answer(&mut terminal, "Severity [Major, - for none]:", "<");
        answer(&mut terminal, "Problem type [Disk fault]:", "<");
        answer(&mut terminal, "Product [Elastic Cloud Server]:", "<");
        answer(&mut terminal, "Category [Products]:", "2");
        answer(&mut terminal, "Product:", "1");
        answer(&mut terminal, "Problem type:", "campaign");
        answer(&mut terminal, "Region [none]:", "");
        answer(&mut terminal, ">", "about a campaign");
        answer(&mut terminal, ">", ".");
        answer(&mut terminal, "File to attach [none]:", "");
        answer(&mut terminal, "Mail address for notices [none]:", "");
        answer(&mut terminal, "Phone number for notices [none]:", "");
        let screen = terminal.shows_all(&["Open this ticket? [y/N]:"]);
        assert!(!screen.contains("severity:"), "{screen}");
        answer(&mut terminal, "Open this ticket? [y/N]:", "y");
        assert_eq!(terminal.end(), 0);
        assert_eq!(tickets(&stage), before + 1);
    }

    /// Only what was not given is asked for, in Chinese as well; no is no.
    #[test]
    fn what_was_given_is_not_asked_for() {
        let given = [&GIVEN[..], &["--language", "zh_CN"]].concat();
        let args = [&["ticket", "create", "--color", "never"][..], &given[..]].concat();
        for cols in [40, 120] {
            let stage = signed();
            let mut terminal = Terminal::run(&stage, 70, cols, &args);
            answer(&mut terminal, "影响范围 [not set]:", "2");
            answer(&mut terminal, ">", "磁盘满了");
            answer(&mut terminal, ">", ".");
            answer(&mut terminal, "File to attach [none]:", "");
            answer(&mut terminal, "Mail address for notices [none]:", "");
            answer(&mut terminal, "Phone number for notices [none]:", "");
            let screen = terminal.shows_all(&["Open this ticket? [y/N]:"]);
            insta::assert_snapshot!(format!("create_steps_{cols}"), screen);
            answer(&mut terminal, "Open this ticket? [y/N]:", "");
            assert_eq!(terminal.end(), 1);
            terminal.shows("was not confirmed");
            assert_eq!(writes(&stage), 0);
        }
    }

    #[test]
    fn an_agreement_is_shown_and_may_be_refused() {
        let stage = signed();
        stage.sim().publish_agreement(Agreement::new(3, "0", 1));
        let mut terminal = begin(
            &stage,
            &[&GIVEN[..], &["--extra", "impact=part"]].concat(),
            &[],
        );
        answer(&mut terminal, ">", "x");
        answer(&mut terminal, ">", ".");
        answer(&mut terminal, "File to attach", "");
        answer(&mut terminal, "Mail address", "");
        answer(&mut terminal, "Phone number", "");
        terminal.shows("The text of agreement 3");
        answer(&mut terminal, "Sign it?", "n");
        assert_eq!(terminal.end(), 1);
        terminal.shows("Nothing was signed and nothing was sent.");
        assert_eq!(writes(&stage), 0);
        assert!(create(&stage, &[]).stderr.contains("is not signed"));
    }

    /// The editor begins with what the service suggests.
    #[test]
    fn the_editor_writes_the_description() {
        let stage = signed();
        let script = "#!/bin/sh\necho 'from the editor' >> \"$2\"\n";
        let editor = private(&stage.home().join("editor"), script.as_bytes());
        let editor = format!("sh {} --", editor.display());
        let more = [&GIVEN[..], &["--extra", "impact=part"]].concat();
        let mut terminal = begin(
            &stage,
            &more,
            &[("EDITOR", editor.as_str()), ("PATH", "/usr/bin:/bin")],
        );
        answer(&mut terminal, ">", "e");
        answer(&mut terminal, "File to attach", "");
        answer(&mut terminal, "Mail address", "");
        answer(&mut terminal, "Phone number", "");
        answer(&mut terminal, "Open this ticket? [y/N]:", "y");
        assert_eq!(terminal.end(), 0);
        let ids = stage.sim().world().ticket_ids();
        let mut texts = ids.iter().flat_map(|id| stage.sim().arrived(id));
        let is_it =
            |text: String| text.starts_with("Resource:") && text.ends_with("from the editor");
        assert!(texts.any(is_it));
    }

    /// All but the description.
    fn begin_given(stage: &Stage, more: &[&str], variables: &[(&str, &str)]) -> Terminal {
        let given = [&GIVEN[..], &["--extra", "impact=part"], more].concat();
        begin(stage, &given, variables)
    }

    /// What stands in the file of a description.
    fn kept(stage: &Stage, name: &str) -> Option<String> {
        let drafts = stage.home().join(".local/state/hwc-tickets/drafts");
        std::fs::read_to_string(drafts.join(name)).ok()
    }

    /// From the description on.
    fn answer_the_rest(terminal: &mut Terminal) {
        answer(terminal, "File to attach", "");
        answer(terminal, "Mail address", "");
        answer(terminal, "Phone number", "");
        answer(terminal, "Open this ticket? [y/N]:", "y");
    }

    const KEPT: &str = "new-ticket.create.1.txt";

    /// Ctrl-C and Ctrl-D in the middle lose nothing: the next run offers what was written.
    #[test]
    fn a_description_is_kept_until_the_ticket_is_open() {
        for (keys, code) in [("\u{3}", 130), ("\u{4}", 1)] {
            let stage = signed();
            let before = stage.sim().world().ticket_ids();
            let mut terminal = begin_given(&stage, &[], &[]);
            answer(&mut terminal, ">", "磁盘满了");
            answer(&mut terminal, ">", "Since noon.");
            until("both lines", || {
                kept(&stage, KEPT).is_some_and(|text| text == "磁盘满了\nSince noon.")
            });
            terminal.until("the next line", || {
                terminal.screen().lines().last() == Some(">")
            });
            terminal.type_in(keys);
            assert_eq!(terminal.end(), code);
            let written = terminal.written();
            for part in [KEPT, "the next `hwc-tickets ticket create` offers it"] {
                assert!(written.contains(part), "{part}: {written}");
            }
            assert_eq!(writes(&stage), 0);

            let mut terminal = begin_given(&stage, &[], &[]);
            terminal.shows("You wrote this before");
            terminal.shows("  Since noon.");
            answer(&mut terminal, ">", "");
            answer_the_rest(&mut terminal);
            assert_eq!(terminal.end(), 0);
            let after = stage.sim().world().ticket_ids();
            let new = after.iter().find(|id| !before.contains(id)).unwrap();
            assert_eq!(stage.sim().arrived(new), ["磁盘满了\nSince noon."]);
            assert_eq!(kept(&stage, KEPT), None);
        }
    }

    /// An editor that fails, and a ticket that is refused.
    #[test]
    fn a_description_is_kept_when_something_fails() {
        let stage = signed();
        let script = "#!/bin/sh\necho 'from the editor' > \"$2\"; exit 3\n";
        let editor = private(&stage.home().join("editor"), script.as_bytes());
        let editor = format!("sh {} --", editor.display());
        let variables = [("EDITOR", editor.as_str()), ("PATH", "/usr/bin:/bin")];
        let mut terminal = begin_given(&stage, &[], &variables);
        answer(&mut terminal, ">", "e");
        assert_eq!(terminal.end(), 1);
        assert!(terminal.written().contains(KEPT));
        assert_eq!(kept(&stage, KEPT).unwrap().trim_end(), "from the editor");
        let refused = FaultRule::new(
            Operation::CreateCases,
            Fault::Status {
                status: 403,
                code: None,
                retry_after: None,
            },
        );
        stage.sim().fault(refused);
        let mut terminal = begin_given(&stage, &[], &[]);
        terminal.shows("You wrote this before");
        answer(&mut terminal, ">", "");
        answer_the_rest(&mut terminal);
        assert_eq!(terminal.end(), 5);
        assert!(terminal.written().contains(KEPT));
        assert_eq!(kept(&stage, KEPT).unwrap().trim_end(), "from the editor");
    }

    /// Of a ticket that may be open it is not offered again: there would be two.
    #[test]
    fn a_description_in_doubt_is_not_offered() {
        let stage = signed();
        let lost = FaultRule::new(Operation::CreateCases, Fault::Close);
        stage.sim().fault(lost.after_commit());
        let unread = FaultRule::new(Operation::ListCases, forbidden());
        stage.sim().fault(unread.skipping(1).times(FOREVER));
        let mut terminal = begin_given(&stage, &["--timeout", "2s"], &[]);
        answer(&mut terminal, ">", "x");
        answer(&mut terminal, ">", ".");
        answer_the_rest(&mut terminal);
        assert_eq!(terminal.end(), 6);
        let aside = "new-ticket.doubt-create.1.txt";
        assert!(terminal.written().contains(aside));
        assert_eq!(kept(&stage, aside).as_deref(), Some("x"));
        assert_eq!(kept(&stage, KEPT), None);
    }

    /// Nobody answers any more: nothing is sent.
    #[test]
    fn the_end_of_the_input_sends_nothing() {
        let stage = signed();
        for (keys, code) in [("\u{4}", 1), ("\u{3}", 130)] {
            let mut terminal = begin(&stage, &[], &[]);
            terminal.shows("Category:");
            terminal.type_in(keys);
            assert_eq!(terminal.end(), code);
        }
        assert_eq!(writes(&stage), 0);
    }
}

/// What another account did is no answer to this one: neither what stands under a key nor what its list shows.
#[test]
fn a_key_and_a_doubt_are_those_of_one_account() {
    let stage = signed();
    let token = stage.sim().credentials().token;
    stage.write_config(&format!(
        "[profiles.one.credentials]\ntoken = \"{token}\"\n\n[profiles.two.credentials]\ntoken = \"{token}\"\n"
    ));
    let run = |profile: &str, args: &[&str]| {
        let mut command = stage.bare(&[args, &["--profile", profile, "-o", "json"]].concat());
        stage.finish(command.env("HWC_TICKETS_ENDPOINT", stage.sim().endpoint()))
    };
    let before = tickets(&stage);
    let keyed = [&WHOLE[..], &["--key", "outage-17"]].concat();
    opened(&stage, &run("one", &keyed), before);
    let ran = run("two", &keyed);
    assert_eq!(ran.code, 2, "{}", ran.golden());
    let says = "the key belongs to another account";
    assert!(ran.stderr.contains(says), "{}", ran.stderr);
    assert_eq!(tickets(&stage), before + 1);
    assert_eq!(run("one", &keyed).json()["receipt"], "kept");

    let lost = FaultRule::new(Operation::CreateCases, Fault::Close);
    stage.sim().fault(lost.after_commit());
    let unread = FaultRule::new(Operation::ListCases, forbidden());
    stage.sim().fault(unread.skipping(1).times(FOREVER));
    let ran = run("one", &[&WHOLE[..], &["--timeout", "2s"]].concat());
    assert_eq!(ran.code, 6, "{}", ran.golden());
    stage.sim().clear_faults();
    let requests = stage.requests();
    for (profile, state) in [("one", "unknown"), ("two", "other account")] {
        let list = run(profile, &["ticket", "reconcile"]).json();
        assert_eq!(list["pending"][0]["state"], state, "{list}");
    }
    let is_without_key = |file: &std::path::PathBuf| {
        let record = std::fs::read_to_string(file).unwrap();
        !record.contains("outage-17")
    };
    let file = stage.pending_files().into_iter().find(is_without_key);
    let file = file.unwrap().display().to_string();
    let ran = run("two", &["ticket", "reconcile", &file]);
    assert_eq!(ran.code, 6, "{}", ran.golden());
    assert!(ran.stderr.contains("another account"), "{}", ran.stderr);
    let ran = run("two", &["ticket", "reconcile", "--all"]);
    assert_eq!(ran.code, 6, "{}", ran.golden());
    assert_eq!(ran.json()["reconciled"][0]["outcome"], "unknown");
    assert_eq!(stage.requests(), requests);
    let ran = run("one", &["ticket", "reconcile", "--all"]);
    assert_eq!(ran.code, 0, "{}", ran.golden());
    assert_eq!(ran.json()["reconciled"][0]["outcome"], "confirmed");
}
