//! A script that must not run in one transaction: statement by statement, with a row in flight that says how far it is.
//!
//! A statement that may run in a transaction shares one with its progress, so that it is done exactly once. One that may
//! not (`CREATE INDEX CONCURRENTLY`, `VACUUM`, `CALL`) is announced first; after a crash the catalog tells whether it
//! took effect (see [`super::resume`]).

use std::cell::RefCell;
use std::time::{Duration, Instant};

use tokio_postgres::error::{DbError, SqlState};

use super::apply::{RESET, in_the_meantime, notice_event};
use super::failure::{Spot, is_lock_trouble, script_error};
use super::resume;
use super::run::Run;
use super::shared;
use super::step::{Direction, Step};
use super::units::{Unit, units};
use super::watch;
use crate::database::pipeline::{Part, Place};
use crate::database::session::Failure;
use crate::error::{Error, Kind};
use crate::event::Event;
use crate::ledger::supabase::LOCK;
use crate::ledger::{Last, Progress};

/// Runs a step outside a transaction, going on after `unfinished` if there is one.
pub(super) async fn run_step(run: &mut Run<'_>, step: &Step, unfinished: Option<&Last>) -> Result<(), Error> {
    let units = units(step)?;
    let done = resume::starting_point(run, step, &units, unfinished).await?;
    let progress = step.progress(done);
    let lock = step.directives.lock_timeout.unwrap_or(run.lock_timeout).as_millis();
    let statement = step.directives.statement_timeout.or(run.statement_timeout).map_or(0, |t| t.as_millis());
    let id = run
        .recorder
        .begin_stepwise(&mut run.session, step.direction.word(), &step.record, as_count(done), Some(&progress))
        .await
        .map_err(|failure| script_error(step, Spot { statements: done, offset: 0 }, &failure))?;
    let mut settings = format!("{}; SET lock_timeout = {lock}", run.restore);
    if statement > 0 {
        settings.push_str(&format!("; SET statement_timeout = {statement}"));
    }
    // Settings that the script made before it stopped belonged to a session that is gone.
    for index in 0..done {
        if is_setting(step.statement(index)) {
            settings.push_str("; ");
            settings.push_str(step.statement(index));
        }
    }
    let outcome = match claim(run, step, unfinished.is_some()).await {
        Ok(()) => run.session.settle(&settings).await,
        Err(failure) if failure.code() == Some(&SqlState::UNIQUE_VIOLATION) => {
            let error = in_the_meantime(step);
            close_failed(run, id, &error, None).await;
            return Err(error);
        }
        Err(failure) => Err(failure),
    };
    let outcome = match outcome {
        Ok(()) => all_units(run, step, &units, id, done).await,
        Err(failure) => Err(script_error(step, Spot { statements: done, offset: 0 }, &failure)),
    };
    if let Err(error) = outcome {
        let claimed = (step.direction == Direction::Up).then_some(step.record.version);
        close_failed(run, id, &error, claimed).await;
        return Err(error);
    }
    finish(run, step, id).await
}

/// Writes the version into Supabase's ledger before the script runs, so that its CLI does not run it beside us. After our own
/// row in flight: that one says that the version is not all there yet, and without it this row would say that it is.
async fn claim(run: &mut Run<'_>, step: &Step, is_going_on: bool) -> Result<(), Failure> {
    let recorder = run.recorder.clone();
    let (Some(writer), Direction::Up) = (&recorder.supabase, step.direction) else { return Ok(()) };
    let rows = [shared::of_step(step)];
    let parts = match is_going_on {
        true => recorder.put_shared(&rows),
        false => vec![Part::Sql(LOCK), writer.insert(&rows[0])],
    };
    let claimed = run.in_one_transaction(parts).await;
    if claimed.is_err() && !run.session.is_lost() {
        run.session.settle("ROLLBACK").await?;
    }
    claimed
}

