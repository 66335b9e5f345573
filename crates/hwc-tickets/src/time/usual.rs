//! `yyyy-MM-dd HH:mm:ss`, as the service writes times: every row of every list has one, so it is read digit by digit, and reckoned
//! without what other forms need.

/// Such a time in seconds since 1970 on the same clock. `None` says nothing of what the text means.
pub(super) fn read(text: &str) -> Option<i64> {
    let text: [u8; 19] = text.as_bytes().try_into().ok()?;
    #[rustfmt::skip]
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b' ' | b'T', h1, h2, b':', n1, n2, b':', s1, s2] = text else {
        return None;
    };
    let pair = |tens: u8, ones: u8| {
        let are_digits = tens.is_ascii_digit() && ones.is_ascii_digit();
        are_digits.then(|| i64::from((tens - b'0') * 10 + (ones - b'0')))
    };
    let year = pair(y1, y2)? * 100 + pair(y3, y4)?;
    let (month, day) = (pair(m1, m2)?, pair(d1, d2)?);
    let (hour, minute, second) = (pair(h1, h2)?, pair(n1, n2)?, pair(s1, s2)?);
    let is_date = (1..=12).contains(&month) && (1..=days_of(year, month)).contains(&day);
    let is_time = hour < 24 && minute < 60 && second < 60;
    let days = days_to(year, month, day);
    (is_date && is_time).then_some(((days * 24 + hour) * 60 + minute) * 60 + second)
}

/// How many days a month has.
fn days_of(year: i64, month: i64) -> i64 {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 to a date.
fn days_to(year: i64, month: i64, day: i64) -> i64 {
    /// From the first of March of the year 0.
    const TO_1970: i64 = 719_468;
    // A year that begins in March has its leap day at its end, and before each month of it lie 30.6 days a month, rounded.
    let (year, month) = match month {
        1 | 2 => (year - 1, month + 9),
        _ => (year, month - 3),
    };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leap_days + (month * 153 + 2) / 5 + day - 1 - TO_1970
}
