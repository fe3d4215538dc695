//! How long a project's named queries take, as the persons who will ask them: `bench/queries/*.sql` run many times in
//! parallel, each run a transaction as PostgREST makes it.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`query`] | a query's file read: what its header says, and the statement |
//! | `header`, `template` | directives; the places of `:name` in a text |
//! | [`files`] | where the files are, and which of them are meant |
//! | [`limit`] | what may not be exceeded: `p95<100ms` |
//! | `person`, `values` | what the database is asked beforehand: who that is, and what stands for `:name` |
//! | `runner` | parallel clients |
//! | [`latency`] | percentiles |
//! | [`plan`], [`warning`] | the plan that was run, its shape, and what is wrong with it |

pub mod files;
mod header;
pub mod latency;
pub mod limit;
mod person;
pub mod plan;
pub mod query;
mod runner;
mod template;
mod values;
pub mod warning;

use std::time::Duration;

use serde::Serialize;

use crate::config::ConnectOptions;
use crate::database::connect;
use crate::database::pipeline::Timed;
use crate::database::session::Session;
use crate::event::{Event, Observer};

use latency::Latency;
use plan::Planned;
use query::{Problem, Query, Stopped};

/// How much is run.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many runs of each query are measured; without end where only the time counts.
    pub runs: Option<u64>,
    /// For how long runs of each query are begun.
    pub duration: Option<Duration>,
    /// How many runs of each client come before those that are measured.
    pub warm_up: u32,
    /// How many sessions run at the same time.
    pub clients: usize,
    /// How long a run may take.
    pub timeout: Duration,
    /// Whether the plan's text is wanted, too.
    pub plan_texts: bool,
}

/// What was found of one query.
#[derive(Debug)]
pub struct Measured<'a> {
    /// The query.
    pub query: &'a Query,
    /// What was measured; none where no run came to its end.
    pub figures: Option<Figures>,
    /// The plan, where there is one.
    pub plan: Option<Planned>,
    /// Why it failed, if it did.
    pub problem: Option<Box<Problem>>,
}

/// What was measured.
#[derive(Clone, Debug)]
pub struct Figures {
    /// How many runs.
    pub runs: usize,
    /// From the moment in which the query was sent to its last row.
    pub latency: Latency,
    /// From before BEGIN until after COMMIT.
    pub transaction: Latency,
    /// Runs a second, of all clients together.
    pub calls_per_second: f64,
    /// The fewest and the most rows that a run returned.
    pub rows: (u64, u64),
}

/// What was found of all queries.
#[derive(Debug)]
pub struct Outcome<'a> {
    /// On what.
    pub server: Server,
    /// In the order in which they were run.
    pub queries: Vec<Measured<'a>>,
    /// The user asked to stop: what comes after the last one was not run.
    pub interrupted: bool,
}

/// What figures hang on.
#[derive(Clone, Debug, Serialize)]
pub struct Server {
    /// `15.18`
    pub version: String,
    /// `128MB`
    pub shared_buffers: String,
    /// `4MB`
    pub work_mem: String,
    /// `on` or `off`
    pub jit: String,
    /// The size of the database, in bytes.
    pub database_bytes: i64,
}

/// Runs the queries, one after the other, each by all clients. What fails is reported, and the others still run.
///
/// # Errors
/// When the server cannot be reached.
pub async fn run<'a>(
    session: &mut Session,
    server: &ConnectOptions,
    queries: &[&'a Query],
    options: &Options,
    observer: &mut dyn Observer,
) -> anyhow::Result<Outcome<'a>> {
    let rows = session.query(include_str!("sql/server.sql"), &[]).await?;
    let Some(row) = rows.first() else { anyhow::bail!("the server does not tell what it is") };
    let about = Server {
        version: row.get("version"),
        shared_buffers: row.get("shared_buffers"),
        work_mem: row.get("work_mem"),
        jit: row.get("jit"),
        database_bytes: row.get("database_bytes"),
    };
    let mut bench = Bench { asking: session, server, options, clients: Vec::new() };
    let mut outcome = Outcome { server: about, queries: Vec::new(), interrupted: false };
    let done = async {
        for (at, query) in queries.iter().enumerate() {
            if bench.asking.interrupt().is_set() {
                break;
            }
            let title = query.title.as_deref().unwrap_or_default();
            observer.event(Event::Busy(format!("[{}/{}] {} {title}", at + 1, queries.len(), query.id)));
            bench.ready().await?;
            let measured = bench.measure(query).await;
            let is_untouched = measured.figures.is_none() && measured.problem.is_none();
            if !(is_untouched && bench.asking.interrupt().is_set()) {
                outcome.queries.push(measured);
            }
        }
        anyhow::Ok(())
    }
    .await;
    outcome.interrupted = bench.asking.interrupt().is_set();
    for client in std::mem::take(&mut bench.clients) {
        client.close(true).await;
    }
    match done {
        // Somebody who stops the program while it connects is not told of a connection that failed.
        Err(error) if !outcome.interrupted => Err(error),
        _ => Ok(outcome),
    }
}

/// The sessions.
struct Bench<'a> {
    /// Asks what must be known, as the role that connects.
    asking: &'a mut Session,
    server: &'a ConnectOptions,
    options: &'a Options,
    clients: Vec<Session>,
}

impl Bench<'_> {
    /// Opens what is missing: all clients in the beginning, later those that a query cost their connection.
    async fn ready(&mut self) -> anyhow::Result<()> {
        self.clients.retain(|client| !client.is_lost());
        if self.asking.is_lost() {
            *self.asking = self.open().await?;
        }
        while self.clients.len() < self.options.clients {
            let client = self.open().await?;
            self.clients.push(client);
        }
        Ok(())
    }

    async fn open(&self) -> anyhow::Result<Session> {
        Ok(Session::new(connect::open(self.server).await?, self.asking.interrupt().clone()))
    }

    /// Everything about one query.
    async fn measure<'q>(&mut self, query: &'q Query) -> Measured<'q> {
        let mut measured = Measured { query, figures: None, plan: None, problem: None };
        if let Err(problem) = self.fill(query, &mut measured).await {
            measured.problem = problem;
        }
        measured
    }

    /// `Err(None)`: the user asked to stop.
    async fn fill(&mut self, query: &Query, measured: &mut Measured<'_>) -> Result<(), Stopped> {
        let person = person::find(self.asking, query).await?;
        let values = values::ask(self.asking, query, self.options.timeout).await?;
        let job = runner::Job {
            query,
            values: &values,
            enter: person.enter(query.writes, self.options.timeout),
            options: self.options,
        };
        let (samples, elapsed, ended) = runner::run(&mut self.clients, &job).await;
        measured.figures = figures(&samples, elapsed);
        ended?;
        let Some(client) = self.clients.first_mut() else { return Ok(()) };
        measured.plan = plan::explain(client, self.asking, &job, person.role.as_deref()).await?;
        Ok(())
    }
}

fn figures(samples: &[Timed], elapsed: Duration) -> Option<Figures> {
    let rows = || samples.iter().map(|sample| sample.rows);
    let seconds = elapsed.as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "nobody runs a query 2^53 times")]
    let count = samples.len() as f64;
    Some(Figures {
        runs: samples.len(),
        latency: Latency::of(samples.iter().map(|sample| sample.query))?,
        transaction: Latency::of(samples.iter().map(|sample| sample.transaction))?,
        calls_per_second: if seconds > 0.0 { (count / seconds * 100.0).round() / 100.0 } else { 0.0 },
        rows: (rows().min().unwrap_or(0), rows().max().unwrap_or(0)),
    })
}
