//! The bundled project, through the built program, against real servers: each migration has its exact inverse, every
//! name of the source specification is there, and each of its defects is mended.
#![expect(clippy::unwrap_used, clippy::panic, reason = "whatever fails here fails the test")]

#[path = "../support/mod.rs"]
#[expect(dead_code, reason = "other suites use what this one does not")]
mod support;

#[path = "../support/project.rs"]
#[expect(dead_code, reason = "other suites use what this one does not")]
mod project;

mod access;
mod attacks;
mod bundled;
mod coffee;
mod defects;
mod embedded;
mod names;
mod pairs;
mod realtime;
mod shop;
mod studio;
