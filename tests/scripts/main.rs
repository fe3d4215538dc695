//! The statement splitter's answers held against a real PostgreSQL 15.
#![expect(clippy::unwrap_used, clippy::panic, reason = "whatever fails here fails the test")]

#[path = "../support/mod.rs"]
#[expect(dead_code, reason = "shared with the other tests, which need more of it")]
mod support;

mod names;
mod oracle;
mod pieces;
mod transactions;
