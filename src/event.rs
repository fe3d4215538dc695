//! What the domain tells while it works. `report` renders it; nothing here knows a terminal.

use std::time::Duration;

/// One thing that happened, or that is being waited for.
#[derive(Clone, Debug)]
pub enum Event {
    /// A line worth saying on standard error, e.g. "made a private PostgreSQL cluster in …".
    Info(String),
    /// Something that deserves attention but does not stop the command.
    Warning(String),
    /// Something long goes on (initdb, a wait for the lock): replaced by the next event.
    Busy(String),
    /// How far something is that takes minutes: replaced by the next on a terminal, a line now and then elsewhere.
    Progress(String),
    /// A migration or rollback starts. `position` counts from 1 among `total`.
    Started { label: String, position: usize, total: usize },
    /// It is done and recorded.
    Finished { label: String, verb: &'static str, elapsed: Duration },
    /// The server said something while a script ran.
    Notice { severity: String, message: String, place: Option<String>, detail: Option<String>, hint: Option<String> },
}

/// Receives events.
pub trait Observer {
    /// Called once for each event, in order.
    fn event(&mut self, event: Event);
}

/// An observer that drops everything, for callers that do not care.
#[derive(Debug, Default)]
pub struct Silent;

impl Observer for Silent {
    fn event(&mut self, _event: Event) {}
}
