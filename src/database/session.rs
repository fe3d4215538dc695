//! One session on a server: requests are pipelined, and the connection is driven by hand in the same task.
//!
//! Driving it by hand is what lets a `NOTICE` be attributed to the statement that raised it: the wire is polled only
//! after every answer that came before has been consumed.

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::{FutureExt, StreamExt};
use tokio_postgres::error::{DbError, SqlState};
use tokio_postgres::{AsyncMessage, Client, Row, SimpleQueryMessage};

use super::connect::{Canceller, Connected, Messages};
use super::interrupt::Interrupt;
use super::pipeline::{Param, Part, Place, Reply, Timed, each, each_row, send_all, timed};
use super::pooler;
use crate::config::ConnectOptions;

/// Why a call failed.
#[derive(Debug)]
pub enum Failure {
    /// The server refused a statement.
    Server(Box<DbError>),
    /// The connection broke. Whether the last statement took effect is unknown.
    Lost(String),
    /// The user asked to stop, and the statement was cancelled.
    Interrupted,
    /// The user asked twice: the connection was abandoned.
    Abandoned,
}

impl Failure {
    /// Reads the driver's error.
    pub fn of(error: &tokio_postgres::Error) -> Self {
        match error.as_db_error() {
            Some(db) if lost_state(db.code()) => Failure::Lost(db.message().to_owned()),
            Some(db) => Failure::Server(Box::new(db.clone())),
            None => Failure::Lost(describe_chain(error)),
        }
    }

    /// The server's code, if it was the server that refused.
    #[must_use]
    pub fn code(&self) -> Option<&SqlState> {
        match self {
            Failure::Server(error) => Some(error.code()),
            _ => None,
        }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Failure::Server(error) => write!(f, "{} (SQLSTATE {})", error.message(), error.code().code()),
            Failure::Lost(why) => write!(f, "the connection was lost: {why}"),
            Failure::Interrupted => f.write_str("interrupted"),
            Failure::Abandoned => f.write_str("interrupted twice, the connection was abandoned"),
        }
    }
}

impl std::error::Error for Failure {}

/// The codes with which a server ends a session.
fn lost_state(code: &SqlState) -> bool {
    [SqlState::ADMIN_SHUTDOWN, SqlState::CRASH_SHUTDOWN, SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT].contains(code)
}

fn describe_chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

/// A session. Every method takes `&mut self`: one call at a time.
pub struct Session {
    client: Client,
    wire: Option<Messages>,
    ended: Option<Failure>,
    canceller: Canceller,
    interrupt: Interrupt,
    /// The session is a pooler's, and goes to somebody else after us.
    is_lent: bool,
}

/// How long a cancelled statement may take to end before the session is abandoned.
const CANCEL_GRACE: Duration = Duration::from_secs(30);
/// How long a goodbye may take.
const CLOSE_GRACE: Duration = Duration::from_secs(5);

impl Session {
    /// Takes over a connection.
    pub fn new(connected: Connected, interrupt: Interrupt) -> Self {
        let Connected { client, connection, canceller } = connected;
        Self { client, wire: Some(connection), ended: None, canceller, interrupt, is_lent: false }
    }

    /// Refuses a pooler that hands each transaction another session. `backend` is what `pg_backend_pid()` said.
    pub async fn refuse_pooler(&mut self, options: &ConnectOptions, backend: i32) -> anyhow::Result<()> {
        self.is_lent = pooler::key_pid(&self.client).is_some_and(|pid| pid != backend);
        match self.wire.as_mut() {
            Some(wire) => pooler::check(options, &self.client, wire, backend).await,
            None => Ok(()),
        }
    }

    /// The user's wish to stop.
    pub fn interrupt(&self) -> &Interrupt {
        &self.interrupt
    }

    /// Whether the connection is gone.
    pub fn is_lost(&self) -> bool {
        self.wire.is_none() || self.client.is_closed()
    }

