//! Where a script outside a transaction goes on after it stopped.
//!
//! Statements that share a transaction with the ledger need no thought: the ledger is right. For one that was announced
//! and may or may not have taken effect, the catalog is asked; where it cannot tell, the user is.

use tokio_postgres::types::Type;

use super::run::Run;
use super::step::Step;
use super::units::Unit;
use crate::database::session::Failure;
use crate::error::{Error, Kind};
use crate::event::Event;
use crate::ledger::Last;
use crate::sql::Name;
use crate::sql::concurrent::{self, Concurrent};
use crate::sql::quote;

/// What the catalog says about an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Index {
    Absent,
    Valid,
    Invalid,
}

/// How many statements are done: from the row in flight, corrected by what the catalog shows.
pub(super) async fn starting_point(
    run: &mut Run<'_>,
    step: &Step,
    units: &[Unit],
    unfinished: Option<&Last>,
) -> Result<usize, Error> {
    let Some(last) = unfinished else { return Ok(0) };
    let done = last.statements_done;
    if last.progress.as_deref().is_some_and(|p| p != step.progress(done)) {
        return Err(Error::new(
            Kind::LedgerMismatch,
            format!("{}: the first {done} statements, which are done, are not what they were", step.path),
        )
        .hint("put those statements back; the ones after them may be edited")
        .hint(format!("or forget what was done with `migrate repair --forget {}`", step.record.version)));
    }
    let mut start = done;
    if last.running {
        let unit = units.iter().find(|u| u.first == done).copied();
        if let Some(unit) = unit
            && took_effect(run, step, unit).await?
        {
            start += unit.count;
        }
    }
    run.observer.event(Event::Info(format!(
        "{}: {start} of {} statements were done before; going on at {}",
        step.label,
        step.statements.len(),
        step.place(start)
    )));
    Ok(start)
}

