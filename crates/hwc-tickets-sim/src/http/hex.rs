//! Bytes as hexadecimal digits.

/// Lower-case digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| half + if half < 10 { b'0' } else { b'a' - 10 };
    let mut digits = Vec::with_capacity(bytes.len() * 2);
    for byte in bytes {
        digits.extend([byte >> 4, byte & 15].map(digit));
    }
    // Digits are text.
    String::from_utf8(digits).unwrap_or_default()
}

/// Digits of either case.
pub(super) fn from_hex(text: &str) -> Result<Vec<u8>, ()> {
    let digit = |c: u8| {
        char::from(c)
            .to_digit(16)
            .and_then(|digit| u8::try_from(digit).ok())
            .ok_or(())
    };
    text.as_bytes()
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => Ok(digit(*high)? << 4 | digit(*low)?),
            _ => Err(()),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_written_as_its_digits() {
        let bytes: Vec<u8> = (0..=u8::MAX).collect();
        let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex(&bytes), digits);
        assert_eq!(from_hex(&digits), Ok(bytes));
    }
}
