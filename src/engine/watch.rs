//! Looks, from a second connection, at what a slow statement waits for: who blocks it, how far an index is.
//!
//! The second connection is opened only when a statement has run for a second, so that fast runs pay nothing.

use std::cell::RefCell;
use std::future::Future;
use std::time::{Duration, Instant};

use tokio_postgres::types::Type;

use crate::config::ConnectOptions;
use crate::database::connect;
use crate::database::interrupt::Interrupt;
use crate::database::session::Session;
use crate::event::{Event, Observer};

/// Before the first look.
const PATIENCE: Duration = Duration::from_secs(1);
/// Between looks.
const EVERY: Duration = Duration::from_secs(1);

/// Runs `work`, and `watch` beside it until `work` ends.
pub(crate) async fn alongside<T>(work: impl Future<Output = T>, watch: impl Future<Output = ()>) -> T {
    let mut work = std::pin::pin!(work);
    tokio::select! {
        biased;
        value = &mut work => return value,
        () = watch => {}
    }
    work.await
}

/// Tells what the backend waits for. Ends silently when it cannot look: watching is a courtesy.
pub(crate) async fn blockers(
    options: &ConnectOptions,
    backend: i32,
    observer: &RefCell<&mut (dyn Observer + '_)>,
    label: &str,
    started: Instant,
) {
    tokio::time::sleep(PATIENCE).await;
    let Ok(connected) = connect::open(options).await else { return };
    let mut session = Session::new(connected, Interrupt::default());
    let mut told = String::new();
    loop {
        let Ok(rows) = session.query(include_str!("watch.sql"), &[(&backend, Type::INT4)]).await else { return };
        let seconds = started.elapsed().as_secs();
        let mut event = Event::Busy(format!("{label}: {seconds} s"));
        if let Some(row) = rows.first() {
            let blocker: Option<String> = row.get("blocked_by");
            let progress: Option<String> = row.get("progress");
            match (blocker, progress) {
                (Some(who), _) => {
                    if who != told {
                        observer.borrow_mut().event(Event::Info(format!("{label}: waiting for {who}")));
                        told.clone_from(&who);
                    }
                    event = Event::Busy(format!("{label}: {seconds} s, waiting for {who}"));
                }
                (None, Some(progress)) => event = Event::Busy(format!("{label}: {seconds} s, {progress}")),
                (None, None) => {}
            }
        }
        observer.borrow_mut().event(event);
        tokio::time::sleep(EVERY).await;
    }
}
