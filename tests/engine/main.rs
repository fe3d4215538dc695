//! The engine, through the built program, against real servers.
#![expect(clippy::unwrap_used, clippy::panic, reason = "whatever fails here fails the test")]

#[path = "../support/mod.rs"]
#[expect(dead_code, reason = "other suites use what this one does not")]
mod support;

#[path = "../support/project.rs"]
mod project;

mod cut;
mod down;
mod faults;
mod files;
mod ledger;
mod locks;
mod output;
mod resume;
mod up;
