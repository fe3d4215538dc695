//! Beside Supabase's own CLI, which is the judge: through the built program and theirs, against real servers.
#![expect(clippy::unwrap_used, clippy::panic, reason = "whatever fails here fails the test")]

#[path = "../support/mod.rs"]
#[expect(dead_code, reason = "other suites use what this one does not")]
mod support;

#[path = "../support/project.rs"]
#[expect(dead_code, reason = "other suites use what this one does not")]
mod project;

#[path = "../support/supabase_cli.rs"]
mod supabase_cli;

mod beside;
mod files;
mod hosted;
mod ledger;
mod seeds;
mod shared;
mod targets;
