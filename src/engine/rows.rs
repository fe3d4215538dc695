//! Rows in a scratch database: planted where there are none, read, and looked for after a pair went up and down.
//!
//! A pair that says what it destroys (`DROP COLUMN`, `DELETE`) may lose it. What hides what it does (`DO`, `CALL`) may too.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::run::Run;
use crate::catalog::{Catalog, Id, Kind, Object};
use crate::migration::Pair;
use crate::sql::losses::{self, Loss};
use crate::sql::{Name, quote, words, writes};

/// Values that a problem shows; longer ones are cut.
const SHOWN_CHARS: usize = 40;

/// A table that has rows.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Table {
    schema: String,
    name: String,
    count: i64,
    /// None of a table with many.
    rows: Option<Vec<Map<String, Value>>>,
}

/// Plants rows in every table that has none, and gives all tables that have some, in one round trip. `hopeless` are tables that
/// were tried in vain; it is kept between calls.
pub(super) async fn plant(shadow: &mut Run<'_>, hopeless: &mut String) -> anyhow::Result<Vec<Table>> {
    let sql = format!(
        "SELECT pg_catalog.set_config('migrate.hopeless', {}, false); {}; {}; \
         SELECT pg_catalog.current_setting('migrate.rows'), pg_catalog.current_setting('migrate.hopeless')",
        quote::literal(hopeless),
        include_str!("plant.sql"),
        include_str!("planted.sql")
    );
    let rows = shadow.session.simple(&sql).await;
    let rows = rows.map_err(|failure| anyhow::anyhow!("failed to plant rows in the scratch database: {failure}"))?;
    if let Some(Some(now)) = rows.last().and_then(|row| row.get(1)) {
        hopeless.clone_from(now);
    }
    tables(&rows)
}

/// All tables that have rows, in one round trip.
pub(super) async fn read(shadow: &mut Run<'_>) -> anyhow::Result<Vec<Table>> {
    let sql = format!("{}; SELECT pg_catalog.current_setting('migrate.rows')", include_str!("planted.sql"));
    let rows = shadow.session.simple(&sql).await;
    tables(&rows.map_err(|failure| anyhow::anyhow!("failed to read the rows of the scratch database: {failure}"))?)
}

fn tables(rows: &[Vec<Option<String>>]) -> anyhow::Result<Vec<Table>> {
    let json = rows.last().and_then(|row| row.first()?.as_deref()).unwrap_or("[]");
    serde_json::from_str(json).context("failed to read the rows of the scratch database")
}

/// What a pair may lose.
pub(super) struct Allowed {
    tables: BTreeSet<(String, String)>,
    values: Vec<Name>,
    columns: Vec<(Name, String)>,
    /// Rows are written, and triggers may then write into those of any other table.
    any_value: bool,
    anything: bool,
}

impl Allowed {
    /// Reads both scripts of a pair. `before` is the schema that they meet.
    pub(super) fn by(pair: &Pair, before: &Catalog) -> Self {
        let texts: Vec<&str> =
            [Some(&pair.up), pair.down.as_ref()].into_iter().flatten().map(|s| s.text.as_str()).collect();
        let mut allowed = Self {
            tables: BTreeSet::new(),
            values: Vec::new(),
            columns: Vec::new(),
            any_value: false,
            anything: false,
        };
        let mut emptied = Vec::new();
        for loss in texts.iter().flat_map(|text| losses::of(text)) {
            match loss {
                Loss::Table { name, .. } => emptied.push((name, false)),
                Loss::Truncate { table } | Loss::Delete { table } => emptied.push((table, true)),
                Loss::Column { table, column, .. } => allowed.columns.push((table, column)),
                Loss::Schema { name, .. } => allowed.whole_schema(&name, before),
                Loss::MaterializedView { .. } => {}
                Loss::Opaque { .. } => allowed.anything = true,
            }
        }
        allowed.values = texts.iter().flat_map(|text| writes::of(text)).collect();
        let fires = |name: &Name| {
            let has = |o: &Object| o.id.kind == Kind::Trigger && is(name, &o.id.schema, &o.id.of);
            before.objects.iter().any(has)
        };
        let makes = |text: &&str| words::words(text).any(|word| word.is("TRIGGER"));
        allowed.any_value = !allowed.values.is_empty() && (texts.iter().any(makes) || allowed.values.iter().any(fires));
        for (name, takes_along) in emptied {
            allowed.empty(&name, takes_along, before);
        }
        allowed
    }

    /// What is not the same after the same was done twice.
    pub(super) fn where_two_differ(first: &[Table], second: &[Table]) -> Self {
        let mut allowed = Self {
            tables: BTreeSet::new(),
            values: Vec::new(),
            columns: Vec::new(),
            any_value: false,
            anything: false,
        };
        for table in first {
            let name = Name { schema: Some(table.schema.clone()), name: table.name.clone() };
            let same = second.iter().find(|other| (&other.schema, &other.name) == (&table.schema, &table.name));
            let (Some(rows), Some(others)) = (&table.rows, same.and_then(|other| other.rows.as_ref())) else {
                continue;
            };
            let columns: BTreeSet<&String> = rows.iter().flat_map(Map::keys).collect();
            let differing = columns.into_iter().filter(|column| changed(rows, others, column).is_some());
            allowed.columns.extend(differing.map(|column| (name.clone(), column.clone())));
        }
        allowed
    }

    fn whole_schema(&mut self, name: &str, before: &Catalog) {
        let tables = before.objects.iter().filter(|o| o.id.kind == Kind::Table && &*o.id.schema == name);
        self.tables.extend(tables.map(|table| (name.to_owned(), table.id.name.to_string())));
    }

