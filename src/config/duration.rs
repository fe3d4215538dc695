//! Durations as PostgreSQL spells them, with the unit always said: `500ms`, `5s`, `10min`, `1h`, `1d`.

use std::time::Duration;

/// Reads a duration. A bare `0` needs no unit.
///
/// # Errors
/// Says what is wrong, as a lowercase fragment that quotes the text.
pub fn parse(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    if text == "0" {
        return Ok(Duration::ZERO);
    }
    let digits_end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = text.split_at(digits_end);
    let wrong =
        || format!("`{text}` is not a duration: write a number and a unit, such as `500ms`, `5s`, `10min` or `1h`");
    let count: u64 = digits.parse().map_err(|_| wrong())?;
    let unit_ms: u64 = match unit.trim() {
        "ms" => 1,
        "s" => 1_000,
        "min" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return Err(wrong()),
    };
    // PostgreSQL keeps timeouts as milliseconds in 32 bits.
    count
        .checked_mul(unit_ms)
        .filter(|ms| *ms <= u64::from(i32::MAX.unsigned_abs()))
        .map(Duration::from_millis)
        .ok_or_else(|| format!("`{text}` is longer than PostgreSQL's longest timeout, which is 24 days"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_unit() {
        for (text, ms) in
            [("0", 0), ("500ms", 500), ("5s", 5_000), ("10 min", 600_000), ("1h", 3_600_000), ("24d", 2_073_600_000)]
        {
            assert_eq!(parse(text), Ok(Duration::from_millis(ms)), "{text}");
        }
    }

    #[test]
    fn refuses_what_it_cannot_be_sure_of() {
        for text in ["", "5", "s", "5m", "-5s", "1.5s", "5 s s", "25d", "99999999999999999999s"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
