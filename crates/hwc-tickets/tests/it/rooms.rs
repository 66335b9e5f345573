//! What only one room may do.

use std::{fs, path::Path};

/// Every source file of the crate with its text.
pub fn sources() -> Vec<(String, String)> {
    let mut found = Vec::new();
    collect(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut found,
    );
    found
}

fn collect(directory: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else {
            let name = path.to_string_lossy().replace('\\', "/");
            found.push((name, fs::read_to_string(&path).unwrap()));
        }
    }
}

#[test]
fn only_the_rooms_of_the_calls_and_the_printed_calls_name_the_wire() {
    // They are private and their own types are crate-private: so no wire type can stand in the public interface.
    let found = sources();
    assert!(found.len() > 20);
    for (name, text) in &found {
        let stem = name.trim_end_matches(".rs");
        let is_room = |room: &str| stem.ends_with(room) || name.contains(&format!("{room}/"));
        let rooms = [
            "/src/service",
            "/src/attachments/wire",
            "/src/messages/wire",
            "/src/tickets/wire",
        ];
        if rooms.into_iter().any(is_room) {
            assert!(
                !text.contains("    pub fn ") && !text.contains("\npub fn "),
                "{name} has a public function"
            );
        } else if !name.contains("/src/api") {
            assert!(
                !text.contains("hwc_tickets_wire"),
                "{name} names the wire crate"
            );
        }
        if name.ends_with("/lib.rs") {
            assert!(
                ["service", "messages", "catalog", "doubt"]
                    .iter()
                    .all(|room| text.contains(&format!("\nmod {room};\n"))),
                "the rooms of the calls are private"
            );
        }
        if name.ends_with("/src/tickets.rs") {
            assert!(text.contains("\nmod wire;\n"), "that of tickets is private");
        }
    }
}

/// Advice in words of this crate's methods has a name beside it, so that a program for other people says it in its own
/// words; and what `Display` says is for everybody.
#[test]
fn words_for_programmers_have_a_name() {
    let rust = |text: &str| {
        ["::", "()", "builder", "Client"]
            .iter()
            .any(|word| text.contains(word))
    };
    let mut seen = 0;
    for (name, text) in sources() {
        // The advice itself, with its names.
        if name.contains("/error/") {
            continue;
        }
        let code: String = text
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .map(|line| format!("{line}\n"))
            .collect();
        let literal = |code: &str| code.split('"').nth(1).unwrap_or_default().to_owned();
        let mut pieces = code.split(".with_help(");
        let mut before = pieces.next().unwrap_or_default();
        for piece in pieces {
            seen += 1;
            let words = literal(piece);
            let statement = before.rsplit("Error::local(").next().unwrap_or_default();
            assert!(
                !rust(&words) || statement.contains(".with_advice("),
                "{name}: {words}"
            );
            before = piece;
        }
        for piece in code.split("#[error(").skip(1) {
            let words = literal(piece);
            assert!(!rust(&words), "{name}: {words}");
        }
    }
    assert!(seen > 5, "{seen}");
}
