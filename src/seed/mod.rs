//! Seed data: files of a vertical, and volume.

pub mod volume;
