//! What was taken off for a load is made again: indexes side by side, keys of them, foreign keys, which are then validated
//! side by side. Each step leaves the ledger in the transaction that makes it, so that a rebuild goes on where it was.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::crew::{Crew, Task, Told};
use super::ledger::{self, Rebuild};
use super::model::{Model, Shape};
use super::strip::{self, Keys, failed};
use crate::database::pipeline::Part;
use crate::engine::run::Run;
use crate::error::Error;
use crate::event::Event;

/// Indexes.
const INDEXES: i32 = 1;
/// Keys, which take over an index.
const KEYS: i32 = 2;
/// Foreign keys, not validated.
const FOREIGN_KEYS: i32 = 3;
/// Their validation.
const VALIDATION: i32 = 4;
/// Comments and marks.
const MARKS: i32 = 5;
/// Triggers, which come when nothing is left to be written.
const TRIGGERS: i32 = 6;

/// Everything but triggers.
const PHASES: [(i32, &str); 5] = [
    (INDEXES, "indexes"),
    (KEYS, "keys"),
    (FOREIGN_KEYS, "foreign keys"),
    (VALIDATION, "foreign keys"),
    (MARKS, "comments"),
];

/// Makes everything again but triggers.
pub(super) async fn rebuild(
    run: &mut Run<'_>,
    crew: &Crew,
    model: &Arc<dyn Model>,
    shape: Shape,
    tables: &[&str],
) -> Result<(), Error> {
    let left = read(run).await?;
    let of = |phase: i32| left.iter().filter(move |step| step.phase == phase);
    let lock_timeout = run.lock_timeout.as_millis();
    let indexes: Vec<Task> = of(INDEXES).map(|step| task(step, lock_timeout)).collect();
    if !indexes.is_empty() {
        side_by_side(run, crew, model, shape, indexes, "indexes").await?;
        // Not ANALYZE alone: an index is enough for a query only where the visibility map says so.
        let vacuum = tables.iter().map(|table| Task {
            label: format!("failed to vacuum {table}"),
            statements: vec![format!("VACUUM (ANALYZE) {}", crate::sql::quote::qualified("public", table))],
        });
        side_by_side(run, crew, model, shape, vacuum.collect(), "statistics").await?;
    }
    together(run, of(KEYS).chain(of(FOREIGN_KEYS))).await?;
    let mut tasks: BTreeMap<&str, Task> = BTreeMap::new();
    for step in of(VALIDATION) {
        let next = task(step, lock_timeout);
        match tasks.get_mut(step.relation.as_str()) {
            // Two validations on one table would wait for each other.
            Some(task) => task.statements.extend(next.statements),
            None => drop(tasks.insert(&step.relation, next)),
        }
    }
    let mut tasks: Vec<Task> = tasks.into_values().collect();
    tasks.extend(checks(run, tables, of(VALIDATION)).await?);
    side_by_side(run, crew, model, shape, tasks, "foreign keys").await?;
    together(run, of(MARKS)).await
}

/// Makes everything again in the transaction that took it off and is still open.
pub(super) async fn in_transaction(run: &mut Run<'_>) -> Result<(), Error> {
    let there = run.session.query("SELECT to_regclass('migrate.volume_rebuild') IS NOT NULL", &[]).await;
    let there = there.map_err(|f| failed("failed to read what must be made again", &f))?;
    if !there.first().is_some_and(|row| row.get(0)) {
        return Ok(());
    }
    let left = read(run).await?;
    for (phase, what) in PHASES {
        let of = left.iter().filter(|step| step.phase == phase).map(|step| step.statement.as_str());
        let sql = of.collect::<Vec<_>>().join("; ");
        execute(run, &format!("failed to make {what} again"), &sql).await?;
    }
    Ok(())
}

/// What switches triggers on again, for the transaction that ends the load.
pub(super) async fn last(run: &mut Run<'_>) -> Result<Vec<String>, Error> {
    let left = read(run).await?;
    Ok(left.into_iter().filter(|step| step.phase == TRIGGERS).map(|step| step.statement).collect())
}

