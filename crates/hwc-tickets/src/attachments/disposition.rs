//! The name of a file in `Content-Disposition` (RFC 6266).

/// The name that such a header tells. The extended form counts before the plain one.
pub(super) fn file_name(header: &str) -> Option<String> {
    let parameters = parameters(header);
    let value = |wanted: &str| {
        let mut named = parameters
            .iter()
            .filter(|(name, _)| name.eq_ignore_ascii_case(wanted));
        named.next().map(|(_, value)| value.as_str())
    };
    let extended = value("filename*").and_then(extended);
    extended.or_else(|| value("filename").map(str::to_owned))
}

/// `UTF-8''%E7%9B%98.log`.
fn extended(value: &str) -> Option<String> {
    let (charset, rest) = value.split_once('\'')?;
    let (_, encoded) = rest.split_once('\'')?;
    if !charset.eq_ignore_ascii_case("utf-8") {
        return None;
    }
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let high = char::from(rest.next()?).to_digit(16)?;
                let low = char::from(rest.next()?).to_digit(16)?;
                u8::try_from(high * 16 + low).ok()?
            }
            plain => plain,
        });
    }
    String::from_utf8(bytes).ok()
}

/// What stands behind the kind, in order: names, and values without their quotes.
fn parameters(header: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut letters = header.chars().peekable();
    // The kind itself.
    while letters.next().is_some_and(|letter| letter != ';') {}
    while letters.peek().is_some() {
        let mut name = String::new();
        let mut has_value = false;
        for letter in letters.by_ref() {
            match letter {
                '=' => {
                    has_value = true;
                    break;
                }
                ';' => break,
                other => name.push(other),
            }
        }
        if !has_value {
            continue;
        }
        let mut value = String::new();
        while letters.next_if(|letter| letter.is_whitespace()).is_some() {}
        if letters.next_if_eq(&'"').is_some() {
            while let Some(letter) = letters.next() {
                match letter {
                    '"' => break,
                    '\\' => value.extend(letters.next()),
                    other => value.push(other),
                }
            }
            while letters.next().is_some_and(|letter| letter != ';') {}
        } else {
            for letter in letters.by_ref() {
                match letter {
                    ';' => break,
                    other => value.push(other),
                }
            }
        }
        found.push((name.trim().to_owned(), value.trim().to_owned()));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn names_are_read_from_the_header() {
        for (header, wanted) in [
            ("attachment; filename=disk.log", Some("disk.log")),
            (
                "attachment;filename=\"a;b \\\"c\\\".log\" ; x=1",
                Some("a;b \"c\".log"),
            ),
            ("attachment; FileName*=utf-8''%E7%9B%98.log", Some("盘.log")),
            (
                "inline; filename=plain; filename*=UTF-8'en'ext%2Fended",
                Some("ext/ended"),
            ),
            (
                "attachment; filename=plain; filename*=ISO-8859-1''x",
                Some("plain"),
            ),
            (
                "attachment; filename=plain; filename*=UTF-8''%E7%9",
                Some("plain"),
            ),
            ("attachment; filename*=UTF-8''%ff", None),
            ("attachment; filename", None),
            ("attachment", None),
            ("", None),
            (";;=;\"", None),
            ("attachment; filename=\"open", Some("open")),
        ] {
            assert_eq!(file_name(header).as_deref(), wanted, "{header}");
        }
    }
}
