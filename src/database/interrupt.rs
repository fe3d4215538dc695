//! Ctrl-C and SIGTERM as a value that can be waited for.
//!
//! The first signal asks the work to stop cleanly: cancel the running statement, roll back, release the lock. The
//! second abandons the connection; the server then rolls back by itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::Notify;

/// How often the user has asked to stop. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Interrupt {
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    count: AtomicUsize,
    notify: Notify,
}

impl Interrupt {
    /// Starts to listen for SIGINT and SIGTERM. Must be called inside the runtime.
    pub fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let interrupt = Self::default();
        let (mut int, mut term) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        let sender = interrupt.clone();
        tokio::spawn(async move {
            loop {
                tokio::select! { _ = int.recv() => {}, _ = term.recv() => {} }
                sender.inner.count.fetch_add(1, Ordering::SeqCst);
                sender.inner.notify.notify_waiters();
            }
        });
        Ok(interrupt)
    }

    /// Whether a signal has come.
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.count() > 0
    }

    /// How many signals have come.
    #[must_use]
    pub fn count(&self) -> usize {
        self.inner.count.load(Ordering::SeqCst)
    }

    /// Waits until more than `seen` signals have come.
    pub async fn more_than(&self, seen: usize) {
        loop {
            let notified = self.inner.notify.notified();
            if self.count() > seen {
                return;
            }
            notified.await;
        }
    }

    /// Sleeps, or returns early (`false`) when a signal comes.
    pub async fn sleep(&self, duration: std::time::Duration) -> bool {
        tokio::select! {
            biased;
            () = self.more_than(0) => false,
            () = tokio::time::sleep(duration) => true,
        }
    }
}
