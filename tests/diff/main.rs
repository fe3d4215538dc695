//! The diff, through the built program, against real servers; pg_dump is the judge.
#![expect(clippy::unwrap_used, clippy::panic, reason = "whatever fails here fails the test")]

#[path = "../support/mod.rs"]
#[expect(dead_code, reason = "other suites use what this one does not")]
mod support;

#[path = "../support/project.rs"]
#[expect(dead_code, reason = "other suites use what this one does not")]
mod project;

mod attributes;
mod capture;
mod drift;
mod dump;
mod expected;
mod fixtures;
mod hosts;
mod law;
mod output;
mod prove;
mod random;
mod rows;
mod save;
mod sides;
mod squash;
