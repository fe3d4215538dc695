//! When the periods of a subscription begin.

use super::catalogue::Cycle;
use crate::seed::volume::calendar::Day;

/// `private.next_period`: the first day after a day that is whole periods away from the anchor.
pub(super) fn next_period(anchor: Day, cycle: Cycle, after: Day) -> Option<Day> {
    let Cycle::Months(months) = cycle else { return None };
    (1..2_000).map(|periods| add_months(anchor, periods * months)).find(|&day| day > after)
}

/// The same day of another month, or its last one.
fn add_months(day: Day, months: i32) -> Day {
    let (year, month, date) = day.parts();
    let month = year * 12 + month - 1 + months;
    let (year, month) = (month.div_euclid(12), month.rem_euclid(12) + 1);
    let next = if month == 12 { Day::of(year + 1, 1, 1) } else { Day::of(year, month + 1, 1) };
    Day::of(year, month, date).min(next.plus(-1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_counted_from_the_anchor() {
        let day = Day::of;
        let anchor = day(2025, 1, 31);
        assert_eq!(next_period(anchor, Cycle::Months(1), anchor), Some(day(2025, 2, 28)));
        assert_eq!(next_period(anchor, Cycle::Months(1), day(2025, 2, 28)), Some(day(2025, 3, 31)));
        assert_eq!(next_period(anchor, Cycle::Months(3), anchor), Some(day(2025, 4, 30)));
        assert_eq!(next_period(anchor, Cycle::Months(12), anchor), Some(day(2026, 1, 31)));
        assert_eq!(next_period(anchor, Cycle::Once, anchor), None);
        assert_eq!(add_months(day(2023, 12, 31), 2), day(2024, 2, 29));
    }
}
