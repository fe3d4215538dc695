//! What a rollback will destroy, counted before anybody is asked.
//!
//! Read from the script's statements, since trying it would lock the tables of a running application. What a statement hides
//! (`DO`, `CALL`) is named as something that could not be counted.

use tokio_postgres::types::Type;

use super::run::Run;
use super::step::Step;
use crate::sql::Name;
use crate::sql::losses as read;
use crate::sql::quote;

/// Rows are counted exactly up to here; beyond, PostgreSQL's estimate is told.
const COUNT_LIMIT: i64 = 1_000_000;

/// One thing that is destroyed.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Loss {
    /// The rollback that does it.
    pub label: String,
    /// `table`, `column`, `materialized view`, `schema`, `rows`, or `unknown`.
    pub kind: &'static str,
    /// Its name, quoted where needed; for `unknown` the statement's words and line.
    pub name: String,
    /// How many rows (for a column: rows with a value). None when it could not be counted.
    pub rows: Option<i64>,
    /// Whether `rows` is an estimate.
    pub estimated: bool,
}

/// Counts what the steps destroy.
pub(super) async fn count(run: &mut Run<'_>, steps: &[Step]) -> anyhow::Result<Vec<Loss>> {
    let mut losses = Vec::new();
    for step in steps {
        for loss in read::of(&step.text) {
            losses.extend(count_one(run, &step.label, &loss).await?);
        }
    }
    Ok(losses)
}

async fn count_one(run: &mut Run<'_>, label: &str, loss: &read::Loss) -> anyhow::Result<Vec<Loss>> {
    let make = |kind, name: String, rows: Option<(i64, bool)>| Loss {
        label: label.to_owned(),
        kind,
        name,
        rows: rows.map(|r| r.0),
        estimated: rows.is_some_and(|r| r.1),
    };
    Ok(match loss {
        read::Loss::Table { name, .. } => {
            rows_of(run, name, None).await?.map(|r| make("table", quote::name(name), Some(r))).into_iter().collect()
        }
        read::Loss::MaterializedView { name, .. } => rows_of(run, name, None)
            .await?
            .map(|r| make("materialized view", quote::name(name), Some(r)))
            .into_iter()
            .collect(),
        read::Loss::Truncate { table } | read::Loss::Delete { table } => {
            rows_of(run, table, None).await?.map(|r| make("rows", quote::name(table), Some(r))).into_iter().collect()
        }
        read::Loss::Column { table, column, .. } => {
            let name = format!("{}.{}", quote::name(table), quote::ident(column));
            rows_of(run, table, Some(column)).await?.map(|r| make("column", name, Some(r))).into_iter().collect()
        }
        read::Loss::Schema { name, .. } => {
            let mut found = Vec::new();
            for table in tables_of(run, name).await? {
                let rows = rows_of(run, &table, None).await?;
                found.push(make("table", quote::name(&table), rows));
            }
            found.insert(0, make("schema", quote::ident(name), None));
            found
        }
        read::Loss::Opaque { line, words } => vec![make("unknown", format!("{words} on line {line}"), None)],
    })
}

/// Rows of a table, or its rows with a value in a column. None if it does not exist (any more).
async fn rows_of(run: &mut Run<'_>, table: &Name, column: Option<&str>) -> anyhow::Result<Option<(i64, bool)>> {
    let name = quote::name(table);
    let known = run
        .session
        .query(include_str!("size.sql"), &[(&name, Type::TEXT), (&column, Type::TEXT)])
        .await
        .map_err(|f| anyhow::anyhow!("failed to look at {name}: {f}"))?;
    let Some(row) = known.first() else { return Ok(None) };
    let estimate: i64 = row.get("estimate");
    let filter = column.map(|c| format!(" WHERE {} IS NOT NULL", quote::ident(c))).unwrap_or_default();
    let sql = format!("SELECT count(*) FROM (SELECT FROM {name}{filter} LIMIT {}) counted", COUNT_LIMIT + 1);
    let rows = match run.session.query(&sql, &[]).await {
        Ok(rows) => rows.first().map_or(0, |row| row.get::<_, i64>(0)),
        Err(_) if !run.session.is_lost() => return Ok(Some((estimate, true))),
        Err(failure) => anyhow::bail!("failed to count the rows of {name}: {failure}"),
    };
    Ok(Some(if rows > COUNT_LIMIT { (estimate.max(rows), true) } else { (rows, false) }))
}

async fn tables_of(run: &mut Run<'_>, schema: &str) -> anyhow::Result<Vec<Name>> {
    let rows = run
        .session
        .query(include_str!("tables_of.sql"), &[(&schema, Type::TEXT)])
        .await
        .map_err(|f| anyhow::anyhow!("failed to look at schema {schema}: {f}"))?;
    Ok(rows.iter().map(|row| Name { schema: Some(schema.to_owned()), name: row.get(0) }).collect())
}
