//! One script in one transaction with its ledger row: both, or neither.
//!
//! It travels in one round trip: the script, reset, the ledger row, commit, and the next BEGIN. When the script fails, the
//! server skips the rest, because the transaction is aborted.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use tokio_postgres::error::{DbError, SqlState};

use super::failure::{Spot, is_lock_trouble, script_error};
use super::run::Run;
use super::shared;
use super::step::{Direction, Step};
use super::watch;
use crate::database::pipeline::{Part, Place};
use crate::database::session::Failure;
use crate::error::{Error, Kind};
use crate::event::Event;
use crate::ledger::Recorder;
use crate::ledger::supabase::{LOCK, Shared};

/// Undoes what a script left in the session. `RESET ALL` does not cover roles.
pub(crate) const RESET: &str = "RESET SESSION AUTHORIZATION; RESET ROLE; RESET ALL";

/// What a part of a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// A section of the script.
    Section(usize),
    /// The row of Supabase's ledger.
    Shared,
    /// Ours.
    Frame,
}

/// Where each part of a message belongs: its step, and what it is there.
struct Layout<'a> {
    parts: Vec<Part<'a>>,
    belongs: Vec<(usize, Role)>,
}

impl<'a> Layout<'a> {
    fn push(&mut self, part: Part<'a>, step: usize, section: Role) {
        self.parts.push(part);
        self.belongs.push((step, section));
    }

    /// Whether Supabase's ledger had the version already, when its row was to be written.
    fn is_taken(&self, place: Place, failure: &Failure) -> bool {
        let is_row = self.belongs.get(place.part).is_some_and(|(_, role)| *role == Role::Shared);
        is_row && failure.code() == Some(&SqlState::UNIQUE_VIOLATION)
    }
}

/// What comes after a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Another one: it is begun in the same breath, so that its script waits for nothing.
    Transaction,
    /// A script outside a transaction.
    Other,
    /// Nothing: the commit waits for the disk. The commits before it are kept or lost together with their ledger rows, and
    /// this one makes them all durable.
    End,
}

/// Runs steps in one transaction.
///
/// A script is never sent before its BEGIN was answered: if that failed, say because a cancel request met it, the script
/// would run outside any transaction, and its ledger row would be written whatever became of it.
pub(super) async fn transactional(run: &mut Run<'_>, steps: &[&Step], next: Next) -> Result<(), Error> {
    let preludes: Vec<String> = steps.iter().map(|step| prelude(run, step)).collect();
    let last = next == Next::End;
    let settle = settle_sql(run, last);
    let cut: Vec<Vec<Section<'_>>> = steps.iter().map(|step| sections(step)).collect();
    let recorder = run.recorder.clone();
    let rows: Vec<Shared> = steps.iter().filter(|_| recorder.supabase.is_some()).map(|s| shared::of_step(s)).collect();
    let mut attempt = 0;
    loop {
        attempt += 1;
        if !std::mem::take(&mut run.begun) {
            let begin = format!("{}; BEGIN", run.restore);
            run.session.settle(&begin).await.map_err(|f| Error::new(Kind::Failed, format!("failed to begin: {f}")))?;
        }
        let mut layout = layout(&recorder, steps, &preludes, &cut, &settle, &rows);
        let commit = layout.parts.len() - 1;
        if next == Next::Transaction {
            layout.push(Part::Sql("BEGIN"), steps.len().saturating_sub(1), Role::Frame);
        }
        let (place, failure) = match send(run, steps, &layout, &cut).await {
            Ok(()) => {
                run.begun = next == Next::Transaction;
                return Ok(());
            }
            // Committed; only the next transaction could not be begun. Whoever comes next begins it, or finds out why not.
            Err((place, _)) if place.part > commit => return Ok(()),
            Err(failed) => failed,
        };
        let (index, spot) = spot(&layout, &cut, place);
        let Some(step) = steps.get(index).copied() else { return Err(Error::new(Kind::Failed, failure.to_string())) };
        let error = match (&failure, place.part == commit) {
            (Failure::Lost(why), true) => Error::new(
                Kind::Failed,
                format!("the connection was lost while {} was being committed: {why}", step.label),
            )
            .hint("whether it took effect is not known here; the ledger knows: run the same command again"),
            _ if layout.is_taken(place, &failure) => in_the_meantime(step),
            _ => script_error(step, spot, &failure),
        };
        if matches!(failure, Failure::Lost(_) | Failure::Abandoned) {
            return Err(error);
        }
        // The session is in an aborted transaction, or already in the next one: both end here.
        let clear = format!("ROLLBACK; {RESET}; {}", run.restore);
        run.session.settle(&clear).await.map_err(|e| Error::new(Kind::Failed, e.to_string()))?;
        let trouble = failure.code().is_some_and(is_lock_trouble);
        if trouble && attempt <= run.retries && pause(run, step, attempt, &failure).await {
            continue;
        }
        let error = if trouble { locked(error, attempt) } else { error };
        record_failure(run, step, &error).await;
        return Err(error);
    }
}

