//! Whose rows are: what a script or a trigger inserted becomes the seed's, what stood there before stays what it was.
//!
//! The rows of a transaction are found by their `xmin`: not older than the transaction's own number, and still in progress, so
//! that those of subtransactions (a block with EXCEPTION has one) count as well, and those that others committed meanwhile do
//! not. An update leaves the same trace as an insert; where a table saw both, another session tells which rows it can see: it
//! sees only what was committed, that is, what is not ours.

use tokio_postgres::error::SqlState;

use super::table::{self, Table};
use super::work::{Rows, Work, failed, number};
use crate::database::session::Failure;
use crate::error::Error;
use crate::event::Event;
use crate::sql::quote;

/// Rows `t` that this transaction wrote. `{xid}` is its number, which most of them have; the rest is for subtransactions.
const WRITTEN: &str = "(t.xmin = {xid}::pg_catalog.xid OR pg_catalog.age(t.xmin) < 0 AND pg_catalog.pg_xact_status(
    (pg_catalog.pg_current_xact_id()::text::bigint - pg_catalog.age(t.xmin))::text::pg_catalog.xid8) = 'in progress')";

/// A table into which rows went since the last look.
#[derive(Debug)]
pub(super) struct Grown {
    oid: u32,
    /// Whether rows of it were updated as well.
    has_updates: bool,
}

/// Ends a script with a statement, if there is one, and notes the rows that were inserted since the last look as its file's. Gives their
/// number.
pub(super) async fn take(work: &mut Work<'_, '_>, path: &str, file: i32, end: Option<String>) -> anyhow::Result<u64> {
    let texts: Vec<String> = end.into_iter().chain([look(work)]).collect();
    let answers = work.batch(&texts).await.map_err(|(_, failure)| failed(path, &failure))?;
    let grown = answers.last().map(|counts| seen(work, counts)).unwrap_or_default();
    note(work, path, file, grown).await
}

/// Notes rows of tables as those of a file. Gives their number.
pub(super) async fn note(work: &mut Work<'_, '_>, path: &str, file: i32, grown: Vec<Grown>) -> anyhow::Result<u64> {
    let unknown: Vec<String> =
        grown.iter().filter(|table| !work.tables.contains_key(&table.oid)).map(|table| table.oid.to_string()).collect();
    if !unknown.is_empty() {
        table::read(work, &unknown.join(", ")).await?;
    }
    let mut texts = Vec::new();
    for Grown { oid, has_updates } in grown {
        let Some(found) = work.tables.get(&oid).cloned() else { continue };
        let Some(table) = found else {
            let name = quote::literal(&oid.to_string());
            let rows = work.rows(&format!("SELECT {name}::pg_catalog.regclass")).await;
            let name = rows.ok().and_then(|rows| rows.into_iter().next()?.into_iter().next()?).unwrap_or_default();
            let text = format!(
                "{path}: rows of {name} cannot be told apart, since it has no primary key; `--prune` and `--reset` leave them"
            );
            work.run.observer.event(Event::Warning(text));
            continue;
        };
        let before = if has_updates { before(work, path, &table).await? } else { None };
        let others = before.map(|keys| {
            let keys = quote::literal(&keys);
            format!(
                " AND {} NOT IN (SELECT k FROM pg_catalog.jsonb_array_elements({keys}::jsonb) k)",
                table.key_of("t")
            )
        });
        // Looking each row up costs as much as writing it, and is only needed where there are some already.
        let is_first = work.is_first && work.owned.insert(oid);
        let conflict = if is_first { "" } else { "ON CONFLICT (relation, key) DO NOTHING" };
        // In the order of the index into which they go: it is filled from left to right, in a fourth less time.
        texts.push(format!(
            "WITH own AS (
                 INSERT INTO migrate.seed_rows (relation, key, file_id)
                 SELECT {oid}, {key}, {file} FROM {from} t WHERE {written}{others} ORDER BY {columns}
                 {conflict} RETURNING 1
             ) SELECT pg_catalog.count(*) FROM own",
            key = table.key_of("t"),
            from = table.from(),
            written = written(work),
            others = others.unwrap_or_default(),
            columns = table.key().iter().map(|name| format!("t.{}", quote::ident(name))).collect::<Vec<_>>().join(", "),
        ));
    }
    let taken = work.batch(&texts).await.map_err(|(_, failure)| noting(path, &failure))?;
    Ok(taken.iter().map(|rows| number(rows, 0)).sum())
}

