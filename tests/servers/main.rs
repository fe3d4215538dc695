//! Servers that are odd, through the built program: poolers, TLS, standbys, full disks, secrets, somebody's `auth` schema.
#![expect(clippy::unwrap_used, clippy::panic, reason = "whatever fails here fails the test")]

#[path = "../support/bouncer.rs"]
mod bouncer;
#[path = "../support/certificates.rs"]
#[expect(dead_code, reason = "other suites use what this one does not")]
mod certificates;
#[path = "../support/project.rs"]
#[expect(dead_code, reason = "other suites use what this one does not")]
mod project;
#[path = "../support/mod.rs"]
mod support;

mod disk;
mod poolers;
mod secrets;
mod standby;
mod supabase;
mod tls;