fn layout<'a>(
    recorder: &'a Recorder,
    steps: &'a [&'a Step],
    preludes: &'a [String],
    cut: &'a [Vec<Section<'a>>],
    settle: &'a str,
    rows: &'a [Shared],
) -> Layout<'a> {
    let mut layout = Layout { parts: Vec::new(), belongs: Vec::new() };
    for (index, ((step, prelude), sections)) in steps.iter().zip(preludes).zip(cut).enumerate() {
        layout.push(Part::Sql(prelude), index, Role::Frame);
        if let Some((writer, row)) = recorder.supabase.as_ref().zip(rows.get(index)) {
            let part = match step.direction {
                Direction::Up => writer.insert(row),
                Direction::Down => writer.remove(&step.record.version),
            };
            layout.push(part, index, Role::Shared);
        }
        for (number, section) in sections.iter().enumerate() {
            layout.push(section.part(), index, Role::Section(number));
        }
        layout.push(Part::Sql(settle), index, Role::Frame);
        let record = match step.direction {
            Direction::Up => recorder.applied(&step.record),
            Direction::Down => recorder.rolled_back(&step.record),
        };
        layout.push(record, index, Role::Frame);
    }
    layout.push(Part::Sql("COMMIT"), steps.len().saturating_sub(1), Role::Frame);
    layout
}

/// Supabase's CLI takes no lock: what it applied since we looked is refused by its table, before the script runs.
pub(super) fn in_the_meantime(step: &Step) -> Error {
    Error::new(
        Kind::LedgerMismatch,
        format!("{} was applied by Supabase's tools in the meantime; nothing was done twice", step.label),
    )
    .hint("run the same command again: it takes over what was applied, and goes on")
}

fn settle_sql(run: &Run<'_>, last: bool) -> String {
    let durability = if last { "" } else { "; SET LOCAL synchronous_commit = off" };
    format!("{RESET}; {}{durability}", run.restore)
}

fn locked(mut error: Error, attempts: u32) -> Error {
    error.message.push_str(&format!("\ntried {attempts} times"));
    error.hint("end the session that holds the lock, or try again when the database is quieter").hint(
        "`-- migrate: lock-timeout: 30s` in the header lets this script wait longer, and everybody behind it as well",
    )
}

/// Keeps the failure in the journal, durably: that also makes the commits before it durable. Best effort, since the
/// error itself is what the user must see.
async fn record_failure(run: &mut Run<'_>, step: &Step, error: &Error) {
    let text = error.message.clone();
    let direction = step.direction.word();
    let part = run.recorder.failed(&direction, &step.record, &text);
    let Part::Bound(sql, params) = part else { return };
    if let Err(failure) = run.session.query(sql, &params).await {
        run.observer.event(Event::Warning(format!("the failure could not be written to the journal: {failure}")));
    }
}

fn prelude(run: &Run<'_>, step: &Step) -> String {
    let lock = step.directives.lock_timeout.unwrap_or(run.lock_timeout);
    let statement = step.directives.statement_timeout.or(run.statement_timeout);
    let statement = statement.map(|t| format!("; SET LOCAL statement_timeout = {}", t.as_millis()));
    let shared = run.recorder.supabase.as_ref().map_or_else(String::new, |_| format!("; {LOCK}"));
    format!("SET LOCAL lock_timeout = {}{}{shared}", lock.as_millis(), statement.unwrap_or_default())
}

