//! One session on a server: requests are pipelined, and the connection is driven by hand in the same task.
//!
//! Driving it by hand is what lets a `NOTICE` be attributed to the statement that raised it: the wire is polled only
//! after every answer that came before has been consumed.

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio_postgres::error::{DbError, SqlState};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{AsyncMessage, Client, Row, SimpleQueryMessage};

use super::connect::{Canceller, Connected, Messages};
use super::interrupt::Interrupt;
use super::pooler;
use crate::config::ConnectOptions;

/// A bound value with its type, so that a statement needs no round trip of its own to be prepared.
pub type Param<'a> = (&'a (dyn ToSql + Sync), Type);

/// Something to send. All parts of one call travel together; the server runs them in order.
pub enum Part<'a> {
    /// One or more statements without values.
    Sql(&'a str),
    /// One statement with bound values.
    Bound(&'a str, Vec<Param<'a>>),
    /// `COPY … FROM STDIN` and its data. Does not travel together with others.
    Copy(&'a str, &'a [u8]),
}

/// Where in a call something happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Index of the part.
    pub part: usize,
    /// How many of the part's statements were complete.
    pub statements: usize,
}

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
}

/// How long a cancelled statement may take to end before the session is abandoned.
const CANCEL_GRACE: Duration = Duration::from_secs(30);

impl Session {
    /// Takes over a connection.
    pub fn new(connected: Connected, interrupt: Interrupt) -> Self {
        let Connected { client, connection, canceller } = connected;
        Self { client, wire: Some(connection), ended: None, canceller, interrupt }
    }

    /// Refuses a pooler that hands each transaction another session. `backend` is what `pg_backend_pid()` said.
    pub async fn refuse_pooler(&mut self, options: &ConnectOptions, backend: i32) -> anyhow::Result<()> {
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
        let Self { client, wire, ended, canceller, interrupt } = self;
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

    /// Says goodbye. The server releases locks at once instead of noticing a dead socket.
    pub async fn close(self) {
        let Self { client, wire, mut ended, .. } = self;
        let mut wire = wire;
        drop(client);
        let end = async {
            while let Some(stream) = wire.as_mut() {
                if stream.next().await.is_none() {
                    wire = None;
                }
            }
        };
        if tokio::time::timeout(Duration::from_secs(5), end).await.is_err() {
            ended = Some(Failure::Lost("the server did not answer the goodbye".to_owned()));
        }
        drop(ended);
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

type Answer<'a> = Pin<Box<dyn Future<Output = Result<u64, tokio_postgres::Error>> + 'a>>;

/// Sends every part before waiting for the first answer (COPY apart), then collects the answers in order.
async fn send_all(client: &Client, parts: &[Part<'_>], place: &Cell<Place>) -> Result<Vec<u64>, tokio_postgres::Error> {
    let mut answers: Vec<Answer<'_>> = Vec::with_capacity(parts.len());
    let mut counts = Vec::with_capacity(parts.len());
    for part in parts {
        match part {
            Part::Sql(sql) => answers.push(Box::pin(simple(client, sql, place))),
            Part::Bound(sql, params) => answers.push(Box::pin(client.execute_typed(sql, params))),
            Part::Copy(sql, data) => {
                collect(&mut answers, &mut counts, place).await?;
                counts.push(copy(client, sql, data).await?);
                place.set(Place { part: counts.len(), statements: 0 });
            }
        }
    }
    collect(&mut answers, &mut counts, place).await?;
    Ok(counts)
}

/// Awaits answers in order after polling each once, which is what sends it. Returns the first error, but only after
/// all answers have come, so that the session is in step again.
async fn collect(
    answers: &mut Vec<Answer<'_>>,
    counts: &mut Vec<u64>,
    place: &Cell<Place>,
) -> Result<(), tokio_postgres::Error> {
    let mut early: Vec<Option<Result<u64, tokio_postgres::Error>>> = poll_fn(|cx| {
        Poll::Ready(
            answers
                .iter_mut()
                .map(|a| match a.as_mut().poll(cx) {
                    Poll::Ready(value) => Some(value),
                    Poll::Pending => None,
                })
                .collect(),
        )
    })
    .await;
    let mut first_error = None;
    for (index, mut answer) in answers.drain(..).enumerate() {
        let result = match early.get_mut(index).and_then(Option::take) {
            Some(result) => result,
            None => answer.as_mut().await,
        };
        match (result, &first_error) {
            (Ok(count), None) => {
                counts.push(count);
                place.set(Place { part: counts.len(), statements: 0 });
            }
            (Err(error), None) => first_error = Some((error, place.get())),
            _ => {}
        }
    }
    match first_error {
        None => Ok(()),
        Some((error, at)) => {
            place.set(at);
            Err(error)
        }
    }
}

/// Sends statements without values, counting those that complete. Returns the rows affected by all of them.
async fn simple(client: &Client, sql: &str, place: &Cell<Place>) -> Result<u64, tokio_postgres::Error> {
    let stream = client.simple_query_raw(sql).await?;
    let mut stream = std::pin::pin!(stream);
    let mut rows = 0;
    while let Some(message) = stream.next().await {
        if let SimpleQueryMessage::CommandComplete(count) = message? {
            rows += count;
            let mut at = place.get();
            at.statements += 1;
            place.set(at);
        }
    }
    Ok(rows)
}

/// Pieces in which COPY data is handed to the wire, so that a large file is not copied at once.
const COPY_CHUNK: usize = 1 << 16;

async fn copy(client: &Client, sql: &str, data: &[u8]) -> Result<u64, tokio_postgres::Error> {
    let sink = client.copy_in::<_, bytes::Bytes>(sql).await?;
    let mut sink = std::pin::pin!(sink);
    for chunk in data.chunks(COPY_CHUNK) {
        sink.send(bytes::Bytes::copy_from_slice(chunk)).await?;
    }
    sink.finish().await
}
