//! A test for each defect of the source specification (DEFECTS.md, 7.1 and 7.2) that concerns these six migrations, named
//! after it: what was observed there is tried again, beside what must still work.

mod access;
mod bookings;
mod catalogue;
mod classes;
mod loading;
mod matrix;
mod orders;
mod stock;
