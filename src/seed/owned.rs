//! Whose rows are: what a script or a trigger inserted becomes the seed's, what stood there before stays what it was.
//!
//! The rows of a transaction are found by their `xmin`: not older than the transaction's own number, and still in progress, so
//! that those of subtransactions (a block with EXCEPTION has one) count as well, and those that others committed meanwhile do
//! not. An update leaves the same trace as an insert; where a table saw both, another session tells which rows it can see: it
//! sees only what was committed, that is, what is not ours.

use tokio_postgres::error::SqlState;

use super::table::{self, Table};
use super::triggers;
use super::work::{Rows, Work, failed};
use crate::database::session::Failure;
use crate::error::Error;
use crate::event::Event;
use crate::sql::quote;

/// Rows `t` that this transaction wrote. Most of them have its number; the rest is for subtransactions.
const WRITTEN: &str = "(t.xmin = (SELECT pg_catalog.pg_current_xact_id()::pg_catalog.xid) OR pg_catalog.age(t.xmin) < 0 AND pg_catalog.pg_xact_status(
    (pg_catalog.pg_current_xact_id()::text::bigint - pg_catalog.age(t.xmin))::text::pg_catalog.xid8) = 'in progress')";

/// With which a strict look says that it is not enough.
pub(super) const UNTOLD: &str = "MG001";

/// Makes sure that the server looks, where no one has begun to: before the first row is written.
pub(super) async fn ensure(work: &mut Work<'_, '_>) -> Result<(), Error> {
    if work.is_looked_at { Ok(()) } else { begin(work, false, &[]).await }
}

/// Begins to look. `is_first`: no row belongs to a seed yet, and which of the tables have no row at all is asked.
pub(super) async fn begin(work: &mut Work<'_, '_>, is_first: bool, tables: &[u32]) -> Result<(), Error> {
    let make = include_str!("sql/note.sql")
        .replace("{counted}", include_str!("sql/counted.sql"))
        .replace("{locked}", include_str!("sql/locked.sql"))
        .replace("{written}", &quote::literal(WRITTEN))
        .replace("{is_first}", if is_first { "true" } else { "false" });
    let mut texts: Vec<String> = triggers::make(work).into_iter().chain([make]).collect();
    let known: Vec<&Table> = work.tables.values().flatten().collect();
    texts.extend(register(&known));
    texts.push("SELECT FROM pg_temp.migrate_seed_note(NULL, false)".to_owned());
    if is_first && !tables.is_empty() {
        texts.push(empty(tables));
    }
    let answers = work.batch(&texts).await.map_err(|(_, failure)| failed("failed to begin", &failure))?;
    let empty = answers.last().into_iter().flatten();
    work.is_looked_at = true;
    work.empty = empty.filter_map(|row| row.first()?.as_deref()?.parse().ok()).collect();
    Ok(())
}

/// Tells the server how rows of tables are told apart.
fn register(tables: &[&Table]) -> Option<String> {
    let values = tables.iter().map(|table| {
        let columns = table.key().iter().map(|name| format!("t.{}", quote::ident(name))).collect::<Vec<_>>().join(", ");
        let texts = [table.from(), table.key_of("t"), columns].map(|text| quote::literal(&text));
        format!("({}, {})", table.oid, texts.join(", "))
    });
    let values = values.collect::<Vec<_>>().join(", ");
    (!values.is_empty()).then(|| {
        format!(
            "INSERT INTO pg_temp.migrate_seed_tables (relation, source, key, columns) VALUES {values}
             ON CONFLICT (relation) DO UPDATE SET source = excluded.source, key = excluded.key, columns = excluded.columns"
        )
    })
}

/// The look that notes the rows inserted since the last one as a file's. Where it fails with [`UNTOLD`], it is to be repeated, not
/// strict; what it returns then is for [`rest`].
pub(super) fn look(file: i32, is_strict: bool) -> String {
    format!("SELECT * FROM pg_temp.migrate_seed_note({file}, {is_strict})")
}

/// How many rows a look has noted. The tables into which they went have some now.
pub(super) fn noted(work: &mut Work<'_, '_>, looked: &Rows) -> u64 {
    for oid in looked.iter().filter_map(|row| row.first()?.as_deref()?.parse().ok()) {
        work.empty.remove(&oid);
    }
    looked.iter().filter_map(|row| row.get(2)?.as_deref()?.parse::<u64>().ok()).sum()
}

/// Whether a look left something for [`rest`].
pub(super) fn is_untold(looked: &Rows) -> bool {
    looked.iter().any(|row| row.get(2).is_none_or(Option::is_none))
}

/// Notes what a look could not. Gives how many rows were noted, by the look as well.
pub(super) async fn rest(work: &mut Work<'_, '_>, path: &str, file: i32, looked: &Rows) -> anyhow::Result<u64> {
    let mut rows = noted(work, looked);
    if !is_untold(looked) {
        return Ok(rows);
    }
    let is_left = |row: &&Vec<Option<String>>| row.get(2).is_none_or(Option::is_none);
    let left = looked.iter().filter(is_left).filter_map(|row| {
        let oid: u32 = row.first()?.as_deref()?.parse().ok()?;
        Some((oid, row.get(1)?.as_deref() == Some("t")))
    });
    let left: Vec<(u32, bool)> = left.collect();
    let unknown: Vec<u32> = left.iter().map(|(oid, _)| *oid).filter(|oid| !work.tables.contains_key(oid)).collect();
    let mut texts = Vec::new();
    if !unknown.is_empty() {
        table::read(work, &unknown.iter().map(u32::to_string).collect::<Vec<_>>().join(", ")).await?;
        let found: Vec<&Table> = unknown.iter().filter_map(|oid| work.tables.get(oid)?.as_ref()).collect();
        texts.extend(register(&found));
    }
    for (oid, is_updated) in left {
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
        let others = if is_updated { before(work, path, &table).await? } else { None };
        let others = others.map_or_else(|| "NULL".to_owned(), |keys| quote::literal(&keys));
        texts.push(format!("SELECT NULL, NULL, pg_temp.migrate_seed_own({oid}, {file}, {others})"));
    }
    let taken = work.batch(&texts).await.map_err(|(_, failure)| noting(path, &failure))?;
    rows += taken.iter().map(|taken| noted(work, taken)).sum::<u64>();
    Ok(rows)
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
        written = WRITTEN,
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

pub(super) fn noting(path: &str, failure: &Failure) -> Error {
    let error = failed(&format!("{path}: failed to note which rows it inserted"), failure);
    match failure.code() {
        Some(code) if *code == SqlState::LOCK_NOT_AVAILABLE => error.hint(
            "a script that locks a table against readers (TRUNCATE, ALTER TABLE) cannot both insert into it and update it: \
             make two files of it",
        ),
        _ => error,
    }
}
