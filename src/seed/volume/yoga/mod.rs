//! The volume of the yoga studio: a chain whose studios are each lived through, from the weeks before the first class to
//! the classes of the next eight weeks.
//!
//! | part | what it is |
//! | --- | --- |
//! | [`catalogue`] | what is taught and sold, when, and how much people like it |
//! | [`timetable`] | who teaches when: a plan that follows from the day |
//! | [`studio`] | one studio, event by event |
//! | [`classes`], [`bookings`], [`packages`], [`members`] | what can happen there |
//! | [`booking_rows`], [`package_rows`] | the rows that are left of it |
//! | [`opening`] | what it opens with |

mod booking_rows;
mod bookings;
mod catalogue;
mod classes;
mod members;
mod opening;
mod package_rows;
mod packages;
mod periods;
mod studio;
mod tables;
mod timetable;

use std::fmt::Write as _;

use super::model::{Location, Model, Month, Shape};
use super::rows::Table;
use crate::sql::quote;
use catalogue::{KINDS, OFFERS, TIERS};
use studio::Studio;

/// The label of the chain's organization.
const CHAIN: &str = "volume yoga organization";

/// The studio's model.
#[derive(Debug, Default)]
pub(super) struct Yoga;

impl Model for Yoga {
    fn tables(&self) -> &'static [Table] {
        tables::TABLES
    }

    fn base_tables(&self) -> &'static [&'static str] {
        &["organizations", "locations", "user_roles", "class_types", "membership_packages"]
    }

    fn month(&self) -> Month {
        Month { rows: 17_500, bytes: 6 << 20 }
    }

    fn base(&self, shape: &Shape) -> String {
        include_str!("base.sql")
            .replace("{locations}", &shape.locations.to_string())
            .replace("{today}", &quote::literal(&shape.today.to_string()))
            .replace("{class_types}", &class_types())
            .replace("{packages}", &packages())
    }

    fn location(&self, shape: &Shape, number: u32) -> Box<dyn Location> {
        Box::new(Studio::new(shape, number))
    }

    fn reset(&self) -> String {
        include_str!("reset.sql").to_owned()
    }
}

/// Label, name, description, minutes, level, seats, price: the rows of a VALUES list.
fn class_types() -> String {
    let mut rows = String::new();
    for kind in &KINDS {
        let separator = if rows.is_empty() { "" } else { ",\n  " };
        let [label, name, about, level] = [kind.label, kind.name, kind.about, kind.level].map(quote::literal);
        let (minutes, seats, cents) = (kind.minutes, kind.seats, kind.cents);
        // Writing into a string cannot fail.
        let _ = write!(rows, "{separator}({label}, {name}, {about}, {minutes}, {level}, {seats}, {cents})");
    }
    rows
}

/// Label, name, description, price, cycle, classes, days, renewal, days of freeze, tier: likewise.
fn packages() -> String {
    let number = |number: Option<i32>| number.map_or_else(|| "null".to_owned(), |number| number.to_string());
    let mut rows = String::new();
    for offer in &OFFERS {
        let separator = if rows.is_empty() { "" } else { ",\n  " };
        let [label, name, about, cycle, tier] =
            [offer.label, offer.name, offer.about, offer.cycle_name(), TIERS[offer.tier]].map(quote::literal);
        let (classes, days) = (number(offer.classes), number(offer.days));
        let (cents, renews, freeze) = (offer.cents, offer.cycle != catalogue::Cycle::Once, offer.freeze);
        let _ = write!(
            rows,
            "{separator}({label}, {name}, {about}, {cents}, {cycle}, {classes}, {days}, {renews}, {freeze}, {tier})"
        );
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::super::calendar::Day;
    use super::super::rows::Rows;
    use super::*;

    const MIB: usize = 1 << 20;

    /// Bytes of every stretch of a location, and how many rows of each table it has.
    fn live(shape: &Shape, number: u32) -> (Vec<Vec<u8>>, Vec<u64>) {
        let mut rows = Rows::new(tables::TABLES);
        let mut location = Yoga.location(shape, number);
        let (mut stretches, mut counts) = (Vec::new(), vec![0; tables::TABLES.len()]);
        loop {
            rows.clear();
            if !location.next(&mut rows) {
                assert_eq!(rows.bytes(), 0);
                return (stretches, counts);
            }
            assert!(rows.bytes() < 4 * MIB);
            let mut all = Vec::new();
            for (table, count) in counts.iter_mut().enumerate() {
                *count += rows.count(table);
                all.extend_from_slice(rows.finish(table));
            }
            stretches.push(all);
        }
    }

    #[test]
    fn a_location_is_the_same_whenever_it_is_asked() {
        let shape = Shape { locations: 2, months: 4, seed: 5, today: Day::of(2026, 3, 20) };
        let (first, _) = live(&shape, 1);
        assert_eq!(first, live(&shape, 1).0);
        assert_ne!(first, live(&shape, 2).0);
        assert_ne!(first, live(&Shape { seed: 6, ..shape }, 1).0);
    }

    #[test]
    fn a_month_has_some_4200_bookings() {
        let shape = Shape { locations: 1, months: 36, seed: 1, today: Day::of(2026, 11, 26) };
        let (_, counts) = live(&shape, 1);
        let monthly = counts[tables::BOOKINGS] / 36;
        assert!((4_000..4_500).contains(&monthly), "{monthly}");
        assert!((2_300..2_900).contains(&counts[tables::MEMBERS]), "{}", counts[tables::MEMBERS]);
        assert_eq!(counts[tables::SERIES], 63);
    }
}
