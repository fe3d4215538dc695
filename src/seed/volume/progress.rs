//! How far a load is, in a line.

use std::time::{Duration, Instant};

use crate::event::Event;

/// From how many seconds on a rate is told.
const SURE: u64 = 5;

/// Rows so far, and how many there will be, about.
#[derive(Debug)]
pub(super) struct Progress {
    vertical: String,
    begun: Instant,
    expected: u64,
    rows: u64,
    /// Rows of an earlier run: they say nothing about the rate.
    earlier: u64,
    bytes: u64,
}

impl Progress {
    pub(super) fn new(vertical: &str, expected: u64, earlier: u64) -> Self {
        Self { vertical: vertical.to_owned(), begun: Instant::now(), expected, rows: earlier, earlier, bytes: 0 }
    }

    /// Rows that were committed now.
    pub(super) fn add(&mut self, rows: u64, bytes: u64) {
        self.rows += rows;
        self.bytes += bytes;
    }

    /// Rows that an earlier run committed.
    pub(super) fn skip(&mut self, rows: u64) {
        self.rows += rows;
        self.earlier += rows;
    }

    /// The line.
    pub(super) fn event(&self) -> Event {
        Event::Progress(self.line(self.begun.elapsed()))
    }

    fn line(&self, elapsed: Duration) -> String {
        let seconds = elapsed.as_secs().max(1);
        // The first seconds say little.
        let rate = if seconds < SURE { 0 } else { (self.rows - self.earlier) / seconds };
        let mut line = format!("{}: {} rows", self.vertical, grouped(self.rows));
        if rate > 0 {
            line.push_str(&format!(", {} rows/s, {} MB/s", grouped(rate), self.bytes / seconds / 1_000_000));
            let left = self.expected.saturating_sub(self.rows) / rate;
            line.push_str(&format!(", about {} left, then indexes", time(left)));
        }
        line
    }
}

/// `12,345,678`
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn time(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
    }
}

/// The largest amount of memory that this program has had, in bytes, where the system tells.
pub(super) fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        for (number, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), text);
        }
    }

    #[test]
    fn the_rate_is_that_of_this_run() {
        let mut progress = Progress::new("coffee-shop", 3_000, 0);
        progress.skip(1_000);
        assert_eq!(progress.line(Duration::from_secs(5)), "coffee-shop: 1,000 rows");
        progress.add(1_000, 20_000_000);
        assert_eq!(
            progress.line(Duration::from_secs(10)),
            "coffee-shop: 2,000 rows, 100 rows/s, 2 MB/s, about 10 s left, then indexes"
        );
    }
}
