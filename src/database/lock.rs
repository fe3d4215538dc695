//! One runner at a time: a session-level advisory lock, polled.
//!
//! The blocking form, `pg_advisory_lock`, must not be used: the waiter's open statement holds a snapshot that CREATE INDEX
//! CONCURRENTLY in the holder waits for, and the holder holds what the waiter waits for.

use std::time::{Duration, Instant};

use tokio_postgres::types::Type;

use super::session::{Failure, Session};
use crate::error::{Error, Kind};
use crate::event::{Event, Observer};

/// The key: "counterp" as eight bytes. Advisory locks are per database, so it need not tell databases apart.
const KEY: i64 = 0x636f_756e_7465_7270;

/// Waits for the lock, at most `wait`. Tells who holds it, since when and from where.
pub async fn acquire(session: &mut Session, wait: Duration, observer: &mut dyn Observer) -> Result<(), Error> {
    let started = Instant::now();
    let mut pause = Duration::from_millis(50);
    let mut told = false;
    loop {
        if attempt(session, KEY)
            .await
            .map_err(|f| Error::new(Kind::Failed, format!("failed to ask for the lock: {f}")))?
        {
            return Ok(());
        }
        let holder = holder(session).await.unwrap_or_else(|_| "another runner".to_owned());
        if !told {
            observer.event(Event::Info(format!("waiting: {holder} is migrating this database")));
            told = true;
        }
        if started.elapsed() >= wait {
            return Err(Error::new(
                Kind::Locked,
                format!("{holder} is migrating this database; waited {} s", wait.as_secs()),
            )
            .hint("wait for it to end, or give more time with `--lock-wait`"));
        }
        observer.event(Event::Busy(format!("waiting for {holder}, {} s", started.elapsed().as_secs())));
        // Jitter keeps twenty waiters from asking at the same instant.
        if !session.interrupt().clone().sleep(pause.mul_f64(rand::random_range(0.5..1.5))).await {
            return Err(Error::new(
                Kind::Interrupted,
                "interrupted while waiting for another runner; nothing was done",
            ));
        }
        pause = (pause * 2).min(Duration::from_secs(1));
    }
}

/// Tries to take an advisory lock, and says whether it is held now.
pub async fn attempt(session: &mut Session, key: i64) -> Result<bool, Failure> {
    let rows = session.query("SELECT pg_catalog.pg_try_advisory_lock($1)", &[(&key, Type::INT8)]).await?;
    Ok(rows.first().is_some_and(|row| row.get(0)))
}

/// Gives an advisory lock back. Where this fails, the session is gone, and the lock with it.
pub async fn release(session: &mut Session, key: i64) {
    drop(session.query("SELECT pg_catalog.pg_advisory_unlock($1)", &[(&key, Type::INT8)]).await);
}

async fn holder(session: &mut Session) -> Result<String, Failure> {
    let rows = session.query(include_str!("holder.sql"), &[(&KEY, Type::INT8)]).await?;
    Ok(rows.first().map_or_else(|| "another runner".to_owned(), |row| row.get(0)))
}
