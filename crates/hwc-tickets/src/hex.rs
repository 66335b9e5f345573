//! Bytes as hexadecimal digits, for keys and digests that are written down.

/// Lower-case digits of `bytes`.
pub(crate) fn encode(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            let _ = write!(text, "{byte:02x}"); // writing to a String cannot fail
            text
        })
}

/// Fills `to` from exactly twice as many digits.
pub(crate) fn decode_into(text: &str, to: &mut [u8]) -> Option<()> {
    if text.len() != to.len() * 2 {
        return None;
    }
    for (byte, digits) in to.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let &[high, low] = digits else { return None };
        let digit = |b: u8| {
            char::from(b)
                .to_digit(16)
                .and_then(|d| u8::try_from(d).ok())
        };
        *byte = digit(high)? << 4 | digit(low)?;
    }
    Some(())
}
