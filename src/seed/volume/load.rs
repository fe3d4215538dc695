//! A volume load from its first statement to its last.
//!
//! A small one is one transaction. A large one is begun (base rows, and what is in the way taken off), loaded by several
//! sessions, a stretch at a time, and rebuilt; whatever stops it, the same command goes on where it was.

use std::sync::Arc;
use std::time::Instant;

use serde::Serialize;
use tokio_postgres::types::Type;

use super::calendar::Day;
use super::crew::{self, Crew, Told};
use super::ledger;
use super::model::{Model, Shape};
pub use super::progress::grouped;
use super::progress::{Progress, peak_memory};
use super::rebuild;
use super::request::{Plan, Request};
use super::rows::Rows;
use super::strip::{self, Keys, Triggers, failed};
use crate::database::pipeline::Part;
use crate::engine::run::Run;
use crate::error::{Error, Kind};
use crate::event::Event;
use crate::ledger::Note;

/// From this scale on, indexes and keys are taken off.
const STRIP_FROM: u32 = 6;

/// Bytes of tables that a small load may strip.
const NEARLY_EMPTY: i64 = 32 << 20;

/// What a load did.
#[derive(Clone, Debug, Serialize)]
pub struct Loaded {
    /// The vertical.
    pub vertical: String,
    /// Branch-months.
    pub scale: u32,
    /// Locations.
    pub locations: u32,
    /// The seed of chance.
    pub random_seed: u64,
    /// The first day about which nothing is known yet.
    pub today: String,
    /// `loaded`, `went on`, or `there already`.
    pub outcome: &'static str,
    /// Rows of each table, in the order of loading; none where it was there already.
    pub tables: Vec<TableRows>,
    /// Rows of all tables.
    pub rows: u64,
    /// Seconds that this took.
    pub seconds: f64,
    /// Seconds of it in which rows were loaded.
    pub loading_seconds: f64,
    /// Rows that this run loaded, in each second of it all.
    pub rows_per_second: f64,
    /// The largest amount of memory that this program had.
    pub peak_memory_bytes: Option<u64>,
}

/// Rows of a table.
#[derive(Clone, Debug, Serialize)]
pub struct TableRows {
    /// Its name, in schema public.
    pub table: &'static str,
    /// How many.
    pub rows: u64,
}

/// Loads what is asked for. The runner's lock is held, and the vertical's demo rows are there.
///
/// # Errors
/// Says what was being done, and names the commands that go on or take it away.
pub async fn load(run: &mut Run<'_>, model: Box<dyn Model>, request: &Request) -> anyhow::Result<Loaded> {
    let reading = |f| failed("failed to read what volume recorded", &f);
    let today = run.session.query("SELECT current_date - date '2000-01-01'", &[]).await.map_err(reading)?;
    let today = Day(today.first().map_or(0, |row| row.get(0)));
    let known = ledger::known(&mut run.session).await.map_err(reading)?;
    let triggers = Triggers::of(&mut run.session).await.map_err(reading)?;
    let plan = request.plan(&known, today)?;
    let mut load = Load { run, model: Arc::from(model), request, triggers, started: Instant::now(), loading: 0.0 };
    match plan {
        Plan::Nothing(shape) => Ok(load.report(&shape, "there already", &[], 0)),
        Plan::Begin(shape) => {
            load.room(&shape)?;
            if request.strip.unwrap_or(shape.months >= STRIP_FROM) || triggers == Triggers::Catalog {
                load.begin(&shape).await?;
                load.go_on(&shape, "loaded").await
            } else {
                load.at_once(&shape).await
            }
        }
        Plan::GoOn(shape) => {
            load.learn().await?;
            load.go_on(&shape, "went on").await
        }
    }
}

struct Load<'a, 'r> {
    run: &'a mut Run<'r>,
    model: Arc<dyn Model>,
    request: &'a Request,
    triggers: Triggers,
    started: Instant,
    loading: f64,
}

