//! What a vertical says about itself, so that the loader can load it without knowing it.

use super::calendar::Day;
use super::rows::{Rows, Table};

/// Days of a branch-month, times ten thousand: a twelfth of a year.
const MONTH: u64 = 304_375;
/// Numbers of an identity column that a location may use.
const BLOCK_BITS: u32 = 28;

/// How much is to be made, and of what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// How many locations the chain has. They are numbered from 1.
    pub locations: u32,
    /// Branch-months in all.
    pub months: u32,
    /// Another one makes other rows.
    pub seed: u64,
    /// The first day about which nothing is known yet.
    pub today: Day,
}

impl Shape {
    /// The branch-months of one location: what cannot be spread evenly goes to the first ones.
    #[must_use]
    pub fn months_of(&self, number: u32) -> u32 {
        let locations = self.locations.max(1);
        self.months / locations + u32::from(number <= self.months % locations)
    }

    /// How many days a location has been open; the last one was yesterday.
    #[must_use]
    pub fn days_of(&self, number: u32) -> u32 {
        let days = (u64::from(self.months_of(number)) * MONTH).div_ceil(10_000);
        u32::try_from(days).unwrap_or(u32::MAX)
    }

    /// The day on which a location opened.
    #[must_use]
    pub fn first_day(&self, number: u32) -> Day {
        self.today.plus(-i32::try_from(self.days_of(number)).unwrap_or(i32::MAX))
    }
}

/// Where numbers of volume begin.
const FIRST: i64 = -(1 << 46);

/// The first number that a location may use of an identity column. `vertical` keeps two of them apart that share one:
/// 0 is the shop, 1 the studio. Numbers of volume are negative: whatever is written later has a later one, and what was there
/// before, or comes when the volume is gone, never has the same.
#[must_use]
pub fn block(vertical: u32, number: u32) -> i64 {
    FIRST + (i64::from(vertical * 0x1_0000 + number) << BLOCK_BITS)
}

/// What a branch-month is, about: for the time that is left, and for the disk.
#[derive(Clone, Copy, Debug)]
pub struct Month {
    /// Rows in all tables.
    pub rows: u64,
    /// Bytes on the server's disk, indexes included.
    pub bytes: u64,
}

/// A vertical's volume.
pub trait Model: Send + Sync {
    /// The tables that rows are written to, in an order in which foreign keys would allow it.
    fn tables(&self) -> &'static [Table];

    /// Other tables that [`Model::base`] and [`Model::finish`] write to.
    fn base_tables(&self) -> &'static [&'static str] {
        &[]
    }

    /// What a branch-month is, about.
    fn month(&self) -> Month {
        Month { rows: 200_000, bytes: 60 << 20 }
    }

    /// What is there before anything happens: organization, locations, what they sell, staff, identities. Run in one
    /// transaction, with triggers off.
    fn base(&self, shape: &Shape) -> String;

    /// A query that is asked after [`Model::base`], whose one value, JSON, [`Model::learn`] is given.
    fn question(&self) -> Option<&'static str> {
        None
    }

    /// Takes what [`Model::question`] was answered: prices, taxes, ids of what was copied.
    ///
    /// # Errors
    /// When the database lacks what the model needs.
    fn learn(&mut self, _answer: &serde_json::Value) -> anyhow::Result<()> {
        Ok(())
    }

    /// What happens at one location, from its first day on.
    fn location(&self, shape: &Shape, number: u32) -> Box<dyn Location>;

    /// What is derived from everything else, set-based. Run in one transaction, with triggers off, after indexes and
    /// constraints are there again.
    fn finish(&self, _shape: &Shape) -> String {
        String::new()
    }

    /// Takes all of it away, children first. Run in one transaction, with triggers off.
    fn reset(&self) -> String;
}

/// The life of a location. The same location makes the same rows in the same stretches, whenever it is asked.
pub trait Location: Send {
    /// Writes the next stretch, some days that make 4 MiB at most. `false`: there was none left, and nothing is written.
    fn next(&mut self, rows: &mut Rows) -> bool;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_spread_and_none_is_lost() {
        let shape = Shape { locations: 5, months: 12, seed: 1, today: Day::of(2026, 11, 26) };
        let months: Vec<u32> = (1..=5).map(|number| shape.months_of(number)).collect();
        assert_eq!(months, [3, 3, 2, 2, 2]);
        assert_eq!(shape.days_of(1), 92);
        assert_eq!(shape.first_day(1), Day::of(2026, 8, 26));
    }

    #[test]
    fn blocks_do_not_touch() {
        assert_eq!(block(0, 2) - block(0, 1), 1 << 28);
        assert!(block(1, 0) > block(0, 60_000));
        assert!(block(1, 60_001) < 0);
    }
}
