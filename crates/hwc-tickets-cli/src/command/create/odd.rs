//! What of a draft looks as if something else was meant. No document states a rule for it, so that it is told and sent as it is.

use super::draft::Fields;
use crate::render::Screen;

/// How a text of a draft looks as a rule: its name, whether a text looks so, and an example in words.
type Look = (&'static str, fn(&str) -> bool, &'static str);

/// The form of these is told by examples alone.
const LOOKS: [Look; 3] = [
    (
        "contact_hours",
        is_hours,
        "0, which is at any time, or hours such as 09:00-18:00",
    ),
    ("mail", is_mail, "a mail address"),
    ("mobile", is_number, "a phone number"),
];

/// Warns of what looks odd.
pub(super) fn warn(fields: &Fields, screen: &Screen) {
    for told in told(fields) {
        screen.warn(&told);
    }
}

/// What looks odd, in the words of options and without a value.
fn told(fields: &Fields) -> Vec<String> {
    let odd = LOOKS.iter().filter(|(name, looks, _)| {
        let text = fields.text(name);
        text.is_some_and(|text| !looks(text.trim()))
    });
    odd.map(|(name, _, like)| {
        let option = name.replace('_', "-");
        format!("--{option} does not look like {like}; it is sent as it is")
    })
    .collect()
}

/// Whether it is any time, or two times of a day.
fn is_hours(text: &str) -> bool {
    let is_in = |digits: &str, most: u8| {
        let is_short = (1..=2).contains(&digits.len());
        let is_plain = digits.bytes().all(|byte| byte.is_ascii_digit());
        is_short && is_plain && digits.parse::<u8>().is_ok_and(|number| number <= most)
    };
    let is_time = |text: &str| match text.trim().split_once(':') {
        Some((hour, minute)) => is_in(hour, 24) && minute.len() == 2 && is_in(minute, 59),
        None => false,
    };
    let span = text.split_once('-');
    text == "0" || span.is_some_and(|(from, to)| is_time(from) && is_time(to))
}

/// Whether there is something on both sides of one `@`.
fn is_mail(text: &str) -> bool {
    let sides = text.split_once('@');
    let is_whole =
        |(name, host): (&str, &str)| !name.is_empty() && !host.is_empty() && !host.contains('@');
    !text.contains(char::is_whitespace) && sides.is_some_and(is_whole)
}

/// Whether it is digits, and what people put between them.
fn is_number(text: &str) -> bool {
    let is_usual = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '+' | '-' | '(' | ')' | '.');
    text.chars().all(is_usual) && text.contains(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::{Fields, told};

    #[test]
    fn what_looks_odd_is_named_and_not_repeated() {
        for (name, text, is_odd) in [
            ("contact_hours", "0", false),
            ("contact_hours", "09:00-18:00", false),
            ("contact_hours", "9:00 - 24:00", false),
            ("contact_hours", "25:00-99", true),
            ("contact_hours", "09:00-18:60", true),
            ("contact_hours", "+9:00-18:00", true),
            ("contact_hours", "xx", true),
            ("mail", "ops@example.com", false),
            ("mail", "no mail", true),
            ("mail", "a@b@c", true),
            ("mail", "@", true),
            ("mobile", "+49 (30) 123-45", false),
            ("mobile", "abc", true),
            ("mobile", "-", true),
            ("description", "xx", false),
        ] {
            let mut fields = Fields::default();
            fields.set(name, Some(text.to_owned()));
            let odd = told(&fields);
            assert_eq!(odd.len(), usize::from(is_odd), "{name} {text}: {odd:?}");
            let is_repeated = odd.iter().any(|line| line.contains(text));
            assert!(!is_repeated || text == "-", "{odd:?}");
        }
        assert!(told(&Fields::default()).is_empty());
    }
}
