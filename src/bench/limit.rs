//! What may not be exceeded: `p95<100ms`, `max<1s`, `warnings=0`.

use std::fmt;
use std::str::FromStr;

use super::Figures;

/// What a limit is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// The arithmetic mean of the latencies.
    Mean,
    /// Their 50th percentile.
    P50,
    /// Their 95th percentile.
    P95,
    /// Their 99th percentile.
    P99,
    /// The longest.
    Max,
    /// How many warnings the plan has.
    Warnings,
}

const MEASURES: [(&str, Measure); 6] = [
    ("mean", Measure::Mean),
    ("p50", Measure::P50),
    ("p95", Measure::P95),
    ("p99", Measure::P99),
    ("max", Measure::Max),
    ("warnings", Measure::Warnings),
];

/// A limit.
#[derive(Clone, Debug, PartialEq)]
pub struct Limit {
    /// What is looked at.
    pub measure: Measure,
    /// Milliseconds or warnings.
    bound: f64,
    /// Whether the bound itself is well.
    is_inclusive: bool,
    /// As it was written, without blanks.
    text: String,
}

impl Limit {
    /// What was measured, in milliseconds or warnings, and whether that is well.
    #[must_use]
    pub fn judge(&self, figures: &Figures, warnings: usize) -> (f64, bool) {
        let latency = &figures.latency;
        let value = match self.measure {
            Measure::Mean => latency.mean,
            Measure::P50 => latency.p50,
            Measure::P95 => latency.p95,
            Measure::P99 => latency.p99,
            Measure::Max => latency.max,
            Measure::Warnings => f64::from(u32::try_from(warnings).unwrap_or(u32::MAX)),
        };
        (value, value < self.bound || (self.is_inclusive && value <= self.bound))
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for Limit {
    type Err = String;

    fn from_str(given: &str) -> Result<Self, String> {
        let text: String = given.chars().filter(|c| !c.is_whitespace()).collect();
        let wrong = || format!("`{given}` is no limit: write `p95<100ms`, `max<1.5s` or `warnings=0`");
        let at = text.find(['<', '=']).ok_or_else(wrong)?;
        let (name, rest) = text.split_at(at);
        let (is_inclusive, value) = match rest.strip_prefix("<=") {
            Some(value) => (true, value),
            None => (rest.starts_with('='), rest.get(1..).unwrap_or_default()),
        };
        let measure =
            MEASURES.iter().find(|(word, _)| *word == name).map(|(_, measure)| *measure).ok_or_else(|| {
                let words = MEASURES.map(|(word, _)| word).join(", ");
                format!("`{name}` cannot be limited; there are {words}")
            })?;
        let bound = if measure == Measure::Warnings {
            value.parse::<u32>().map(f64::from).map_err(|_| wrong())?
        } else if rest.starts_with('=') {
            return Err(format!("`{given}`: no duration is ever exactly that; write `<`"));
        } else {
            milliseconds(value).ok_or_else(wrong)?
        };
        Ok(Self { measure, bound, is_inclusive, text })
    }
}

/// `100ms`, `1.5s`.
fn milliseconds(text: &str) -> Option<f64> {
    let (number, scale) = match text.strip_suffix("ms") {
        Some(number) => (number, 1.0),
        None => (text.strip_suffix('s')?, 1000.0),
    };
    let plain = !number.is_empty() && number.chars().all(|c| c.is_ascii_digit() || c == '.');
    number.parse::<f64>().ok().filter(|value| plain && value.is_finite()).map(|value| value * scale)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::latency::Latency;
    use super::*;

    fn judged(limit: &str, ms: u64, warnings: usize) -> bool {
        let latency = Latency::of([Duration::from_millis(ms)].into_iter()).unwrap();
        let figures = Figures { runs: 1, latency, transaction: latency, calls_per_second: 1.0, rows: (0, 0) };
        limit.parse::<Limit>().unwrap().judge(&figures, warnings).1
    }

    #[test]
    fn a_limit_is_strict_unless_it_says_otherwise() {
        assert!(judged("p95<100ms", 99, 0) && !judged("p95<100ms", 100, 0) && judged("p95 <= 100 ms", 100, 0));
        assert!(judged("max<1.5s", 1499, 0) && !judged("mean<1s", 1000, 0) && !judged("p50<1ms", 1, 0));
        assert!(judged("warnings=0", 1, 0) && !judged("warnings=0", 1, 1) && judged("warnings<2", 1, 1));
    }

    #[test]
    fn what_is_no_limit_is_refused() {
        for text in ["p95", "p95<", "p95<100", "p95<-1ms", "p95<1min", "p95<1e3ms", "warnings=x", "<1ms", ""] {
            assert!(text.parse::<Limit>().is_err(), "{text}");
        }
        assert!("p90<1ms".parse::<Limit>().unwrap_err().contains("there are mean, p50"));
        assert!("p95=1ms".parse::<Limit>().unwrap_err().contains("write `<`"));
    }
}
