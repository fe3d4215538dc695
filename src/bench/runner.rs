//! Parallel clients, all driven by one thread: each begins its next run as soon as it has ended one.

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio_postgres::error::SqlState;

use super::Options;
use super::person::stopped;
use super::query::{Problem, Query, Stopped};
use super::values::Values;
use crate::database::pipeline::Timed;
use crate::database::session::{Failure, Session};

/// What the clients do.
pub(super) struct Job<'a> {
    pub(super) query: &'a Query,
    pub(super) values: &'a Values,
    /// Begins a run's transaction, as the person that asks.
    pub(super) enter: String,
    pub(super) options: &'a Options,
}

impl Job<'_> {
    /// Ends it.
    pub(super) fn leave(&self) -> &'static str {
        if self.query.writes { "ROLLBACK" } else { "COMMIT" }
    }
}

/// What the clients share: a run that failed is the last for all of them.
struct Shared {
    next: Cell<usize>,
    problem: RefCell<Option<Stopped>>,
}

/// Warms up, then measures. Gives what was measured, in how much time, and how it ended; `Err(None)` when the user stopped it.
pub(super) async fn run(clients: &mut [Session], job: &Job<'_>) -> (Vec<Timed>, Duration, Result<(), Stopped>) {
    let shared = Shared { next: Cell::new(0), problem: RefCell::new(None) };
    let warm_up = u64::from(job.options.warm_up) * u64::try_from(clients.len()).unwrap_or(u64::MAX);
    let samples = RefCell::new(Vec::new());
    // Each client for itself: what a session learns on its first run, it keeps for itself.
    let is_warm = |done| done >= u64::from(job.options.warm_up);
    let drop_it = |_| {};
    all(clients.iter_mut().map(|client| repeat(client, job, &shared, &is_warm, &drop_it))).await;
    let begun = Instant::now();
    if shared.problem.borrow().is_none() {
        let first = usize::try_from(warm_up).unwrap_or(0);
        let is_over = |_| {
            let runs = u64::try_from(shared.next.get() - first).unwrap_or(u64::MAX);
            job.options.runs.is_some_and(|most| runs >= most)
                || job.options.duration.is_some_and(|most| begun.elapsed() >= most)
        };
        let keep = |sample| samples.borrow_mut().push(sample);
        all(clients.iter_mut().map(|client| repeat(client, job, &shared, &is_over, &keep))).await;
    }
    let ended = shared.problem.into_inner().map_or(Ok(()), Err);
    (samples.into_inner(), begun.elapsed(), ended)
}

/// Waits for all clients, which run at the same time.
async fn all(clients: impl Iterator<Item = impl Future<Output = ()>>) {
    let mut running: FuturesUnordered<_> = clients.collect();
    while running.next().await.is_some() {}
}

/// Runs of one client, until it is over or one fails.
async fn repeat(
    client: &mut Session,
    job: &Job<'_>,
    shared: &Shared,
    is_over: &impl Fn(u64) -> bool,
    take: &impl Fn(Timed),
) {
    let mut done = 0;
    while shared.problem.borrow().is_none() && !is_over(done) {
        let number = shared.next.replace(shared.next.get() + 1);
        let statement = job.values.statement(job.query, number);
        match client.timed(&job.enter, &statement.text, job.leave()).await {
            Ok(sample) => take(sample),
            Err(failure) => {
                let problem = explained(job, &failure, job.query.failed(&statement, &failure));
                shared.problem.borrow_mut().get_or_insert(stopped(&failure, problem));
            }
        }
        done += 1;
    }
}

/// What the server calls a cancelled statement is our timeout.
pub(super) fn explained(job: &Job<'_>, failure: &Failure, mut problem: Box<Problem>) -> Box<Problem> {
    if failure.code() == Some(&SqlState::QUERY_CANCELED) {
        let seconds = job.options.timeout.as_secs_f64();
        problem.message = format!("not done after {seconds} s, and cancelled");
        problem.hint = Some("`--timeout` gives it more time".to_owned());
    }
    problem
}