/// Remembers how many rows went where until now. `is_first`: no row belongs to a seed yet, and which of the tables have no row at
/// all is asked.
pub(super) async fn begin(work: &mut Work<'_, '_>, is_first: bool, tables: &[u32]) -> Result<(), Error> {
    let sql = "SELECT pg_catalog.pg_current_xact_id()::pg_catalog.xid, pg_catalog.current_setting('track_counts')";
    let rows = work.rows(sql).await.map_err(|failure| failed("failed to begin", &failure))?;
    let cell = |index: usize| rows.first().and_then(|row| row.get(index)?.clone()).unwrap_or_default();
    (work.xid, work.is_counting) = (cell(0), cell(1) == "on");
    work.is_first = is_first;
    let mut texts = vec![look(work)];
    if is_first && !tables.is_empty() {
        texts.push(empty(tables));
    }
    let mut answers = work.batch(&texts).await.map_err(|(_, failure)| failed("failed to begin", &failure))?.into_iter();
    seen(work, &answers.next().unwrap_or_default());
    let empty = answers.next().unwrap_or_default();
    work.empty = empty.iter().filter_map(|row| row.first()?.as_deref()?.parse().ok()).collect();
    Ok(())
}

/// The question which tables have no rows: those of which there is not a page. Never a partition, whose rows are counted as those
/// of the whole.
fn empty(tables: &[u32]) -> String {
    format!(
        "SELECT oid FROM pg_catalog.pg_class WHERE oid IN ({}) AND relkind = 'r' AND NOT relispartition
             AND pg_catalog.pg_relation_size(oid) = 0",
        tables.iter().map(u32::to_string).collect::<Vec<_>>().join(", ")
    )
}

fn written(work: &Work<'_, '_>) -> String {
    WRITTEN.replace("{xid}", &quote::literal(&work.xid))
}

/// The question how many rows went where until now.
pub(super) fn look(work: &Work<'_, '_>) -> String {
    let sql = if work.is_counting { include_str!("sql/written.sql") } else { include_str!("sql/locked.sql") };
    sql.to_owned()
}

/// The tables that have more rows inserted than at the last look, by what was answered.
pub(super) fn seen(work: &mut Work<'_, '_>, counts: &Rows) -> Vec<Grown> {
    let mut grown = Vec::new();
    for row in counts {
        let cell = |index: usize| row.get(index).and_then(|cell| cell.as_deref()?.parse::<i64>().ok());
        let Some(oid) = cell(0).and_then(|oid| u32::try_from(oid).ok()) else { continue };
        let now = (cell(1).unwrap_or(0), cell(2).unwrap_or(0));
        let then = work.written.insert(oid, now).unwrap_or_default();
        if now.0 > then.0 {
            work.empty.remove(&oid);
            grown.push(Grown { oid, has_updates: now.1 > then.1 });
        }
    }
    grown
}

/// The keys, as a JSON array, of rows that this transaction wrote and that stood there before; None if there are none.
async fn before(work: &mut Work<'_, '_>, path: &str, table: &Table) -> anyhow::Result<Option<String>> {
    let other = work.before().await?;
    let has_rows = other.simple(&format!("SELECT FROM {} LIMIT 1", table.from())).await;
    match has_rows {
        Ok(rows) if rows.is_empty() => return Ok(None),
        Ok(_) => {}
        // The script made the table.
        Err(Failure::Server(error)) if error.code().code() == "42P01" => return Ok(None),
        Err(failure) => return Err(noting(path, &failure).into()),
    }
    let sql = format!(
        "SELECT pg_catalog.jsonb_agg({key}) FROM {from} t WHERE {written} AND NOT EXISTS (
             SELECT FROM migrate.seed_rows r WHERE r.relation = {oid} AND r.key = {key})",
        key = table.key_of("t"),
        from = table.from(),
        written = written(work),
        oid = table.oid,
    );
    let rows = work.rows(&sql).await.map_err(|failure| noting(path, &failure))?;
    let Some(keys) = rows.into_iter().next().and_then(|row| row.into_iter().next()?) else { return Ok(None) };
    let sql = format!(
        "SELECT pg_catalog.jsonb_agg(k) FROM pg_catalog.jsonb_array_elements({}::jsonb) k
         WHERE EXISTS (SELECT FROM {} t WHERE {})",
        quote::literal(&keys),
        table.from(),
        table.has_key("t", "k"),
    );
    let found = work.before().await?.simple(&sql).await.map_err(|failure| noting(path, &failure))?;
    Ok(found.into_iter().next().and_then(|row| row.into_iter().next()?))
}

fn noting(path: &str, failure: &Failure) -> Error {
    let error = failed(&format!("{path}: failed to note which rows it inserted"), failure);
    match failure.code() {
        Some(code) if *code == SqlState::LOCK_NOT_AVAILABLE => error.hint(
            "a script that locks a table against readers (TRUNCATE, ALTER TABLE) cannot both insert into it and update it: \
             make two files of it",
        ),
        _ => error,
    }
}
