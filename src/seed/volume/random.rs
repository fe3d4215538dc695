//! Numbers, choices and ids that look like chance and are the same on every machine for the same seed: nothing but whole
//! numbers is calculated with.

use super::rows::Id;

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// Spreads every bit over all of them (the finish of SplitMix64).
#[must_use]
pub const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A stream of numbers (SplitMix64).
#[derive(Clone, Debug)]
pub struct Rng(u64);

impl Rng {
    /// The stream of a seed, for one purpose: give each location, and what should not disturb another, its own.
    #[must_use]
    pub fn new(seed: u64, purpose: u64) -> Self {
        Self(mix(seed.wrapping_add(GOLDEN)) ^ mix(purpose.wrapping_mul(GOLDEN).wrapping_add(1)))
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        mix(self.0)
    }

    /// 0 ≤ n < `end`, which is not 0.
    pub fn below(&mut self, end: u64) -> u64 {
        let product = u128::from(self.bits()) * u128::from(end);
        u64::try_from(product >> 64).unwrap_or(0)
    }

    /// An index of something that has `len` parts; 0 where it has none.
    pub fn index(&mut self, len: usize) -> usize {
        usize::try_from(self.below(len as u64)).unwrap_or(0)
    }

    /// `from` ≤ n ≤ `to`.
    pub fn range(&mut self, from: i64, to: i64) -> i64 {
        let span = to.saturating_sub(from).max(0).unsigned_abs() + 1;
        from + i64::try_from(self.below(span)).unwrap_or(0)
    }

    /// True that many times in a thousand.
    pub fn permille(&mut self, times: u32) -> bool {
        self.below(1000) < u64::from(times)
    }

    /// About `mean`, as counts of many independent people vary: ± its root, most of the time.
    pub fn around(&mut self, mean: u32) -> u32 {
        let root = i64::from(mean.isqrt());
        let four: i64 = (0..4).map(|_| self.range(-1000, 1000)).sum();
        // The sum of four has a deviation of 1155.
        u32::try_from((i64::from(mean) + four * root / 1155).max(0)).unwrap_or(0)
    }
}

/// Chooses an index by weights, in the same time however many there are (Vose's alias method).
#[derive(Clone, Debug)]
pub struct Choice {
    /// Below which of `u32::MAX` the index itself is taken, and the one that is taken otherwise.
    cells: Vec<(u32, u32)>,
}

impl Choice {
    /// Each index as often as its weight says.
    #[must_use]
    pub fn new(weights: &[u32]) -> Self {
        let count = weights.len() as u128;
        let total = weights.iter().map(|&weight| u128::from(weight)).sum::<u128>().max(1);
        let whole = 1_u128 << 32;
        let mut parts: Vec<u128> = weights.iter().map(|&weight| u128::from(weight) * count * whole / total).collect();
        let mut cells: Vec<(u32, u32)> = (0..weights.len()).map(|i| (u32::MAX, short(i))).collect();
        let (mut small, mut large): (Vec<usize>, Vec<usize>) = (0..parts.len()).partition(|&i| parts[i] < whole);
        while let (Some(&poor), Some(&rich)) = (small.last(), large.last()) {
            small.pop();
            cells[poor] = (u32::try_from(parts[poor]).unwrap_or(u32::MAX), short(rich));
            parts[rich] -= whole - parts[poor];
            if parts[rich] < whole {
                large.pop();
                small.push(rich);
            }
        }
        Self { cells }
    }

    /// The first is taken `1 + head` times as often as one far behind: the n-th has the weight `1 / (n + head)`.
    #[must_use]
    pub fn zipf(count: usize, head: usize) -> Self {
        let weights: Vec<u32> = (0..count).map(|rank| 100_000_000 / short(rank + head.max(1))).collect();
        Self::new(&weights)
    }

