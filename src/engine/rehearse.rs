//! `--rehearse`: the very statements, in a transaction that is rolled back, with what each of them cost.
//!
//! It takes the same locks as the real run, for as long as it lasts; `lock_timeout` bounds how long it waits for them.

use std::collections::HashMap;
use std::time::Instant;

use super::apply::notice_event;
use super::failure::{Spot, script_error};
use super::run::Run;
use super::step::Step;
use crate::database::pipeline::Part;
use crate::database::session::Failure;
use crate::error::{Error, Kind};
use crate::event::Event;

/// What one statement cost.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Cost {
    /// `001_create_base_tables`.
    pub label: String,
    /// Line in the script, from 1.
    pub line: usize,
    /// The statement's first line.
    pub statement: String,
    /// Milliseconds.
    pub elapsed_ms: f64,
    /// Rows it touched.
    pub rows: u64,
    /// Locks that it took on tables that were there before, `TABLE: MODE`.
    pub locks: Vec<String>,
    /// Tables that were there before and that it wrote anew.
    pub rewrites: Vec<String>,
}

/// What a rehearsal found.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct Rehearsal {
    /// One for each statement that ran.
    pub statements: Vec<Cost>,
    /// Scripts that cannot be rehearsed because they run outside a transaction, and those after them.
    pub not_rehearsed: Vec<String>,
}

/// A relation as it was before.
type Before = HashMap<u32, (u32, String)>;

/// Runs the steps and takes everything back.
pub async fn rehearse(run: &mut Run<'_>, steps: &[Step]) -> anyhow::Result<Rehearsal> {
    let possible = steps.iter().position(|s| s.directives.no_transaction).unwrap_or(steps.len());
    let (now, later) = steps.split_at(possible);
    let mut rehearsal =
        Rehearsal { not_rehearsed: later.iter().map(|s| s.label.clone()).collect(), ..Rehearsal::default() };
    if run.facts.read_only {
        return Err(Error::new(
            Kind::Failed,
            "the database is read-only here; a rehearsal needs one that can be written",
        )
        .into());
    }
    let before = relations(run).await?;
    let outcome = all(run, now, &before, &mut rehearsal).await;
    if !run.session.is_lost() {
        run.session.settle("ROLLBACK; RESET ALL").await.map_err(lost)?;
    }
    outcome?;
    Ok(rehearsal)
}

async fn all(run: &mut Run<'_>, steps: &[Step], before: &Before, rehearsal: &mut Rehearsal) -> anyhow::Result<()> {
    let lock_timeout = run.lock_timeout.as_millis();
    run.session.settle(&format!("BEGIN; SET LOCAL lock_timeout = {lock_timeout}")).await.map_err(lost)?;
    run.ensure_platform().await?;
    let mut held: Vec<String> = Vec::new();
    let mut files = before.clone();
    for step in steps {
        for index in 0..step.statements.len() {
            let mut cost = one(run, step, index).await?;
            let locks = locks(run, before).await?;
            cost.locks = locks.iter().filter(|lock| !held.contains(lock)).cloned().collect();
            held = locks;
            let after = relations(run).await?;
            cost.rewrites = rewritten(&files, &after, before);
            files = after;
            rehearsal.statements.push(cost);
        }
        let reset = format!("{}; SET LOCAL lock_timeout = {lock_timeout}", super::apply::RESET);
        run.session.settle(&reset).await.map_err(lost)?;
    }
    Ok(())
}

async fn one(run: &mut Run<'_>, step: &Step, index: usize) -> Result<Cost, Error> {
    let text = step.statement(index).to_owned();
    let started = Instant::now();
    let data = step.statements.get(index).and_then(|s| s.copy_data.clone());
    let part = match data.and_then(|range| step.text.as_bytes().get(range)) {
        Some(data) => Part::Copy(&text, data),
        None => Part::Sql(&text),
    };
    let mut notices: Vec<Event> = Vec::new();
    let outcome = run.session.run(&[part], |_, notice| notices.push(notice_event(step, index, notice))).await;
    for notice in notices {
        run.observer.event(notice);
    }
    let rows = outcome.map_err(|(_, failure)| {
        let offset =
            step.statements.get(index).and_then(|s| step.text.get(..s.range.start)).map_or(0, |t| t.chars().count());
        script_error(step, Spot { statements: index, offset }, &failure)
    })?;
    Ok(Cost {
        label: step.label.clone(),
        line: step.statements.get(index).map_or(0, |s| s.line),
        statement: text.lines().next().unwrap_or("").to_owned(),
        elapsed_ms: started.elapsed().as_secs_f64() * 1000.0,
        rows: rows.iter().sum(),
        locks: Vec::new(),
        rewrites: Vec::new(),
    })
}

async fn relations(run: &mut Run<'_>) -> Result<Before, Error> {
    let rows = run.session.query(include_str!("relations.sql"), &[]).await.map_err(lost)?;
    Ok(rows.iter().map(|row| (row.get("oid"), (row.get("file"), row.get("name")))).collect())
}

async fn locks(run: &mut Run<'_>, before: &Before) -> Result<Vec<String>, Error> {
    let rows = run.session.query(include_str!("locks.sql"), &[]).await.map_err(lost)?;
    Ok(rows
        .iter()
        .filter_map(|row| {
            let (_, name) = before.get(&row.get::<_, u32>("oid"))?;
            Some(format!("{name}: {}", row.get::<_, &str>("mode")))
        })
        .collect())
}

fn rewritten(files: &Before, after: &Before, before: &Before) -> Vec<String> {
    let mut names: Vec<String> = after
        .iter()
        .filter(|(oid, (file, _))| before.contains_key(oid) && files.get(oid).is_some_and(|(old, _)| old != file))
        .map(|(_, (_, name))| name.clone())
        .collect();
    names.sort();
    names
}

fn lost(failure: Failure) -> Error {
    Error::new(Kind::Failed, format!("the rehearsal could not go on: {failure}"))
}