    /// Runs one statement and returns its rows. Pipelined with nothing; one round trip.
    pub async fn query(&mut self, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>, Failure> {
        let Self { client, wire, ended, .. } = self;
        drive(wire, ended, client.query_typed(sql, params), |_| {}).await.map_err(|e| settle(ended, &e))
    }

    /// Runs statements on one snapshot, in one round trip, and returns the rows of each. `settings` are run first, in the
    /// same transaction: what they `SET LOCAL` holds for these statements only.
    pub async fn snapshot(&mut self, settings: &str, queries: &[&str]) -> Result<Vec<Vec<Row>>, Failure> {
        let mut rows: Vec<Vec<Row>> = queries.iter().map(|_| Vec::new()).collect();
        self.snapshot_each(settings, queries, |query, row| rows[query].push(row)).await?;
        Ok(rows)
    }

    /// As [`Session::snapshot`], but hands out each row as it comes, with the number of its query: no answer is kept.
    pub async fn snapshot_each(
        &mut self,
        settings: &str,
        queries: &[&str],
        each: impl FnMut(usize, Row),
    ) -> Result<(), Failure> {
        let Self { client, wire, ended, .. } = self;
        let begin = format!("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {settings}");
        let work = async {
            let (begun, read, done) = tokio::join! {
                biased;
                client.batch_execute(&begin),
                each_row(client, queries, each),
                client.batch_execute("COMMIT"),
            };
            begun.and(read).and(done)
        };
        drive(wire, ended, work, |_| {}).await.map_err(|e: tokio_postgres::Error| settle(ended, &e))
    }

    /// Runs statements without values and drops their rows. Not cancelled by an interrupt: for rolling back and releasing.
    pub async fn settle(&mut self, sql: &str) -> Result<(), Failure> {
        let Self { client, wire, ended, .. } = self;
        drive(wire, ended, client.batch_execute(sql), |_| {}).await.map_err(|e| settle(ended, &e))
    }

    /// Runs one simple query and returns the rows as text.
    pub async fn simple(&mut self, sql: &str) -> Result<Vec<Vec<Option<String>>>, Failure> {
        let Self { client, wire, ended, .. } = self;
        let answer = drive(wire, ended, client.simple_query(sql), |_| {}).await.map_err(|e| settle(ended, &e))?;
        Ok(answer
            .into_iter()
            .filter_map(|message| match message {
                SimpleQueryMessage::Row(row) => {
                    Some((0..row.len()).map(|i| row.get(i).map(str::to_owned)).collect::<Vec<_>>())
                }
                _ => None,
            })
            .collect())
    }

    /// Sends all parts and waits for all answers. On the first failure the parts after it are skipped by the server
    /// only if they are in one transaction with it: callers pipeline nothing else.
    ///
    /// An interrupt cancels the running statement.
    pub async fn run(
        &mut self,
        parts: &[Part<'_>],
        mut on_notice: impl FnMut(Place, &DbError),
    ) -> Result<Vec<u64>, (Place, Failure)> {
        if self.interrupt.is_set() {
            return Err((Place::default(), Failure::Interrupted));
        }
        let place = Cell::new(Place::default());
        let Self { client, wire, ended, canceller, interrupt, .. } = self;
        let outcome = {
            let work = drive(wire, ended, send_all(client, parts, &place), |n| on_notice(place.get(), n));
            cancellable(work, canceller, interrupt).await
        };
        match outcome {
            Some(Ok(counts)) => Ok(counts),
            Some(Err(error)) => {
                let failure = settle(&mut self.ended, &error);
                let cancelled = failure.code() == Some(&SqlState::QUERY_CANCELED) && self.interrupt.is_set();
                Err((place.get(), if cancelled { Failure::Interrupted } else { failure }))
            }
            None => {
                self.wire = None;
                Err((place.get(), Failure::Abandoned))
            }
        }
    }

    /// Sends all texts and returns what each was answered, also after one that the server refused: callers are in a
    /// transaction, and go back to a savepoint between them.
    ///
    /// An interrupt cancels the running statement.
    pub async fn each(&mut self, texts: &[String]) -> Result<Vec<Result<Reply, Box<DbError>>>, Failure> {
        if self.interrupt.is_set() {
            return Err(Failure::Interrupted);
        }
        let Self { client, wire, ended, canceller, interrupt, .. } = self;
        let work = drive(wire, ended, each(client, texts), |_| {});
        let Some(answers) = cancellable(work, canceller, interrupt).await else {
            self.wire = None;
            return Err(Failure::Abandoned);
        };
        if self.interrupt.is_set() {
            return Err(Failure::Interrupted);
        }
        let answers = answers.into_iter().map(|answer| match answer {
            Ok(answer) => Ok(Ok(answer)),
            Err(error) => match settle(&mut self.ended, &error) {
                Failure::Server(refusal) => Ok(Err(refusal)),
                failure => Err(failure),
            },
        });
        answers.collect()
    }

    /// Runs a query in a transaction that `enter` begins and `leave` ends, and tells how long it took.
    ///
    /// An interrupt cancels it.
    pub async fn timed(&mut self, enter: &str, query: &str, leave: &str) -> Result<Timed, Failure> {
        if self.interrupt.is_set() {
            return Err(Failure::Interrupted);
        }
        let Self { client, wire, ended, canceller, interrupt, .. } = self;
        let work = drive(wire, ended, timed(client, enter, query, leave), |_| {});
        let Some(answer) = cancellable(work, canceller, interrupt).await else {
            self.wire = None;
            return Err(Failure::Abandoned);
        };
        answer.map_err(|error| {
            let failure = settle(&mut self.ended, &error);
            let is_cancelled = failure.code() == Some(&SqlState::QUERY_CANCELED) && self.interrupt.is_set();
            if is_cancelled { Failure::Interrupted } else { failure }
        })
    }

    /// Says goodbye, and `wait`s for the server to be done: then its locks are released, at once instead of when it
    /// notices a dead socket.
    pub async fn close(mut self, wait: bool) {
        if self.is_lent {
            // The pooler may hand it on as it is, with the runner's lock. What fails here has no session any more.
            for sql in ["ROLLBACK", "DISCARD ALL"] {
                let _ = self.settle(sql).await;
            }
        }
        let Self { client, wire, .. } = self;
        drop(client);
        let Some(mut wire) = wire else { return };
        let sent = wire.next().now_or_never();
        if wait && sent.is_none() {
            let end = async { while wire.next().await.is_some() {} };
            // A server that does not answer a goodbye finds the socket closed.
            drop(tokio::time::timeout(CLOSE_GRACE, end).await);
        }
    }
}

/// The failure of a call; the server's reason for ending the session explains later "connection closed" errors.
fn settle(ended: &mut Option<Failure>, error: &tokio_postgres::Error) -> Failure {
    match (Failure::of(error), ended.take()) {
        (Failure::Lost(_), Some(reason)) => {
            let text = match &reason {
                Failure::Lost(why) => why.clone(),
                other => other.to_string(),
            };
            *ended = Some(reason);
            Failure::Lost(text)
        }
        (failure, reason) => {
            *ended = reason;
            failure
        }
    }
}

/// Polls `work` and the wire until `work` is ready. A notice is handed out after the answers that precede it.
async fn drive<T>(
    wire: &mut Option<Messages>,
    ended: &mut Option<Failure>,
    work: impl Future<Output = T>,
    mut on_notice: impl FnMut(&DbError),
) -> T {
    let mut work = std::pin::pin!(work);
    poll_fn(|cx| {
        loop {
            if let Poll::Ready(value) = work.as_mut().poll(cx) {
                return Poll::Ready(value);
            }
            match poll_wire(wire, ended, cx) {
                Poll::Ready(Some(notice)) => {
                    let done = work.as_mut().poll(cx);
                    on_notice(&notice);
                    if let Poll::Ready(value) = done {
                        return Poll::Ready(value);
                    }
                }
                Poll::Ready(None) => {}
                Poll::Pending => return work.as_mut().poll(cx),
            }
        }
    })
    .await
}

/// One step of the wire: `Ready(Some)` is a notice, `Ready(None)` anything else that happened.
fn poll_wire(wire: &mut Option<Messages>, ended: &mut Option<Failure>, cx: &mut Context<'_>) -> Poll<Option<DbError>> {
    let Some(stream) = wire.as_mut() else { return Poll::Pending };
    match stream.poll_next_unpin(cx) {
        Poll::Ready(Some(Ok(AsyncMessage::Notice(notice)))) => Poll::Ready(Some(notice)),
        Poll::Ready(Some(Ok(_))) => Poll::Ready(None),
        Poll::Ready(Some(Err(error))) => {
            *ended = Some(Failure::of(&error));
            *wire = None;
            Poll::Ready(None)
        }
        Poll::Ready(None) => {
            *wire = None;
            Poll::Ready(None)
        }
        Poll::Pending => Poll::Pending,
    }
}

/// Waits for `work`; on an interrupt cancels the statement; `None` when the user insists or the server does not react.
async fn cancellable<T>(work: impl Future<Output = T>, canceller: &Canceller, interrupt: &Interrupt) -> Option<T> {
    let mut work = std::pin::pin!(work);
    tokio::select! {
        biased;
        value = &mut work => return Some(value),
        () = interrupt.more_than(0) => {}
    }
    let cancel = async {
        // A cancel request that fails leaves the statement running; the second signal or the grace period ends it.
        if canceller.cancel().await.is_err() {
            std::future::pending::<()>().await;
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        biased;
        value = &mut work => Some(value),
        () = interrupt.more_than(1) => None,
        () = cancel => None,
        () = tokio::time::sleep(CANCEL_GRACE) => None,
    }
}