    /// An index; 0 where there were no weights.
    pub fn draw(&self, rng: &mut Rng) -> usize {
        if self.cells.is_empty() {
            return 0;
        }
        let bits = rng.bits();
        let at = usize::try_from(((bits >> 32) * self.cells.len() as u64) >> 32).unwrap_or(0);
        let (below, other) = self.cells[at];
        let low = u32::try_from(bits & 0xffff_ffff).unwrap_or(0);
        if low < below { at } else { other as usize }
    }
}

fn short(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// A series of ids that look like `gen_random_uuid()`: the n-th of a series is known without the ones before it.
#[derive(Clone, Copy, Debug)]
pub struct Ids {
    high: u64,
    low: u64,
}

impl Ids {
    /// The series of a seed, a table (by any number or [`label`]) and a location.
    #[must_use]
    pub fn new(seed: u64, table: u64, location: u32) -> Self {
        let mut rng = Rng::new(seed ^ mix(table ^ GOLDEN), u64::from(location));
        Self { high: rng.bits(), low: rng.bits() }
    }

    /// The n-th id.
    #[must_use]
    pub fn nth(&self, n: u64) -> Id {
        let step = n.wrapping_mul(GOLDEN);
        let high = mix(self.high.wrapping_add(step));
        let low = mix(self.low ^ step);
        Id::random(u128::from(high) << 64 | u128::from(low))
    }
}

/// A number for a name, to be used at compile time (FNV-1a).
#[must_use]
pub const fn label(name: &str) -> u64 {
    let bytes = name.as_bytes();
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut at = 0;
    while at < bytes.len() {
        hash = (hash ^ bytes[at] as u64).wrapping_mul(0x0100_0000_01b3);
        at += 1;
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_numbers() {
        let mut rng = Rng::new(7, 1);
        let first: Vec<u64> = (0..3).map(|_| rng.below(1000)).collect();
        let mut again = Rng::new(7, 1);
        assert_eq!(first, (0..3).map(|_| again.below(1000)).collect::<Vec<_>>());
        assert_ne!(Rng::new(7, 2).bits(), Rng::new(7, 1).bits());
        assert_ne!(Rng::new(8, 1).bits(), Rng::new(7, 1).bits());
    }

    #[test]
    fn numbers_stay_in_their_range_and_reach_its_ends() {
        let mut rng = Rng::new(1, 1);
        let drawn: Vec<i64> = (0..10_000).map(|_| rng.range(-3, 3)).collect();
        assert_eq!((drawn.iter().min(), drawn.iter().max()), (Some(&-3), Some(&3)));
        let mean = (0..10_000).map(|_| u64::from(rng.around(400))).sum::<u64>() / 10_000;
        assert!((398..=402).contains(&mean), "{mean}");
        let hits = (0..100_000).filter(|_| rng.permille(30)).count();
        assert!((2_700..3_300).contains(&hits), "{hits}");
    }

    #[test]
    fn choices_follow_their_weights() {
        let mut rng = Rng::new(1, 1);
        for weights in [&[1, 2, 0, 5, 2][..], &[1], &[3, 3, 3], &[1_000_000, 1]] {
            let choice = Choice::new(weights);
            let mut counts = vec![0_i64; weights.len()];
            (0..100_000).for_each(|_| counts[choice.draw(&mut rng)] += 1);
            let total: u32 = weights.iter().sum();
            for (count, &weight) in counts.iter().zip(weights) {
                let due = 100_000 * i64::from(weight) / i64::from(total);
                assert!((count - due).abs() < 600, "{weights:?}: {counts:?}");
            }
        }
        assert_eq!(Choice::new(&[]).draw(&mut rng), 0);
    }

    #[test]
    fn ids_differ_by_series_and_number() {
        let series = [Ids::new(1, label("orders"), 1), Ids::new(1, label("orders"), 2), Ids::new(1, label("items"), 1)];
        let mut all: Vec<Id> = series.iter().flat_map(|ids| (0..20_000).map(|n| ids.nth(n))).collect();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 60_000);
    }
}
