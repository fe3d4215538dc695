//! Markers: whole cells that stand for something else, where the file says `# migrate: markers`.
//!
//! `{default}` is the column's default, `{id some label}` a UUID made of the label, `{today-3d}` and `{today+2w 09:30}` days
//! around the one on which the vertical was first seeded. Nothing depends on the hour: two runs must not differ.

use md5::{Digest, Md5};
use time::{Date, Duration, Month};

/// What a cell stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// NULL.
    Null,
    /// The column's default; a row that is there already keeps what it has.
    Default,
    /// A text for the column's type to read.
    Text(String),
}

/// Reads a cell that may be a marker. What is none stays as it is: `{a,b}` may be an array.
///
/// # Errors
/// A marker that is wrong, and why.
pub(super) fn read(cell: &str, today: Date) -> Result<Value, String> {
    let inner = cell.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    match inner {
        Some("default") => Ok(Value::Default),
        Some(marker) if marker.strip_prefix("id").is_some_and(|rest| rest.is_empty() || rest.starts_with(' ')) => {
            let label = marker[2..].trim();
            if label.is_empty() {
                return Err("`{id}` needs a label: `{id some label}`".to_owned());
            }
            Ok(Value::Text(id(label)))
        }
        Some(marker) if marker.starts_with("today") => {
            let wrong = || format!("`{cell}` is no day; write `{{today}}`, `{{today-3d}}`, `{{today+2w 09:30}}`");
            day(&marker[5..], today).map(Value::Text).ok_or_else(wrong)
        }
        _ => Ok(Value::Text(cell.to_owned())),
    }
}

/// The UUID of a label, as `md5('label')::uuid` makes it.
fn id(label: &str) -> String {
    let hex: String = Md5::digest(label.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// What follows `today`: days and weeks to be added, then perhaps a time.
fn day(marker: &str, today: Date) -> Option<String> {
    let (offset, time) = match marker.split_once(' ') {
        Some((offset, time)) => (offset, Some(time.trim())),
        None => (marker, None),
    };
    let (mut date, mut rest) = (today, offset);
    while !rest.is_empty() {
        let sign = match rest.as_bytes().first()? {
            b'+' => 1,
            b'-' => -1,
            _ => return None,
        };
        let end = rest.find(['d', 'w'])?;
        let count: i64 = rest.get(1..end)?.parse::<u32>().ok()?.into();
        let days = if rest[end..].starts_with('w') { 7 * count } else { count };
        date = date.checked_add(Duration::days(sign * days))?;
        rest = &rest[end + 1..];
    }
    let date = written(date);
    let Some(time) = time else { return Some(date) };
    let parts: Vec<u8> = time.split(':').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let is_time = matches!(parts[..], [0..24, 0..60] | [0..24, 0..60, 0..60]);
    is_time.then(|| format!("{date} {time}"))
}

/// A date as ISO 8601 writes it.
pub(super) fn written(date: Date) -> String {
    format!("{:04}-{:02}-{:02}", date.year(), u8::from(date.month()), date.day())
}

/// A date as ISO 8601 writes it, read.
#[must_use]
pub fn date(text: &str) -> Option<Date> {
    let mut parts = text.trim().splitn(3, '-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let month = Month::try_from(month.parse::<u8>().ok()?).ok()?;
    Date::from_calendar_date(year.parse().ok()?, month, day.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(text: &str) -> Result<Value, String> {
        read(text, date("2026-02-27").unwrap())
    }

    fn text(text: &str) -> Result<Value, String> {
        Ok(Value::Text(text.to_owned()))
    }

    #[test]
    fn days_are_counted_from_the_anchor() {
        assert_eq!(cell("{today}"), text("2026-02-27"));
        assert_eq!(cell("{today+2d}"), text("2026-03-01"));
        assert_eq!(cell("{today-1w-1d}"), text("2026-02-19"));
        assert_eq!(cell("{today+2w 09:30}"), text("2026-03-13 09:30"));
        assert_eq!(cell("{today 23:59:59}"), text("2026-02-27 23:59:59"));
    }

    #[test]
    fn labels_are_ids() {
        assert_eq!(cell("{id coffee organization}"), cell("{id  coffee organization }"));
        assert_eq!(cell("{id a}"), text("0cc175b9-c0f1-b6a8-31c3-99e269772661"));
    }

    #[test]
    fn what_is_no_marker_stays() {
        for array in ["{a,b}", "{}", "{\"k\": 1}", "today", "{identity}", "", "{default,x}"] {
            assert_eq!(cell(array), text(array));
        }
        assert_eq!(cell("{default}"), Ok(Value::Default));
    }

    #[test]
    fn wrong_markers_are_refused() {
        for wrong in [
            "{today+}",
            "{today+2}",
            "{today+2x}",
            "{today 24:00}",
            "{today+2d9:30}",
            "{todays}",
            "{today+-2d}",
            "{id}",
        ] {
            assert!(cell(wrong).is_err(), "{wrong}");
        }
        assert!(cell("{today+9999999999d}").is_err() && cell("{today+4000000000d}").is_err());
    }
}
