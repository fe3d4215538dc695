//! Volume: a chain's months, generated and loaded through `COPY … BINARY`, as many of them as are asked for.
//!
//! | part | what it is |
//! | --- | --- |
//! | [`model`] | what a vertical says about itself: tables, what comes before and after, what happens at one location |
//! | [`rows`] | finished rows of a stretch, as the server's binary COPY wants them |
//! | [`random`] | numbers, choices and ids that are the same for the same `--random-seed` |
//! | [`calendar`] | days, clocks, the zone of a location, seasons |

pub mod calendar;
pub mod model;
pub mod random;
pub mod rows;
mod yoga;

pub use calendar::{Day, Zone};
pub use model::{Location, Model, Shape};
pub use random::{Choice, Ids, Rng};
pub use rows::{Id, Kind, Rows, Table};
pub use yoga::Yoga;
