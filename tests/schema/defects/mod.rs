//! A test for each defect of the source specification (its lists A and B) that concerns the schema, named
//! after it: what was observed there is tried again, beside what must still work.

mod access;
mod bookings;
mod catalogue;
mod classes;
mod loading;
mod matrix;
mod orders;
mod stock;
