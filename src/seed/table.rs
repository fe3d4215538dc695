//! A table as seeding sees it: its columns, and the key by which a row is recognised.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::files::Name;
use super::work::{Rows, Work, failed};
use crate::error::Error;
use crate::sql::quote;

/// A table.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Table {
    pub(super) oid: u32,
    schema: String,
    name: String,
    /// Whether its rows are in partitions.
    is_parent: bool,
    pub(super) columns: Vec<Column>,
    uniques: Vec<Unique>,
}

/// A column.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Column {
    pub(super) name: String,
    /// Its type without a length: what a text is cast to.
    pub(super) base: String,
    /// Its whole type: `numeric(10,2)`.
    #[serde(rename = "type")]
    pub(super) kind: String,
    /// Whether it is computed, and cannot be written.
    pub(super) is_generated: bool,
    /// An identity that is always generated, unless it is overridden.
    pub(super) is_always: bool,
    /// A timestamptz, which is written differently in each time zone.
    is_zoned: bool,
    /// Whether `=` tells whether two values are the same.
    pub(super) is_plain: bool,
    /// The sequence behind it.
    pub(super) sequence: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
struct Unique {
    is_key: bool,
    columns: Vec<String>,
}

impl Table {
    /// Its name.
    pub(super) fn label(&self) -> String {
        quote::shown_qualified(&self.schema, &self.name)
    }

    /// Its name without the schema.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Its name, quoted, for INSERT.
    pub(super) fn sql(&self) -> String {
        quote::qualified(&self.schema, &self.name)
    }

    /// The same where rows are read: those of tables that inherit from it are other tables' rows.
    pub(super) fn from(&self) -> String {
        if self.is_parent { self.sql() } else { format!("ONLY {}", self.sql()) }
    }

    pub(super) fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The columns by which its rows are recognised; none where they cannot be told apart.
    pub(super) fn key(&self) -> &[String] {
        self.uniques.iter().find(|unique| unique.is_key).map_or(&[], |unique| &unique.columns)
    }

    /// Whether no two rows may have the same values there.
    pub(super) fn is_unique(&self, columns: &[String]) -> bool {
        self.uniques.iter().any(|unique| {
            unique.columns.len() == columns.len() && columns.iter().all(|column| unique.columns.contains(column))
        })
    }

    /// The key of a row as JSON, the same in every session. `row` is the row's alias.
    pub(super) fn key_of(&self, row: &str) -> String {
        let value = |name: &String| {
            let column = format!("{row}.{}", quote::ident(name));
            let zoned = self.column(name).is_some_and(|column| column.is_zoned);
            let value = if zoned { format!("({column} AT TIME ZONE 'UTC')") } else { column };
            format!("{}, {value}", quote::literal(name))
        };
        format!("pg_catalog.jsonb_build_object({})", self.key().iter().map(value).collect::<Vec<_>>().join(", "))
    }

    /// Whether a row has a key that [`Table::key_of`] made. In this form an index finds the row.
    pub(super) fn has_key(&self, row: &str, key: &str) -> String {
        let is = |name: &String| {
            let column = self.column(name);
            let kind = column.map_or("text", |column| column.kind.as_str());
            let utc = if column.is_some_and(|column| column.is_zoned) { " || '+00'" } else { "" };
            format!("{row}.{} = ({key} ->> {}{utc})::{kind}", quote::ident(name), quote::literal(name))
        };
        self.key().iter().map(is).collect::<Vec<_>>().join(" AND ")
    }
}

/// Reads tables by an expression of their oids.
pub(super) async fn read(work: &mut Work<'_, '_>, oids: &str) -> Result<Vec<u32>, Error> {
    let rows = work.rows(&question(oids)).await.map_err(|failure| failed("failed to read the tables", &failure))?;
    Ok(learn(work, rows))
}

fn question(oids: &str) -> String {
    include_str!("sql/table.sql").replace("{tables}", oids)
}

fn learn(work: &mut Work<'_, '_>, rows: Rows) -> Vec<u32> {
    let mut found = Vec::new();
    for row in rows {
        let cell = |index: usize| row.get(index).cloned().flatten().unwrap_or_default();
        let Ok(oid) = cell(0).parse::<u32>() else { continue };
        let table: Option<Table> = serde_json::from_str(&cell(1)).ok();
        work.tables.insert(oid, table.filter(|table| !table.key().is_empty()));
        found.push(oid);
    }
    found
}

/// Finds tables by name, None for one that is not there, and reads them.
pub(super) async fn find_and_read(
    work: &mut Work<'_, '_>,
    names: &[&Name],
) -> Result<BTreeMap<Name, Option<u32>>, Error> {
    let oids = oids(names);
    if oids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let answers = work.batch(&[format!("SELECT {oids}"), question(&oids)]).await;
    let mut answers = answers.map_err(|(_, failure)| failed("failed to read the tables", &failure))?.into_iter();
    let found = by_name(names, answers.next().unwrap_or_default());
    learn(work, answers.next().unwrap_or_default());
    Ok(found)
}

/// The oid of a table by its name, as an expression: NULL for one that is not there.
pub(super) fn oid(name: &Name) -> String {
    format!("pg_catalog.to_regclass({})::pg_catalog.oid", quote::literal(&name.sql()))
}

/// The oids of tables by name; None for one that is not there.
pub(super) async fn find(work: &mut Work<'_, '_>, names: &[&Name]) -> Result<BTreeMap<Name, Option<u32>>, Error> {
    let rows = work.rows(&format!("SELECT {}", oids(names))).await;
    Ok(by_name(names, rows.map_err(|failure| failed("failed to look for the tables", &failure))?))
}

fn oids(names: &[&Name]) -> String {
    names.iter().map(|name| oid(name)).collect::<Vec<_>>().join(", ")
}

fn by_name(names: &[&Name], rows: Rows) -> BTreeMap<Name, Option<u32>> {
    let oids = rows.into_iter().next().unwrap_or_default();
    names.iter().zip(oids).map(|(name, oid)| ((*name).clone(), oid.and_then(|oid| oid.parse().ok()))).collect()
}