async fn read(run: &mut Run<'_>) -> Result<Vec<Rebuild>, Error> {
    ledger::rebuilds(&mut run.session).await.map_err(|f| failed("failed to read what must be made again", &f))
}

/// Looks for rows that refer to nothing, where the foreign key did not look itself and will not.
async fn checks<'a>(
    run: &mut Run<'_>,
    tables: &[&str],
    due: impl Iterator<Item = &'a Rebuild>,
) -> Result<Vec<Task>, Error> {
    let due: Vec<String> = due.map(|step| format!("{}.{}", step.relation, step.name)).collect();
    let checks = async {
        run.session.settle("BEGIN").await?;
        let checks = strip::verify(&mut run.session, tables, Keys::Of, &due).await?;
        run.session.settle("COMMIT").await?;
        Ok(checks)
    };
    let checks = checks.await.map_err(|f| failed("failed to read the foreign keys", &f))?;
    Ok(checks
        .into_iter()
        .map(|(relation, check)| Task { label: format!("the rows of {relation} are wrong"), statements: vec![check] })
        .collect())
}

fn task(step: &Rebuild, lock_timeout: u128) -> Task {
    let Rebuild { id, relation, name, statement, .. } = step;
    Task {
        label: format!("failed to make {name} of {relation} again"),
        statements: vec![format!(
            "BEGIN; SET LOCAL lock_timeout = {lock_timeout}; {statement}; \
             DELETE FROM migrate.volume_rebuild WHERE id = {id}; COMMIT"
        )],
    }
}

async fn side_by_side(
    run: &mut Run<'_>,
    crew: &Crew,
    model: &Arc<dyn Model>,
    shape: Shape,
    tasks: Vec<Task>,
    what: &str,
) -> Result<(), Error> {
    let (mut done, all) = (0, tasks.len());
    let observer = &mut *run.observer;
    crew.run(model, shape, tasks, |told| {
        done += usize::from(matches!(told, Some(Told::Ran)));
        observer.event(Event::Progress(format!("{what}: {done} of {all}")));
    })
    .await
}

/// Quick steps, in one transaction.
async fn together<'a>(run: &mut Run<'_>, steps: impl Iterator<Item = &'a Rebuild>) -> Result<(), Error> {
    let steps: Vec<&Rebuild> = steps.collect();
    if steps.is_empty() {
        return Ok(());
    }
    let begin = format!("BEGIN; SET LOCAL lock_timeout = {}; SET LOCAL search_path = ''", run.lock_timeout.as_millis());
    let mut outcome = execute(run, "failed to begin", &begin).await;
    for step in steps {
        if outcome.is_ok() {
            let sql = format!("{}; DELETE FROM migrate.volume_rebuild WHERE id = {}", step.statement, step.id);
            outcome = execute(run, &format!("failed to make {} of {} again", step.name, step.relation), &sql).await;
        }
    }
    match outcome {
        Ok(()) => execute(run, "failed to make keys again", "COMMIT").await,
        Err(error) => {
            // A connection that is lost has rolled back already.
            drop(run.session.settle("ROLLBACK").await);
            Err(error)
        }
    }
}

async fn execute(run: &mut Run<'_>, what: &str, sql: &str) -> Result<(), Error> {
    run.session.run(&[Part::Sql(sql)], |_, _| {}).await.map(drop).map_err(|(_, f)| failed(what, &f))
}

/// Memory for each of the sessions that sort: an eighth of the server's for all of them, where it is known.
pub(super) fn memory_kib(server: Option<u64>, sessions: usize) -> u64 {
    const MIB: u64 = 1024;
    let each = server.map_or(256 * MIB, |bytes| bytes / 1024 / 8 / (sessions.max(1) as u64));
    each.clamp(64 * MIB, 1024 * MIB)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_shared_and_bounded() {
        let gib = 1 << 30;
        assert_eq!(memory_kib(None, 2), 256 << 10);
        assert_eq!(memory_kib(Some(16 * gib), 2), 1 << 20);
        assert_eq!(memory_kib(Some(8 * gib), 4), 256 << 10);
        assert_eq!(memory_kib(Some(gib), 4), 64 << 10);
    }
}