async fn all_units(run: &mut Run<'_>, step: &Step, units: &[Unit], id: i64, done: usize) -> Result<(), Error> {
    for unit in units.iter().filter(|unit| unit.first >= done) {
        resume::clear_invalid(run, step, unit).await?;
        let mut attempt = 0;
        loop {
            attempt += 1;
            let outcome = if unit.alone { alone(run, step, unit, id).await } else { shared(run, step, unit, id).await };
            let Err((spot, failure)) = outcome else { break };
            let error = script_error(step, spot, &failure);
            if matches!(failure, Failure::Lost(_) | Failure::Abandoned) {
                return Err(error);
            }
            run.session.settle("ROLLBACK").await.map_err(|e| Error::new(Kind::Failed, e.to_string()))?;
            // CONCURRENTLY is not tried again: what it leaves behind must be cleared first, which the next run does.
            let again = failure.code().is_some_and(is_lock_trouble) && attempt <= run.retries && !unit.concurrently;
            if !again || !pause(run, step, unit, attempt).await {
                return Err(error);
            }
        }
    }
    Ok(())
}

async fn pause(run: &mut Run<'_>, step: &Step, unit: &Unit, attempt: u32) -> bool {
    let pause = Duration::from_millis(500) * 2u32.saturating_pow(attempt - 1).min(32);
    let place = step.place(unit.first);
    run.observer.event(Event::Warning(format!(
        "{place}: a lock could not be had; trying again in {:.1} s",
        pause.as_secs_f64()
    )));
    run.session.interrupt().clone().sleep(pause).await
}

/// Statements and their progress in one transaction.
async fn shared(run: &mut Run<'_>, step: &Step, unit: &Unit, id: i64) -> Result<(), (Spot, Failure)> {
    let after = unit.first + unit.count;
    let progress = Progress { id, done: as_count(after), progress: step.progress(after), running: false };
    // Answered before the statement is sent: outside a transaction it would be done, or fail, apart from its progress.
    let begun = run.session.settle("BEGIN").await;
    begun.map_err(|failure| (Spot { statements: unit.first, offset: 0 }, failure))?;
    let mut parts = Vec::new();
    for index in unit.inner() {
        parts.push(match step.statements.get(index).and_then(|s| s.copy_data.clone()) {
            Some(data) => Part::Copy(step.statement(index), step.text.as_bytes().get(data).unwrap_or_default()),
            None => Part::Sql(step.statement(index)),
        });
    }
    // The script may have changed its role; the ledger is written as the role that connected.
    let as_ourselves = run.as_ourselves.clone();
    parts.push(Part::Sql(&as_ourselves));
    let recorder = run.recorder.clone();
    parts.push(recorder.progress(&progress));
    parts.push(Part::Sql("COMMIT"));
    let first = unit.inner().start;
    send(run, step, &parts, move |place| first + place.part).await
}

/// A statement that cannot share a transaction with its progress.
async fn alone(run: &mut Run<'_>, step: &Step, unit: &Unit, id: i64) -> Result<(), (Spot, Failure)> {
    let recorder = run.recorder.clone();
    let after = unit.first + 1;
    let before = Progress { id, done: as_count(unit.first), progress: step.progress(unit.first), running: true };
    let done = Progress { id, done: as_count(after), progress: step.progress(after), running: false };
    let at = move |_: Place| unit.first;
    send(run, step, &[recorder.progress(&before)], at).await?;
    let own_timeout = step.directives.lock_timeout.is_some() || step.text.to_lowercase().contains("lock_timeout");
    // CONCURRENTLY waits for old transactions without blocking anybody; a timeout would only leave an INVALID index.
    if unit.concurrently && !own_timeout {
        run.session
            .settle("SET lock_timeout = 0")
            .await
            .map_err(|f| (Spot { statements: unit.first, offset: 0 }, f))?;
    }
    let outcome = send(run, step, &[Part::Sql(step.statement(unit.first))], at).await;
    if unit.concurrently && !own_timeout && !run.session.is_lost() {
        let lock = run.lock_timeout.as_millis();
        let restored = run.session.settle(&format!("SET lock_timeout = {lock}")).await;
        outcome.and_then(|()| restored.map_err(|f| (Spot { statements: unit.first, offset: 0 }, f)))?;
    } else {
        outcome?;
    }
    send(run, step, &[recorder.progress(&done)], at).await
}

