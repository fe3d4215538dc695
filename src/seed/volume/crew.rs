//! Sessions that work side by side, each in a thread of its own: a connection is driven by the thread that it belongs to.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_postgres::types::Type;

use super::ledger::Done;
use super::model::{Model, Shape};
use super::rows::Rows;
use super::strip::{Triggers, failed};
use crate::config::ConnectOptions;
use crate::database::connect;
use crate::database::interrupt::Interrupt;
use crate::database::pipeline::Part;
use crate::database::session::{Failure, Session};
use crate::error::{Error, Kind};
use crate::sql::quote;

/// What every session of a crew needs.
#[derive(Clone)]
pub(super) struct Crew {
    pub(super) options: ConnectOptions,
    pub(super) interrupt: Interrupt,
    /// Statements with which a session begins.
    pub(super) settings: String,
    pub(super) size: usize,
}

/// What a session tells.
#[derive(Debug)]
pub(super) enum Told {
    /// Rows of each table were committed: how many, and their bytes.
    Loaded { rows: Vec<u64>, bytes: u64 },
    /// Rows of each table that an earlier run committed were made again, and dropped.
    Skipped { rows: Vec<u64> },
    /// Statements were run.
    Ran,
}

/// Statements that are run one after the other, each in a transaction of its own, together with what is said of it in the
/// ledger.
#[derive(Clone, Debug)]
pub(super) struct Task {
    pub(super) label: String,
    pub(super) statements: Vec<String>,
}

/// Work that is handed out.
#[derive(Debug)]
enum Work {
    Location(Done),
    Task(Task),
}

struct Shared {
    queue: Mutex<VecDeque<Work>>,
    stop: AtomicBool,
    model: Arc<dyn Model>,
    shape: Shape,
    tell: UnboundedSender<Told>,
}

impl Crew {
    /// Makes what happens at these locations, and loads it.
    pub(super) async fn load(
        &self,
        model: &Arc<dyn Model>,
        shape: Shape,
        locations: Vec<Done>,
        told: impl FnMut(Option<Told>),
    ) -> Result<(), Error> {
        self.work(model, shape, locations.into_iter().map(Work::Location).collect(), told).await
    }

    /// Runs tasks, as many at a time as there are sessions.
    pub(super) async fn run(
        &self,
        model: &Arc<dyn Model>,
        shape: Shape,
        tasks: Vec<Task>,
        told: impl FnMut(Option<Told>),
    ) -> Result<(), Error> {
        self.work(model, shape, tasks.into_iter().map(Work::Task).collect(), told).await
    }

    async fn work(
        &self,
        model: &Arc<dyn Model>,
        shape: Shape,
        queue: VecDeque<Work>,
        told: impl FnMut(Option<Told>),
    ) -> Result<(), Error> {
        let size = self.size.min(queue.len());
        let (tell, hear) = unbounded_channel();
        let shared = Arc::new(Shared {
            queue: Mutex::new(queue),
            stop: AtomicBool::new(false),
            model: Arc::clone(model),
            shape,
            tell,
        });
        let mut threads = Vec::new();
        for number in 0..size {
            let (crew, shared) = (self.clone(), Arc::clone(&shared));
            let thread = std::thread::Builder::new().name(format!("volume {number}"));
            threads.push(thread.spawn(move || crew.member(&shared)).map_err(|error| shared_stop(&error))?);
        }
        drop(shared);
        listen(hear, told).await;
        let mut outcome = Ok(());
        for thread in threads {
            let ended = thread.join().unwrap_or_else(|_| Err(Error::new(Kind::Failed, "a loading thread broke down")));
            // The first that failed made the others stop.
            if let (Err(error), true) = (ended, outcome.is_ok()) {
                outcome = Err(error);
            }
        }
        outcome
    }