    /// A table, and if rows are deleted one by one or with CASCADE, those that refer to it, and to them.
    fn empty(&mut self, name: &Name, takes_along: bool, before: &Catalog) {
        let tables = before.objects.iter().filter(|o| o.id.kind == Kind::Table && is(name, &o.id.schema, &o.id.name));
        let mut found: Vec<(String, String)> =
            tables.map(|t| (t.id.schema.to_string(), t.id.name.to_string())).collect();
        while let Some(table) = found.pop() {
            let constraints = before.objects.iter().filter(|o| o.id.kind == Kind::Constraint);
            // A foreign key needs the columns that it points to.
            let points = |id: &Id| *id.schema == table.0 && *id.of == table.1;
            let refer = constraints.filter(|o| takes_along && *o.id.of != table.1 && o.needs.iter().any(points));
            let more: Vec<_> = refer.map(|o| (o.id.schema.to_string(), o.id.of.to_string())).collect();
            if self.tables.insert(table) {
                found.extend(more);
            }
        }
    }
}

/// Whether a name in a script means this table. Without a schema any will do.
fn is(name: &Name, schema: &str, table: &str) -> bool {
    name.name == table && name.schema.as_deref().is_none_or(|named| named == schema)
}

/// What went missing on the way up and down, without leave. None if nothing did.
pub(super) fn lost(before: &[Table], after: &[Table], allowed: &Allowed) -> Option<String> {
    if allowed.anything {
        return None;
    }
    before.iter().find_map(|table| {
        if allowed.tables.contains(&(table.schema.clone(), table.name.clone())) {
            return None;
        }
        let same = after.iter().find(|other| (&other.schema, &other.name) == (&table.schema, &table.name));
        let name = format!("{}.{}", table.schema, table.name);
        let kept = same.map_or(0, |table| table.count);
        if kept < table.count {
            return Some(format!("{} of {} rows of table {name} are gone", table.count - kept, table.count));
        }
        if allowed.any_value || allowed.values.iter().any(|named| is(named, &table.schema, &table.name)) {
            return None;
        }
        let (rows, others) = (table.rows.as_deref()?, same?.rows.as_deref()?);
        let columns: BTreeSet<&String> = rows.iter().flat_map(Map::keys).collect();
        columns.into_iter().filter(|column| !allowed.column(table, column)).find_map(|column| {
            let (was, now) = changed(rows, others, column)?;
            Some(format!("column {name}.{column} does not hold what it held: {was} became {now}"))
        })
    })
}

impl Allowed {
    fn column(&self, table: &Table, column: &str) -> bool {
        self.columns.iter().any(|(name, dropped)| dropped == column && is(name, &table.schema, &table.name))
    }
}

/// A value of a column that is not there any more, and one that was not there.
fn changed(before: &[Map<String, Value>], after: &[Map<String, Value>], column: &str) -> Option<(String, String)> {
    let count = |rows: &[Map<String, Value>]| {
        let mut values: BTreeMap<String, i64> = BTreeMap::new();
        for row in rows {
            *values.entry(row.get(column).map_or_else(|| "nothing".to_owned(), Value::to_string)).or_default() += 1;
        }
        values
    };
    let (before, after) = (count(before), count(after));
    let more = |a: &BTreeMap<String, i64>, b: &BTreeMap<String, i64>| {
        let found = a.iter().find(|(value, n)| b.get(*value).copied().unwrap_or(0) < **n)?;
        Some(found.0.chars().take(SHOWN_CHARS).collect::<String>())
    };
    let was = more(&before, &after)?;
    Some((was, more(&after, &before).unwrap_or_else(|| "nothing".to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &str) -> Vec<Table> {
        let rows: Vec<Map<String, Value>> = serde_json::from_str(rows).unwrap();
        let count = i64::try_from(rows.len()).unwrap();
        vec![Table { schema: "s".into(), name: "t".into(), count, rows: Some(rows) }]
    }

    fn allowed(columns: &[&str]) -> Allowed {
        let name = Name { schema: None, name: "t".into() };
        let columns = columns.iter().map(|c| (name.clone(), (*c).to_owned())).collect();
        Allowed { tables: BTreeSet::new(), values: Vec::new(), columns, any_value: false, anything: false }
    }

    const TWO: &str = r#"[{"id": 1, "a": "x"}, {"id": 2, "a": null}]"#;

    #[test]
    fn rows_in_another_order_and_more_of_them_are_no_loss() {
        let after =
            table(r#"[{"id": 3, "a": "z", "b": 1}, {"a": null, "id": 2, "b": 1}, {"id": 1, "a": "x", "b": 1}]"#);
        assert_eq!(lost(&table(TWO), &after, &allowed(&[])), None);
    }

    #[test]
    fn what_is_gone_or_otherwise_is_named() {
        let gone = lost(&table(TWO), &table(r#"[{"id": 1, "a": "x"}]"#), &allowed(&[]));
        assert_eq!(gone.as_deref(), Some("1 of 2 rows of table s.t are gone"));
        assert_eq!(lost(&table(TWO), &[], &allowed(&[])).as_deref(), Some("2 of 2 rows of table s.t are gone"));
        let other = table(r#"[{"id": 1, "a": "X"}, {"id": 2, "a": null}]"#);
        let otherwise = lost(&table(TWO), &other, &allowed(&[]));
        assert_eq!(otherwise.as_deref(), Some("column s.t.a does not hold what it held: \"x\" became \"X\""));
        assert_eq!(lost(&table(TWO), &other, &allowed(&["a"])), None);
        assert!(lost(&table(TWO), &other, &allowed(&["id"])).is_some());
    }
}
