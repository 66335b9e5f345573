//! How long a text is, and where a long one is cut.

use crate::ledger::Service;
use hwc_tickets::ErrorKind;

/// The parts of a text at a limit.
fn parts(text: &str, limit: usize) -> Result<Vec<String>, hwc_tickets::Error> {
    let client = Service::new().builder().text_limit(limit).build()?;
    client.ticket("case-1")?.submit(text).split_long().preview()
}

#[test]
fn length_is_counted_in_utf16_units() {
    let service = Service::new();
    let family = "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}\u{200d}\u{1f466}";
    for (text, units) in [
        ("a", 1),
        ("工", 1),
        ("😀", 2),
        ("𠮷", 2),
        (family, 11),
        ("e\u{301}", 2),
        ("\r\n", 2),
    ] {
        let fits = format!("{}{}", text, "x".repeat(2000 - units));
        let over = format!("{fits}x");
        let ticket = service.client().ticket("case-1").unwrap();
        assert!(
            service.clock.run(ticket.submit(fits).into_future()).is_ok(),
            "{text}"
        );
        let error = service
            .clock
            .run(ticket.submit(over).into_future())
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(error.to_string().contains("2001 UTF-16 units"), "{error}");
    }
}

#[test]
fn cuts_lie_at_the_best_border_there_is() {
    for (text, limit, wanted) in [
        ("short", 10, vec!["short"]),
        (
            "one two three.\n\nfour five six.",
            24,
            vec!["(1/2) one two three.", "(2/2) four five six."],
        ),
        (
            "One is here. Two is here. Three.",
            31,
            vec!["(1/2) One is here. Two is here.", "(2/2) Three."],
        ),
        (
            "abcdefghijk",
            10,
            vec!["(1/3) abcd", "(2/3) efgh", "(3/3) ijk"],
        ),
    ] {
        assert_eq!(parts(text, limit).unwrap(), wanted, "{text:?}");
    }
}

#[test]
fn a_visible_character_is_not_cut() {
    let family = "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}\u{200d}\u{1f466}";
    let parts = parts(&family.repeat(5), 30).unwrap();
    for part in &parts {
        let (_, rest) = part.split_once(") ").unwrap();
        assert!(
            rest.chars().count() % family.chars().count() == 0,
            "{part:?}"
        );
    }
}

#[test]
fn nothing_is_lost_and_no_part_is_too_long() {
    let mut rng = fastrand::Rng::with_seed(7);
    let pieces = [
        "word ",
        "工单。",
        "😀",
        "A sentence. ",
        "\n",
        "\n\n",
        "\r\n",
        "e\u{301}",
        "x",
        "&amp;",
        "一二三四五六七八九十",
    ];
    for _ in 0..500 {
        let text: String = (0..rng.usize(1..400))
            .map(|_| *rng.choice(&pieces).unwrap())
            .collect();
        let limit = rng.usize(20..200);
        let parts = parts(&text, limit).unwrap();
        let total = parts.len();
        let mut joined = String::new();
        for (index, part) in parts.iter().enumerate() {
            assert!(
                part.encode_utf16().count() <= limit,
                "{part:?} is longer than {limit}"
            );
            let mark = format!("({}/{total}) ", index + 1);
            let rest = if total == 1 {
                part.as_str()
            } else {
                part.strip_prefix(&mark).unwrap()
            };
            assert!(total == 1 || !rest.trim().is_empty());
            joined.push_str(rest);
        }
        let plain = |text: &str| {
            text.chars()
                .filter(|c| !c.is_whitespace())
                .collect::<String>()
        };
        assert_eq!(plain(&joined), plain(&text));
    }
}

#[test]
fn a_limit_without_room_is_an_error() {
    for limit in 1..=7 {
        let outcome = parts("a long enough text", limit);
        match outcome {
            Err(error) => assert_eq!(error.kind(), ErrorKind::InvalidInput),
            Ok(parts) => assert!(parts.iter().all(|part| part.len() <= limit), "{parts:?}"),
        }
    }
}
