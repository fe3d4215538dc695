//! Counterpose: schema migrations for PostgreSQL and Supabase, each with its proven inverse.
//!
//! The program `migrate` is a thin shell over this library. Arrows go down only:
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`cli`] | one file a command: arguments, one call into the domain, one report |
//! | [`report`] | every table, prompt and JSON document that a person or a script sees |
//! | [`engine`] | plan, apply, roll back: the only place that changes a target's schema |
//! | [`catalog`] | a database's schema read into a value, every object with all that a dump would show |
//! | [`diff`] | what differs between two catalogs |
//! | [`access`] | who may do what, found by trying as each identity |
//! | [`seed`] | a vertical's rows: files that a person edits, and volume |
//! | [`bench`] | how long named queries take, as those who ask them, and what is wrong with their plans |
//! | [`ledger`] | what a target records about itself: refinery's table and our journal |
//! | [`seed`] | rows that a project comes with, loaded, kept up to date, deleted again |
//! | [`provision`] | databases on demand: templates by content, clones, leases |
//! | [`testing`] | a fresh database for a Rust test |
//! | [`server`] | the embedded PostgreSQL and the stand-in for Supabase's own objects |
//! | [`database`] | connecting, the session, the runner's lock, cancelling |
//! | [`lint`] | what is dangerous or forgotten in scripts: squawk's rules and ours |
//! | [`migration`] | files read into pairs: discovery, headers, checksums |
//! | [`sql`] | statements of a script, positions, quoting |
//! | [`config`] | `migrate.toml`, environment and URLs resolved into one [`config::Settings`] |
//! | [`event`], [`error`] | what the domain tells while it works, and how it ends |
//!
//! The library never touches the terminal: it emits [`event::Event`]s and returns values.

pub mod access;
pub mod bench;
pub mod catalog;
pub mod cli;
pub mod config;
pub mod database;
pub mod diff;
pub mod engine;
pub mod error;
pub mod event;
pub mod ledger;
pub mod lint;
pub mod migration;
pub mod provision;
pub mod report;
pub mod seed;
pub mod server;
pub mod sql;
pub mod testing;
