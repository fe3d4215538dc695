//! Rows that seeding put there, deleted: in one statement, so that their order does not matter, and only if no row of anybody
//! else refers to one of them.

use std::fmt::Write as _;

use super::state::pairs;
use super::table;
use super::triggers;
use super::work::{Rows, Work, failed, number};
use crate::error::{Error, Kind};

/// The rows of the ledger that are to go.
const VICTIMS: &str = "pg_temp.migrate_seed_victims";
/// The rows of the tables behind them, by their places.
const GONE: &str = "pg_temp.migrate_seed_gone";
/// How many tables of others an error names.
const NAMED: usize = 10;

/// How many rows of a table.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Removed {
    /// `public.orders`.
    pub table: String,
    /// Rows.
    pub rows: u64,
}

/// Deletes the rows that a query of `relation, key` over the ledger returns, and forgets them there. Gives how many went
/// from which table.
pub(super) async fn remove(work: &mut Work<'_, '_>, victims: &str, what: &str) -> anyhow::Result<Vec<Removed>> {
    let error = |failure| failed("failed to find the rows to delete", &failure);
    let create = format!(
        "CREATE TEMPORARY TABLE migrate_seed_victims ON COMMIT DROP AS {victims};
         ANALYZE {VICTIMS};
         CREATE TEMPORARY TABLE migrate_seed_gone (relation pg_catalog.oid, part pg_catalog.oid, place pg_catalog.tid) ON COMMIT DROP;
         SELECT DISTINCT relation::pg_catalog.oid, 1 FROM {VICTIMS}"
    );
    let relations = work.rows(&create).await.map_err(error)?;
    let oids: Vec<String> = pairs(&relations).map(|(oid, _)| oid).collect();
    let mut removed = Vec::new();
    if !oids.is_empty() {
        removed = delete(work, &oids.join(", "), what).await?;
    }
    let forget = format!(
        "DELETE FROM migrate.seed_rows r USING {VICTIMS} v WHERE r.relation = v.relation AND r.key = v.key;
         DROP TABLE {VICTIMS}, {GONE}"
    );
    work.rows(&forget).await.map_err(|failure| failed("failed to forget the rows", &failure))?;
    Ok(removed)
}

async fn delete(work: &mut Work<'_, '_>, oids: &str, what: &str) -> anyhow::Result<Vec<Removed>> {
    let error = |failure| failed("failed to delete the rows", &failure);
    let tables: Vec<_> =
        table::read(work, oids).await?.into_iter().filter_map(|oid| work.tables.get(&oid).cloned()?).collect();
    // What refers to a locked row waits for us, and then finds it gone.
    let mut lock = String::new();
    for table in &tables {
        // Writing to a String does not fail.
        let _ = write!(
            lock,
            "INSERT INTO {GONE} SELECT {oid}, t.tableoid, t.ctid FROM {from} t JOIN {VICTIMS} v ON v.relation = {oid} AND {is} FOR UPDATE OF t;",
            oid = table.oid,
            from = table.from(),
            is = table.has_key("t", "v.key"),
        );
    }
    let count = format!("ANALYZE {GONE}; SELECT relation, pg_catalog.count(*) FROM {GONE} GROUP BY 1");
    let counts = work.rows(&format!("{lock}{count}")).await.map_err(error)?;
    let counts: Vec<(u32, u64)> =
        pairs(&counts).filter_map(|(oid, rows)| Some((oid.parse().ok()?, rows.parse().ok()?))).collect();
    refuse_referenced(work, what).await?;
    let tables: Vec<_> = tables.iter().filter(|table| counts.iter().any(|(oid, _)| *oid == table.oid)).collect();
    if tables.is_empty() {
        return Ok(Vec::new());
    }
    let deletes = tables.iter().enumerate().map(|(number, table)| {
        format!(
            "d{number} AS (DELETE FROM {} t USING {GONE} g WHERE g.relation = {} AND t.tableoid = g.part AND t.ctid = g.place)",
            table.from(),
            table.oid
        )
    });
    let sql = format!("WITH {} SELECT 1", deletes.collect::<Vec<_>>().join(", "));
    let off = triggers::off(&tables.iter().map(|table| table.oid).collect::<Vec<_>>());
    let texts: Vec<String> = triggers::make(work).into_iter().chain([off, sql, triggers::ON.to_owned()]).collect();
    work.batch(&texts).await.map_err(|(_, failure)| error(failure))?;
    let rows = |oid| counts.iter().find(|(table, _)| *table == oid).map_or(0, |(_, rows)| *rows);
    let mut removed: Vec<Removed> =
        tables.iter().map(|table| Removed { table: table.label(), rows: rows(table.oid) }).collect();
    removed.sort_by(|a, b| a.table.cmp(&b.table));
    Ok(removed)
}

/// Refuses where rows that stay refer to rows that go: they would be deleted, changed, or in the way.
async fn refuse_referenced(work: &mut Work<'_, '_>, what: &str) -> Result<(), Error> {
    let error = |failure| failed("failed to look for rows that refer to these", &failure);
    let keys = work.rows(&include_str!("sql/references.sql").replace("{gone}", GONE)).await.map_err(error)?;
    let mut queries = Vec::new();
    for row in &keys {
        let cell = |index: usize| row.get(index).and_then(Option::as_deref).unwrap_or_default();
        let (label, child, parent, on, constraint) = (cell(0), cell(1), cell(2), cell(3), cell(4));
        queries.push(format!(
            "SELECT {label}, {constraint}, pg_catalog.count(*) FROM {child} c JOIN {parent} p ON {on}
             JOIN {GONE} g ON g.part = p.tableoid AND g.place = p.ctid
             WHERE NOT EXISTS (SELECT FROM {GONE} o WHERE o.part = c.tableoid AND o.place = c.ctid)
             HAVING pg_catalog.count(*) > 0"
        ));
    }
    if queries.is_empty() {
        return Ok(());
    }
    let found: Rows = work.rows(&queries.join("\nUNION ALL\n")).await.map_err(error)?;
    if found.is_empty() {
        return Ok(());
    }
    let line = |row: &Vec<Option<String>>| {
        let cell = |index: usize| row.get(index).and_then(Option::as_deref).unwrap_or_default();
        let rows = number(&vec![row.clone()], 2);
        format!("  {}: {rows} row{} (by {})", cell(0), if rows == 1 { "" } else { "s" }, cell(1))
    };
    let mut lines: Vec<String> = found.iter().take(NAMED).map(line).collect();
    if found.len() > NAMED {
        lines.push(format!("  and {} more tables", found.len() - NAMED));
    }
    let text = format!("rows that stay refer to {what}:\n{}\nnothing was deleted", lines.join("\n"));
    Err(Error::new(Kind::Refused, text).hint("delete those rows first, or give them others to refer to"))
}
