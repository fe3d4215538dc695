//! Percentiles of durations, by nearest rank: each is a duration that was really measured.

use std::time::Duration;

use serde::Serialize;

/// What many durations amount to, in milliseconds, rounded to microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Latency {
    /// The shortest.
    pub min: f64,
    /// The arithmetic mean.
    pub mean: f64,
    /// Half of them were no longer.
    pub p50: f64,
    /// 95 of 100 were no longer.
    pub p95: f64,
    /// 99 of 100 were no longer.
    pub p99: f64,
    /// The longest.
    pub max: f64,
}

impl Latency {
    /// None without durations.
    #[must_use]
    pub fn of(durations: impl Iterator<Item = Duration>) -> Option<Self> {
        let mut sorted: Vec<Duration> = durations.collect();
        sorted.sort_unstable();
        let count = u32::try_from(sorted.len()).ok().filter(|count| *count > 0)?;
        let mean = sorted.iter().sum::<Duration>() / count;
        Some(Self {
            min: ms(*sorted.first()?),
            mean: ms(mean),
            p50: ms(nearest_rank(&sorted, 50)?),
            p95: ms(nearest_rank(&sorted, 95)?),
            p99: ms(nearest_rank(&sorted, 99)?),
            max: ms(*sorted.last()?),
        })
    }
}

/// The smallest duration that at least `percent` of all do not exceed.
fn nearest_rank(sorted: &[Duration], percent: usize) -> Option<Duration> {
    let rank = (percent * sorted.len()).div_ceil(100).max(1);
    sorted.get(rank - 1).copied()
}

fn ms(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1_000_000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(ms: impl IntoIterator<Item = u64>) -> Latency {
        Latency::of(ms.into_iter().map(Duration::from_millis)).unwrap()
    }

    #[test]
    fn percentiles_are_of_the_nearest_rank() {
        let hundred = of((1..=100).rev());
        assert_eq!((hundred.min, hundred.p50, hundred.p95, hundred.p99, hundred.max), (1.0, 50.0, 95.0, 99.0, 100.0));
        assert!((hundred.mean - 50.5).abs() < 1e-9);
        // With 40 runs, the 95th percentile is the third longest; with 20, the second.
        assert_eq!(of(1..=40).p95, 38.0);
        assert_eq!(of(1..=20).p95, 19.0);
        assert_eq!((of(1..=19).p95, of(1..=19).p99), (19.0, 19.0));
        assert_eq!(of([7]), Latency { min: 7.0, mean: 7.0, p50: 7.0, p95: 7.0, p99: 7.0, max: 7.0 });
        assert_eq!(Latency::of(std::iter::empty()), None);
    }
}