/// Sends parts; the server's positions are relative to the statement that was sent.
async fn send(
    run: &mut Run<'_>,
    step: &Step,
    parts: &[Part<'_>],
    statement: impl Fn(Place) -> usize + Copy,
) -> Result<(), (Spot, Failure)> {
    let observer = RefCell::new(&mut *run.observer);
    let on_notice = |place: Place, notice: &DbError| {
        observer.borrow_mut().event(notice_event(step, statement(place), notice));
    };
    let work = run.session.run(parts, on_notice);
    let watch = watch::blockers(&run.options, run.backend, &observer, &step.label, Instant::now());
    let outcome = watch::alongside(work, watch).await;
    outcome.map(|_| ()).map_err(|(place, failure)| {
        let index = statement(place);
        let offset =
            step.statements.get(index).and_then(|s| step.text.get(..s.range.start)).map_or(0, |t| t.chars().count());
        (Spot { statements: index, offset }, failure)
    })
}

async fn finish(run: &mut Run<'_>, step: &Step, id: i64) -> Result<(), Error> {
    let recorder = run.recorder.clone();
    let reset = format!("{RESET}; {}", run.restore);
    let end = match step.direction {
        Direction::Up => recorder.end_up(&id, &step.record),
        Direction::Down => recorder.end_down(&id, &step.record),
    };
    let parts = [Part::Sql(&reset), end];
    let spot = Spot { statements: step.statements.len(), offset: 0 };
    let ended = match (recorder.remove_shared(&step.record.version), step.direction) {
        (theirs, Direction::Down) if !theirs.is_empty() => {
            run.in_one_transaction(parts.into_iter().chain(theirs).collect()).await
        }
        _ => run.session.run(&parts, |_, _| {}).await.map(|_| ()).map_err(|(_, failure)| failure),
    };
    ended.map_err(|failure| script_error(step, spot, &failure))
}

/// Keeps the failure in the journal, and takes back what was `claimed` in Supabase's ledger. Best effort: the error itself is
/// what the user must see.
async fn close_failed(run: &mut Run<'_>, id: i64, error: &Error, claimed: Option<i64>) {
    if run.session.is_lost() {
        return;
    }
    let recorder = run.recorder.clone();
    let reset = format!("{RESET}; {}", run.restore);
    let text = error.message.clone();
    let mut parts = vec![Part::Sql(&reset), Part::Sql("BEGIN")];
    parts.extend(claimed.iter().flat_map(|version| recorder.remove_shared(version)));
    parts.extend([recorder.fail_stepwise(&id, &text), Part::Sql("COMMIT")]);
    let written = one_by_one(run, &parts).await;
    if let Err(failure) = written {
        run.observer.event(Event::Warning(format!("the failure could not be written to the journal: {failure}")));
    }
}

/// Runs statements also when the user asked to stop: what was done must be told.
async fn one_by_one(run: &mut Run<'_>, parts: &[Part<'_>]) -> Result<(), Failure> {
    for part in parts {
        match part {
            Part::Bound(sql, values) => drop(run.session.query(sql, values).await?),
            Part::Sql(sql) | Part::Copy(sql, _) => run.session.settle(sql).await?,
        }
    }
    Ok(())
}

fn is_setting(statement: &str) -> bool {
    let mut words = statement.split_whitespace().map(str::to_lowercase);
    match words.next().as_deref() {
        Some("set") => !matches!(words.next().as_deref(), Some("local" | "transaction" | "constraints")),
        Some("reset") => true,
        _ => false,
    }
}

fn as_count(n: usize) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}
