//! The yoga studio beyond the source's defects: its timetable, its waitlists, its packages, and all of it under load.

mod bookings;
mod packages;
mod parallel;
mod reports;
mod series;
mod substitutes;
mod tenancy;