    /// A session from its first statement to its last.
    fn member(&self, shared: &Shared) -> Result<(), Error> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| shared_stop(&error))?;
        let outcome = runtime.block_on(async {
            let connected = connect::open(&self.options).await.map_err(|error| match error.downcast::<Error>() {
                Ok(error) => error,
                Err(error) => Error::new(Kind::Failed, format!("{error:#}")),
            })?;
            let mut session = Session::new(connected, self.interrupt.clone());
            session.settle(&self.settings).await.map_err(|f| failed("failed to prepare a loading session", &f))?;
            let outcome = self.take(&mut session, shared).await;
            session.close(true).await;
            outcome
        });
        if outcome.is_err() {
            shared.stop.store(true, Ordering::SeqCst);
        }
        outcome
    }

    async fn take(&self, session: &mut Session, shared: &Shared) -> Result<(), Error> {
        let mut rows = Rows::new(shared.model.tables());
        loop {
            let work = shared.queue.lock().ok().and_then(|mut queue| queue.pop_front());
            match work {
                Some(Work::Location(done)) => self.location(session, shared, &done, &mut rows).await?,
                Some(Work::Task(task)) => self.task(session, shared, &task).await?,
                None => return Ok(()),
            }
            if shared.stop.load(Ordering::SeqCst) {
                return Ok(());
            }
        }
    }

    async fn task(&self, session: &mut Session, shared: &Shared, task: &Task) -> Result<(), Error> {
        for statement in &task.statements {
            if shared.stop.load(Ordering::SeqCst) {
                return Ok(());
            }
            session.run(&[Part::Sql(statement)], |_, _| {}).await.map_err(|(_, f)| failed(&task.label, &f))?;
        }
        drop(shared.tell.send(Told::Ran));
        Ok(())
    }

    /// Makes a location from its first day on, drops what was committed before, and loads the rest.
    async fn location(
        &self,
        session: &mut Session,
        shared: &Shared,
        done: &Done,
        rows: &mut Rows,
    ) -> Result<(), Error> {
        let tables = shared.model.tables();
        let mut location = shared.model.location(&shared.shape, done.number);
        let mut totals = vec![0_i64; tables.len()];
        let mut stretch = 0;
        loop {
            rows.clear();
            if !location.next(rows) {
                break;
            }
            let counts: Vec<u64> = (0..tables.len()).map(|table| rows.count(table)).collect();
            for (total, count) in totals.iter_mut().zip(&counts) {
                *total += i64::try_from(*count).unwrap_or(0);
            }
            if stretch < done.stretches {
                drop(shared.tell.send(Told::Skipped { rows: counts }));
            } else {
                send(session, shared, done.number, stretch, &totals, rows).await?;
                drop(shared.tell.send(Told::Loaded { rows: counts, bytes: rows.bytes() as u64 }));
            }
            stretch += 1;
            if shared.stop.load(Ordering::SeqCst) {
                return Ok(());
            }
            if self.interrupt.is_set() {
                return Err(failed("stopped", &Failure::Interrupted));
            }
        }
        let end = format!("UPDATE migrate.volume_progress SET is_done = true WHERE number = {}", done.number);
        let ended = session.run(&[Part::Sql(&end)], |_, _| {}).await;
        ended.map(drop).map_err(|(_, f)| failed("failed to note that a location is loaded", &f))
    }
}

/// Sends a stretch: its rows and that they are there, or neither. The row of the location is locked first, so that what a
/// session of a killed program may still be committing is seen.
async fn send(
    session: &mut Session,
    shared: &Shared,
    number: u32,
    stretch: i32,
    totals: &[i64],
    rows: &mut Rows,
) -> Result<(), Error> {
    let label = |f: &Failure| failed(&format!("failed to load location {number}"), f);
    let (number_, next) = (i32::try_from(number).unwrap_or(i32::MAX), stretch + 1);
    let totals = totals.to_vec();
    let begin = [
        Part::Sql("BEGIN"),
        Part::Bound(
            "UPDATE migrate.volume_progress SET stretches = $3, rows = $4 WHERE number = $1 AND stretches = $2",
            vec![(&number_, Type::INT4), (&stretch, Type::INT4), (&next, Type::INT4), (&totals, Type::INT8_ARRAY)],
        ),
    ];
    let counts = session.run(&begin, |_, _| {}).await.map_err(|(_, f)| label(&f))?;
    if counts.last() != Some(&1) {
        let message = format!("location {number} is being loaded by another session");
        return Err(Error::new(Kind::Failed, message).hint("wait until it has ended, and run the same command again"));
    }
    copy(session, shared.model.as_ref(), rows)
        .await
        .map_err(|(table, f)| failed(&format!("failed to load {table} of location {number}"), &f))?;
    session.run(&[Part::Sql("COMMIT")], |_, _| {}).await.map(drop).map_err(|(_, f)| label(&f))
}

/// Copies the rows of every table. In the transaction that is open.
pub(super) async fn copy(
    session: &mut Session,
    model: &dyn Model,
    rows: &mut Rows,
) -> Result<(), (&'static str, Failure)> {
    for (number, table) in model.tables().iter().enumerate() {
        let bytes = rows.finish(number);
        if bytes.is_empty() {
            continue;
        }
        let columns: Vec<String> = table.columns.iter().map(|(name, _)| quote::ident(name)).collect();
        let name = quote::qualified("public", table.name);
        let sql = format!("COPY {name} ({}) FROM STDIN WITH (FORMAT BINARY)", columns.join(", "));
        session.run(&[Part::Copy(&sql, bytes)], |_, _| {}).await.map_err(|(_, failure)| (table.name, failure))?;
    }
    Ok(())
}

/// What the sessions tell, as it comes; nothing once a second, so that a line can be renewed.
async fn listen(mut hear: UnboundedReceiver<Told>, mut told: impl FnMut(Option<Told>)) {
    let mut tick = tokio::time::interval(std::time::Duration::from_secs(1));
    loop {
        tokio::select! {
            heard = hear.recv() => match heard {
                Some(heard) => told(Some(heard)),
                None => return,
            },
            _ = tick.tick() => told(None),
        }
    }
}

fn shared_stop(error: &std::io::Error) -> Error {
    Error::new(Kind::Failed, format!("failed to start a loading thread: {error}"))
}

/// The statements with which a loading session begins.
pub(super) fn settings(restore: &str, triggers: Triggers, memory_kib: u64) -> String {
    [
        restore,
        triggers.off(),
        // What is lost in a crash of the server is lost together with the progress that says that it is there.
        "SET synchronous_commit = off",
        "SET statement_timeout = 0",
        "SET idle_in_transaction_session_timeout = 0",
        "SET search_path = pg_catalog",
        "SET jit = off",
        &format!("SET maintenance_work_mem = '{memory_kib}kB'"),
    ]
    .join("; ")
}
