//! Volume: a chain's months, generated and loaded through `COPY … BINARY`, as many of them as are asked for.
//!
//! | part | what it is |
//! | --- | --- |
//! | [`model`] | what a vertical says about itself: tables, what comes before and after, what happens at one location |
//! | [`rows`] | finished rows of a stretch, as the server's binary COPY wants them |
//! | [`random`] | numbers, choices and ids that are the same for the same `--random-seed` |
//! | [`calendar`] | days, clocks, the zone of a location, seasons |
//! | [`request`] | what is asked for, beside what is there already |
//! | [`load`] | a load from its first statement to its last |
//! | [`reset`] | a volume is taken away |

pub mod calendar;
mod coffee;
mod crew;
mod id;
pub mod ledger;
pub mod load;
pub mod model;
mod numeric;
mod progress;
pub mod random;
mod rebuild;
pub mod request;
pub mod reset;
pub mod rows;
mod strip;
mod yoga;

pub use calendar::{Day, Zone};
pub use model::{Location, Model, Shape};
pub use random::{Choice, Ids, Rng};
pub use rows::{Id, Kind, Rows, Table};

/// The model of a vertical, if there is one.
#[must_use]
pub fn model(vertical: &str) -> Option<Box<dyn Model>> {
    match vertical {
        "coffee-shop" => Some(Box::new(coffee::Coffee::default())),
        "yoga-studio" => Some(Box::new(yoga::Yoga)),
        _ => None,
    }
}