/// Whether an announced statement took effect.
async fn took_effect(run: &mut Run<'_>, step: &Step, unit: Unit) -> Result<bool, Error> {
    let text = step.statement(unit.first);
    match concurrent::describe(text) {
        Some(Concurrent::CreateIndex { index: Some(index), table, .. }) => {
            Ok(index_state(run, step, unit, &index, &table).await? == Index::Valid)
        }
        Some(Concurrent::DropIndex { indexes, .. }) => {
            for index in &indexes {
                if exists(run, step, unit, index).await? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        Some(Concurrent::Detach { parent, partition }) => detach(run, step, unit, &parent, &partition).await,
        Some(Concurrent::Reindex { .. }) => Ok(false),
        Some(Concurrent::CreateIndex { index: None, .. }) | None if !repeatable(text) => Err(Error::new(
            Kind::LedgerMismatch,
            format!("{}: this statement was running when the run stopped, and the catalog cannot tell whether it took effect", step.place(unit.first)),
        )
        .hint(format!("if it did: `migrate repair --resume-at {}:{}`", step.record.version, unit.first + 1))
        .hint(format!("if it did not: `migrate repair --resume-at {}:{}`", step.record.version, unit.first))),
        _ => Ok(false),
    }
}

/// Statements that may simply run again.
fn repeatable(text: &str) -> bool {
    let word = text.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or("").to_ascii_lowercase();
    matches!(word.as_str(), "vacuum" | "analyze" | "reindex" | "cluster" | "checkpoint" | "alter")
}

/// Drops what a broken build left behind before the statement runs: an INVALID index of the same name, which
/// `IF NOT EXISTS` would take for the real one.
pub(super) async fn clear_invalid(run: &mut Run<'_>, step: &Step, unit: &Unit) -> Result<(), Error> {
    match concurrent::describe(step.statement(unit.first)) {
        Some(Concurrent::CreateIndex { index: Some(index), table, .. }) if unit.alone => {
            let state = index_state(run, step, *unit, &index, &table).await?;
            if state == Index::Invalid {
                let schema = table_schema(run, step, *unit, &table).await?;
                let name = quote::qualified(&schema, &index);
                run.observer.event(Event::Info(format!(
                    "{}: dropping the invalid index {name}, left by a broken build",
                    step.label
                )));
                run.session
                    .settle(&format!("DROP INDEX CONCURRENTLY {name}"))
                    .await
                    .map_err(|f| failed(step, *unit, &f))?;
            }
        }
        Some(Concurrent::Reindex { .. }) => {
            let rows = run
                .session
                .query(include_str!("leftover_indexes.sql"), &[])
                .await
                .map_err(|f| failed(step, *unit, &f))?;
            for row in rows {
                let name = quote::qualified(row.get("schema"), row.get("name"));
                run.observer.event(Event::Info(format!("{}: dropping {name}, left by a broken REINDEX", step.label)));
                run.session
                    .settle(&format!("DROP INDEX CONCURRENTLY {name}"))
                    .await
                    .map_err(|f| failed(step, *unit, &f))?;
            }
        }
        _ => {}
    }
    Ok(())
}

async fn detach(run: &mut Run<'_>, step: &Step, unit: Unit, parent: &Name, partition: &Name) -> Result<bool, Error> {
    let (parent, partition) = (quote::name(parent), quote::name(partition));
    let rows = run
        .session
        .query(include_str!("detach_state.sql"), &[(&parent, Type::TEXT), (&partition, Type::TEXT)])
        .await
        .map_err(|f| failed(step, unit, &f))?;
    let pending: Option<bool> = rows.first().map(|row| row.get("pending"));
    if pending == Some(true) {
        let finalize = format!("ALTER TABLE {parent} DETACH PARTITION {partition} FINALIZE");
        run.session.settle(&finalize).await.map_err(|f| failed(step, unit, &f))?;
        return Ok(true);
    }
    Ok(pending.is_none())
}

async fn index_state(run: &mut Run<'_>, step: &Step, unit: Unit, index: &str, table: &Name) -> Result<Index, Error> {
    let table = quote::name(table);
    let rows = run
        .session
        .query(include_str!("index_state.sql"), &[(&index, Type::TEXT), (&table, Type::TEXT)])
        .await
        .map_err(|f| failed(step, unit, &f))?;
    let Some(row) = rows.first() else { return Ok(Index::Absent) };
    if let Some(builder) = row.get::<_, Option<i32>>("builder") {
        return Err(Error::new(
            Kind::Locked,
            format!("{}: session {builder} is building the index {index} right now", step.place(unit.first)),
        )
        .hint("wait until it is done, or end that session, then run the command again"));
    }
    Ok(if row.get("valid") { Index::Valid } else { Index::Invalid })
}

async fn table_schema(run: &mut Run<'_>, step: &Step, unit: Unit, table: &Name) -> Result<String, Error> {
    let table = quote::name(table);
    let rows = run
        .session
        .query("SELECT n.nspname::text FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = $1::text::pg_catalog.regclass", &[(&table, Type::TEXT)])
        .await
        .map_err(|f| failed(step, unit, &f))?;
    Ok(rows.first().map_or_else(|| "public".to_owned(), |row| row.get(0)))
}

async fn exists(run: &mut Run<'_>, step: &Step, unit: Unit, name: &Name) -> Result<bool, Error> {
    let name = quote::name(name);
    let rows = run
        .session
        .query("SELECT pg_catalog.to_regclass($1) IS NOT NULL", &[(&name, Type::TEXT)])
        .await
        .map_err(|f| failed(step, unit, &f))?;
    Ok(rows.first().is_some_and(|row| row.get(0)))
}

fn failed(step: &Step, unit: Unit, failure: &Failure) -> Error {
    let kind =
        if matches!(failure, Failure::Interrupted | Failure::Abandoned) { Kind::Interrupted } else { Kind::Failed };
    Error::new(kind, format!("{}: {failure}", step.place(unit.first)))
}
