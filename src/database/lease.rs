//! Databases that belong to a running program, and are dropped by whoever comes next when it has ended.
//!
//! A lease is an advisory lock with a random key, held by a session of the program. The key is in the name of each database
//! that is made under it, so that there is no moment in which a database exists and nobody knows whose it is. However the
//! program ends, the server notices that its session is gone and releases the lock: then [`drop_leftovers`] of any other
//! program finds a name without its lock. `migrate_…` names of this form are taken for ours.

use super::lock;
use super::session::{Failure, Session};
use crate::sql::quote;

/// A lease, which holds as long as the session that it was taken in.
#[derive(Clone, Copy, Debug)]
pub struct Lease {
    key: u64,
}

impl Lease {
    /// Takes a lease.
    pub async fn take(session: &mut Session) -> Result<Self, Failure> {
        let key: u64 = rand::random();
        // Nobody else has this key, so it is had at once.
        lock::attempt(session, key.cast_signed()).await?;
        Ok(Self { key })
    }

    /// The name of a database under this lease. `purpose` is a word of up to 12 small letters, `number` less than a million.
    #[must_use]
    pub fn name(&self, purpose: &str, number: usize) -> String {
        format!("migrate_{purpose}_{:016x}_{number}", self.key)
    }
}

/// The name of a database that is handed out until a time, in seconds since 1970; it is dropped when nobody is in there.
#[must_use]
pub fn name_until(deadline_s: u64, key: u64, number: usize) -> String {
    format!("migrate_clone_{deadline_s}_{key:016x}_{number}")
}

/// Drops the databases whose lease has ended, and says which. What cannot be dropped is the next one's to try.
pub async fn drop_leftovers(session: &mut Session) -> Vec<String> {
    let mut dropped = Vec::new();
    for row in session.query(include_str!("leftovers.sql"), &[]).await.unwrap_or_default() {
        let (name, is_abandoned): (String, bool) = (row.get(0), row.get(1));
        // Whoever is still in the database of a killed program was started by it.
        let done =
            if is_abandoned { drop(session, &name).await } else { session.settle(&drop_statement(&name, "")).await };
        if done.is_ok() {
            dropped.push(name);
        }
    }
    dropped
}

/// Drops a database with whoever is in there; one that is not there is no error.
pub async fn drop(session: &mut Session, name: &str) -> Result<(), Failure> {
    session.settle(&drop_statement(name, " WITH (FORCE)")).await
}

fn drop_statement(name: &str, how: &str) -> String {
    format!("DROP DATABASE IF EXISTS {}{how}", quote::ident(name))
}