impl Load<'_, '_> {
    fn names(&self) -> Vec<&'static str> {
        self.model.tables().iter().map(|table| table.name).collect()
    }

    /// Runs statements that an interrupt may cancel.
    async fn execute(&mut self, what: &str, sql: &str) -> Result<(), Error> {
        self.run.session.run(&[Part::Sql(sql)], |_, _| {}).await.map(drop).map_err(|(_, f)| failed(what, &f))
    }

    /// Tells how much room is needed, and refuses where it is known that there is none.
    fn room(&mut self, shape: &Shape) -> Result<(), Error> {
        let needed = self.model.month().bytes.saturating_mul(u64::from(shape.months));
        let mib = |bytes: u64| grouped(bytes >> 20);
        if shape.months >= STRIP_FROM {
            let text = format!(
                "{} of {}: about {} rows, {} MiB on the server's disk",
                crate::report::plural(shape.months as usize, "branch-month"),
                self.request.vertical,
                grouped(self.model.month().rows * u64::from(shape.months)),
                mib(needed)
            );
            self.run.observer.event(Event::Info(text));
        }
        match self.request.disk {
            Some(free) if free < needed => Err(Error::new(
                Kind::Refused,
                format!("the load needs about {} MiB, and the server's disk has {} MiB left", mib(needed), mib(free)),
            )
            .hint("ask for less with `--scale`, or use a server on a larger disk with `--url`")),
            _ => Ok(()),
        }
    }

    /// Asks the model's question.
    async fn learn(&mut self) -> anyhow::Result<()> {
        let Some(question) = self.model.question() else { return Ok(()) };
        let rows =
            self.run.session.query(question, &[]).await.map_err(|f| failed("failed to read the base rows", &f))?;
        let answer: Option<String> = rows.first().and_then(|row| row.get(0));
        let answer = serde_json::from_str(&answer.unwrap_or_else(|| "null".to_owned()))?;
        // Nobody else has the model yet.
        Arc::get_mut(&mut self.model).map_or(Ok(()), |model| model.learn(&answer))
    }

    /// The first statements of a load, in a transaction that is left open.
    async fn base(&mut self, shape: &Shape) -> anyhow::Result<()> {
        let lock_timeout = self.run.lock_timeout.as_millis();
        let begin = format!(
            "BEGIN; SET LOCAL lock_timeout = {lock_timeout}; SET LOCAL jit = off; {}; {}",
            self.triggers.off_locally(),
            ledger::CREATE
        );
        self.execute("failed to begin", &begin).await?;
        let begun = ledger::begin(&mut self.run.session, &self.request.vertical, shape).await;
        begun.map_err(|f| failed("failed to note the load", &f))?;
        self.execute("failed to make the base rows", &self.model.base(shape)).await?;
        self.learn().await
    }

    /// Goes back to before the transaction.
    async fn back<T>(&mut self, outcome: anyhow::Result<T>) -> anyhow::Result<T> {
        if outcome.is_err() {
            // A connection that is lost has rolled back already.
            drop(self.run.session.settle("ROLLBACK").await);
        }
        outcome
    }

    /// A small load: all of it or nothing.
    async fn at_once(&mut self, shape: &Shape) -> anyhow::Result<Loaded> {
        let outcome = self.in_one_transaction(shape).await;
        let totals = self.back(outcome).await?;
        let mut names = self.names();
        names.extend(self.model.base_tables());
        self.analyze(&names).await?;
        Ok(self.report(shape, "loaded", &totals, totals.iter().sum()))
    }

    async fn in_one_transaction(&mut self, shape: &Shape) -> anyhow::Result<Vec<u64>> {
        self.base(shape).await?;
        if self.are_nearly_empty().await? {
            self.execute("failed to begin", ledger::CREATE_PROGRESS).await?;
            self.strip().await?;
        }
        let mut rows = Rows::new(self.model.tables());
        let mut totals = vec![0_u64; self.model.tables().len()];
        let mut progress = self.progress(shape, 0);
        let loading = Instant::now();
        for number in 1..=shape.locations {
            let mut location = self.model.location(shape, number);
            loop {
                rows.clear();
                if !location.next(&mut rows) {
                    break;
                }
                let counts: Vec<u64> = (0..totals.len()).map(|table| rows.count(table)).collect();
                totals.iter_mut().zip(&counts).for_each(|(total, count)| *total += count);
                let copied = crew::copy(&mut self.run.session, self.model.as_ref(), &mut rows).await;
                copied.map_err(|(table, f)| failed(&format!("failed to load {table} of location {number}"), &f))?;
                progress.add(counts.iter().sum(), rows.bytes() as u64);
                self.run.observer.event(progress.event());
            }
        }
        self.loading = loading.elapsed().as_secs_f64();
        rebuild::in_transaction(self.run).await?;
        let names = self.names();
        let checks = strip::verify(&mut self.run.session, &names, Keys::Of, &[]).await;
        for (relation, check) in checks.map_err(|f| failed("failed to read the foreign keys", &f))? {
            self.execute(&format!("the rows of {relation} are wrong"), &check).await?;
        }
        self.finish(shape, &totals, &[]).await?;
        Ok(totals)
    }

    /// Whether there is less in the tables than their indexes would cost to build anew.
    async fn are_nearly_empty(&mut self) -> anyhow::Result<bool> {
        let names = strip::array(&self.names());
        let rows = self.run.session.query(include_str!("sql/size.sql"), &[(&names, Type::TEXT_ARRAY)]).await;
        let rows = rows.map_err(|f| failed("failed to read the sizes of tables", &f))?;
        Ok(rows.first().is_some_and(|row| row.get::<_, i64>(0) < NEARLY_EMPTY))
    }

    /// Takes off what is in the way, in the transaction that is open.
    async fn strip(&mut self) -> anyhow::Result<usize> {
        let names = self.names();
        let taken = strip::strip(&mut self.run.session, &names, self.triggers).await;
        Ok(taken.map_err(|f| failed("failed to take indexes and keys off", &f))?)
    }

    /// Everything that a large load needs before rows come, in one transaction.
    async fn begin(&mut self, shape: &Shape) -> anyhow::Result<()> {
        let outcome = self.begin_in_transaction(shape).await;
        self.back(outcome).await
    }

    async fn begin_in_transaction(&mut self, shape: &Shape) -> anyhow::Result<()> {
        self.base(shape).await?;
        let locations =
            format!("INSERT INTO migrate.volume_progress (number) SELECT generate_series(1, {})", shape.locations);
        self.execute("failed to note the locations", &format!("{}; {locations}", ledger::CREATE_PROGRESS)).await?;
        let taken = self.strip().await?;
        self.execute("failed to begin", "COMMIT").await?;
        let text = format!("took off {taken} indexes and keys until the rows are there");
        self.run.observer.event(Event::Info(text));
        Ok(())
    }

    /// Loads what is not loaded yet, and makes what is not there again yet.
    async fn go_on(&mut self, shape: &Shape, outcome: &'static str) -> anyhow::Result<Loaded> {
        let done = self.resume(shape).await;
        let (totals, loaded) = done.map_err(|error| self.unfinished(shape, error))?;
        self.analyze(self.model.base_tables()).await?;
        Ok(self.report(shape, outcome, &totals, loaded))
    }

    async fn resume(&mut self, shape: &Shape) -> anyhow::Result<(Vec<u64>, u64)> {
        // A session of a program that was killed may still be committing: what it did is waited for.
        let settle = "BEGIN; SET LOCAL lock_timeout = '60s'; LOCK TABLE migrate.volume_progress IN EXCLUSIVE MODE";
        self.execute("failed to wait for an earlier session", settle).await?;
        let done = ledger::progress(&mut self.run.session).await;
        let done = done.map_err(|f| failed("failed to read the progress", &f))?;
        self.execute("failed to read the progress", "COMMIT").await?;
        let model = Arc::clone(&self.model);
        let mut totals = vec![0_u64; model.tables().len()];
        for location in done.iter().filter(|location| location.is_done) {
            let rows = location.rows.iter().map(|&rows| rows.unsigned_abs());
            totals.iter_mut().zip(rows).for_each(|(total, rows)| *total += rows);
        }
        let crew = self.crew();
        let left: Vec<_> = done.into_iter().filter(|location| !location.is_done).collect();
        let mut progress = self.progress(shape, totals.iter().sum());
        let (begun, mut loaded) = (Instant::now(), 0);
        let observer = &mut *self.run.observer;
        crew.load(&model, *shape, left, |told| match told {
            Some(Told::Loaded { rows, bytes }) => {
                totals.iter_mut().zip(&rows).for_each(|(total, rows)| *total += rows);
                loaded += rows.iter().sum::<u64>();
                progress.add(rows.iter().sum(), bytes);
            }
            Some(Told::Skipped { rows }) => {
                totals.iter_mut().zip(&rows).for_each(|(total, rows)| *total += rows);
                progress.skip(rows.iter().sum());
            }
            Some(Told::Ran) | None => observer.event(progress.event()),
        })
        .await?;
        self.loading = begun.elapsed().as_secs_f64();
        let names = self.names();
        rebuild::rebuild(self.run, &crew, &model, *shape, &names).await?;
        let last = rebuild::last(self.run).await?;
        let outcome = async {
            self.execute("failed to begin the end", &format!("BEGIN; {}", self.triggers.off_locally())).await?;
            self.finish(shape, &totals, &last).await
        }
        .await;
        self.back(outcome).await?;
        Ok((totals, loaded))
    }

    /// The last statements of a load, and the end of its transaction.
    async fn finish(&mut self, shape: &Shape, totals: &[u64], last: &[String]) -> anyhow::Result<()> {
        self.execute("failed to finish", &self.model.finish(shape)).await?;
        for statement in last {
            self.execute("failed to switch triggers on again", statement).await?;
        }
        let rows: serde_json::Map<String, serde_json::Value> =
            self.names().iter().zip(totals).map(|(name, &rows)| ((*name).to_owned(), rows.into())).collect();
        let rows = serde_json::Value::Object(rows);
        let noted = ledger::finish(&mut self.run.session, &self.request.vertical, &rows.to_string()).await;
        noted.map_err(|f| failed("failed to note the end", &f))?;
        let detail = serde_json::json!({
            "volume": true, "scale": shape.months, "locations": shape.locations, "random_seed": shape.seed,
            "today": shape.today.to_string(), "rows": rows,
        });
        let note = Note {
            event: "seeded",
            name: Some(self.request.vertical.clone()),
            detail: Some(detail.to_string()),
            ..Note::default()
        };
        let recorder = self.run.recorder.clone();
        let parts = [Part::Sql(ledger::DROP_PROGRESS), recorder.note(&note), Part::Sql("COMMIT")];
        let ended = self.run.session.run(&parts, |_, _| {}).await;
        ended.map_err(|(_, f)| failed("failed to note the end", &f))?;
        Ok(())
    }

    /// Statistics of tables that were written to.
    async fn analyze(&mut self, names: &[&str]) -> anyhow::Result<()> {
        let tables: Vec<String> = names.iter().map(|name| crate::sql::quote::qualified("public", name)).collect();
        let sql = if tables.is_empty() { String::new() } else { format!("ANALYZE {}", tables.join(", ")) };
        Ok(self.execute("failed to analyze", &sql).await?)
    }

    fn crew(&self) -> Crew {
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        let size = self.request.jobs.unwrap_or(cores.clamp(2, 4)).max(1);
        Crew {
            options: self.run.options.clone(),
            interrupt: self.run.session.interrupt().clone(),
            settings: crew::settings(&self.run.restore, self.triggers, rebuild::memory_kib(self.request.memory, size)),
            size,
        }
    }

    fn progress(&self, shape: &Shape, earlier: u64) -> Progress {
        Progress::new(&self.request.vertical, self.model.month().rows * u64::from(shape.months), earlier)
    }

    /// The error of a load that can go on.
    fn unfinished(&self, shape: &Shape, error: anyhow::Error) -> anyhow::Error {
        let kind = crate::error::kind_of(&error);
        let vertical = self.request.vertical.clone();
        let known = ledger::Known { vertical, shape: *shape, is_finished: false, rows: None };
        let mut whole = Error::new(kind, format!("{error:#}"));
        if let Some(inner) = crate::error::find(&error) {
            whole.message.clone_from(&inner.message);
            whole.hints.clone_from(&inner.hints);
        }
        super::request::unfinished_hints(whole, &known).into()
    }

    fn report(&self, shape: &Shape, outcome: &'static str, totals: &[u64], loaded: u64) -> Loaded {
        let seconds = self.started.elapsed().as_secs_f64();
        let tables: Vec<TableRows> =
            self.names().iter().zip(totals).map(|(table, &rows)| TableRows { table, rows }).collect();
        Loaded {
            vertical: self.request.vertical.clone(),
            scale: shape.months,
            locations: shape.locations,
            random_seed: shape.seed,
            today: shape.today.to_string(),
            outcome,
            rows: totals.iter().sum(),
            tables,
            seconds,
            loading_seconds: self.loading,
            #[expect(clippy::cast_precision_loss, reason = "a rate")]
            rows_per_second: loaded as f64 / seconds.max(0.001),
            peak_memory_bytes: peak_memory(),
        }
    }
}
