//! Numbers for people.

/// The digits of a whole number with commas: `1,234,567`.
#[must_use]
pub fn grouped(digits: &str) -> String {
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comma_stands_before_each_three_digits_but_the_first() {
        for (digits, told) in [("0", "0"), ("123", "123"), ("1234", "1,234")] {
            assert_eq!(grouped(digits), told);
        }
        assert_eq!(grouped("1234567"), "1,234,567");
    }
}