/// Waits before the next attempt, longer each time. `false` when the user asked to stop.
async fn pause(run: &mut Run<'_>, step: &Step, attempt: u32, failure: &Failure) -> bool {
    let base = Duration::from_millis(500) * 2u32.saturating_pow(attempt - 1).min(32);
    let pause = base.mul_f64(rand::random_range(0.75..1.25));
    run.observer.event(Event::Warning(format!(
        "{}: {failure}; trying again in {:.1} s (attempt {} of {})",
        step.label,
        pause.as_secs_f64(),
        attempt + 1,
        run.retries + 1
    )));
    run.session.interrupt().clone().sleep(pause).await
}

/// A run of statements that is sent as one, or a COPY with its data.
pub(crate) struct Section<'a> {
    sql: &'a str,
    copy: Option<&'a [u8]>,
    /// Index of its first statement.
    first_statement: usize,
    /// Characters of the script before it.
    offset: usize,
}

impl<'a> Section<'a> {
    pub(crate) fn part(&self) -> Part<'a> {
        match self.copy {
            Some(data) => Part::Copy(self.sql, data),
            None => Part::Sql(self.sql),
        }
    }

    /// Where in the script it is when that many of its statements are complete.
    pub(crate) fn spot(&self, statements: usize) -> Spot {
        Spot { statements: self.first_statement + statements, offset: self.offset }
    }
}

/// Cuts a script at its COPY blocks. Without any it is one section: the file as it is.
pub(crate) fn sections(step: &Step) -> Vec<Section<'_>> {
    let text = step.text.as_str();
    if step.statements.iter().all(|s| s.copy_data.is_none()) {
        return vec![Section { sql: text, copy: None, first_statement: 0, offset: 0 }];
    }
    let mut sections = Vec::new();
    let (mut from, mut first) = (0, 0);
    let section = |range: std::ops::Range<usize>, copy, first_statement| {
        let offset = text.get(..range.start).map_or(0, |t| t.chars().count());
        text.get(range).map(|sql| Section { sql, copy, first_statement, offset })
    };
    for (index, statement) in step.statements.iter().enumerate() {
        let Some(data) = &statement.copy_data else { continue };
        if from < statement.range.start {
            sections.extend(section(from..statement.range.start, None, first));
        }
        sections.extend(section(statement.range.clone(), text.as_bytes().get(data.clone()), index));
        // The data ends before its `\.` line, which belongs to psql's protocol and not to the server's.
        from = text.get(data.end..).and_then(|rest| rest.find('\n')).map_or(text.len(), |n| data.end + n + 1);
        first = index + 1;
    }
    sections.extend(section(from..text.len(), None, first));
    sections
}

fn spot(layout: &Layout<'_>, cut: &[Vec<Section<'_>>], place: Place) -> (usize, Spot) {
    let Some((step, section)) = layout.belongs.get(place.part).copied() else {
        return (0, Spot { statements: usize::MAX, offset: 0 });
    };
    let section = match section {
        Role::Section(number) => cut.get(step).and_then(|sections| sections.get(number)),
        Role::Shared | Role::Frame => None,
    };
    let spot = match section {
        Some(section) => section.spot(place.statements),
        None => Spot { statements: usize::MAX, offset: 0 },
    };
    (step, spot)
}

/// Sends the parts; tells notices with their place, and who blocks when it takes long.
async fn send(
    run: &mut Run<'_>,
    steps: &[&Step],
    layout: &Layout<'_>,
    cut: &[Vec<Section<'_>>],
) -> Result<(), (Place, Failure)> {
    let observer = RefCell::new(&mut *run.observer);
    let started = Instant::now();
    let on_notice = |place: Place, notice: &DbError| {
        let (index, spot) = spot(layout, cut, place);
        if let Some(step) = steps.get(index) {
            observer.borrow_mut().event(notice_event(step, spot.statements, notice));
        }
    };
    let label = steps.first().map_or("", |step| step.label.as_str());
    let watch = watch::blockers(&run.options, run.backend, &observer, label, started);
    let work = run.session.run(&layout.parts, on_notice);
    watch::alongside(work, watch).await.map(|_| ())
}

/// A NOTICE or WARNING with its file and line.
pub(crate) fn notice_event(step: &Step, statement: usize, notice: &DbError) -> Event {
    Event::Notice {
        severity: notice.severity().to_lowercase(),
        message: notice.message().to_owned(),
        place: Some(step.place(statement)),
        detail: notice.detail().map(str::to_owned),
        hint: notice.hint().map(str::to_owned),
    }
}
