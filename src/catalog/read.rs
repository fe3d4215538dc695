//! Reads a catalog: all queries travel together, on one snapshot, in one round trip.
//!
//! The queries are the files in `sql/`. Their first columns say what an object is and what `pg_depend` calls it; every column
//! after them is an attribute, by its own name. So nothing here knows of any kind, grants apart.

use std::collections::BTreeMap;
use std::error::Error as StdError;

use anyhow::Context as _;
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, Type};

use super::needs::{Addresses, address};
use super::{Catalog, Id, Kind, Object, grants};
use crate::database::session::Session;

/// One line for each file: what it reads.
const QUERIES: [(&str, &str); 21] = [
    ("schemas", include_str!("sql/schemas.sql")),
    ("extensions", include_str!("sql/extensions.sql")),
    ("relations", include_str!("sql/relations.sql")),
    ("columns", include_str!("sql/columns.sql")),
    ("defaults", include_str!("sql/defaults.sql")),
    ("constraints", include_str!("sql/constraints.sql")),
    ("indexes", include_str!("sql/indexes.sql")),
    ("sequences", include_str!("sql/sequences.sql")),
    ("functions", include_str!("sql/functions.sql")),
    ("types", include_str!("sql/types.sql")),
    ("triggers", include_str!("sql/triggers.sql")),
    ("policies", include_str!("sql/policies.sql")),
    ("rules", include_str!("sql/rules.sql")),
    ("event triggers", include_str!("sql/event_triggers.sql")),
    ("statistics", include_str!("sql/statistics.sql")),
    ("default privileges", include_str!("sql/default_privileges.sql")),
    ("publications", include_str!("sql/publications.sql")),
    ("foreign data", include_str!("sql/foreign_data.sql")),
    ("collations", include_str!("sql/collations.sql")),
    ("other kinds", include_str!("sql/others.sql")),
    ("subscriptions", include_str!("sql/subscriptions.sql")),
];
const PUBLICATION_MEMBERS: &str = include_str!("sql/publication_members.sql");
const PUBLICATION_TABLES: &str = include_str!("sql/publication_tables.sql");
const ALIASES: &str = include_str!("sql/aliases.sql");
const NEEDS: &str = include_str!("sql/needs.sql");

/// With an empty search path PostgreSQL words every name with its schema; the rest is what pg_dump sets.
const SETTINGS: &str = "set local search_path = ''; set local datestyle = iso; set local intervalstyle = postgres; \
                        set local extra_float_digits = 3; set local quote_all_identifiers = off; set local bytea_output = hex";

/// Columns that say what an object is; those after them are its attributes.
const IDENTITY_COLUMNS: usize = 8;

/// Reads everything in the database that `session` is connected to. `server_version` is its `server_version_num`.
///
/// # Errors
/// When the server refuses a query, or the connection is lost.
pub async fn read(session: &mut Session, server_version: u32) -> anyhow::Result<Catalog> {
    let mut queries: Vec<&str> = QUERIES.iter().map(|(_, sql)| *sql).collect();
    let members = if server_version >= 150_000 { PUBLICATION_MEMBERS } else { PUBLICATION_TABLES };
    queries.extend([members, ALIASES, NEEDS]);
    let mut answers = session.snapshot(SETTINGS, &queries).await.context("failed to read the catalog")?;
    let (needs, aliases) = (answers.pop().unwrap_or_default(), answers.pop().unwrap_or_default());
    let mut objects = Vec::with_capacity(answers.iter().map(Vec::len).sum());
    let mut addresses = Addresses::default();
    for row in answers.iter().flatten() {
        addresses.add(address(row, 1), objects.len());
        objects.push(object(row)?);
    }
    addresses.alias(&aliases);
    addresses.connect(&needs, &mut objects);
    objects.sort_unstable_by(|a, b| a.id.cmp(&b.id));
    objects.dedup_by(|a, b| a.id == b.id);
    Ok(Catalog { server_version, objects })
}

/// One row as an object.
fn object(row: &Row) -> anyhow::Result<Object> {
    let text = |at: usize| row.get::<_, Option<Text<'_>>>(at).map_or("", |text| text.0);
    let kind = Kind::parse(text(0)).with_context(|| format!("unknown kind {}", text(0)))?;
    let id = Id { kind, schema: text(5).into(), of: text(6).into(), name: text(7).into() };
    let mut attributes = BTreeMap::new();
    for (at, column) in row.columns().iter().enumerate().skip(IDENTITY_COLUMNS) {
        if let Some(Text(value)) = row.get(at) {
            attributes.insert(Box::from(column.name()), Box::from(value));
        }
    }
    normalise_grants(kind, &mut attributes);
    Ok(Object { id, attributes, position: row.get(4), needs: Vec::new() })
}

/// `acl` and `privileges` in grants' normal form.
fn normalise_grants(kind: Kind, attributes: &mut BTreeMap<Box<str>, Box<str>>) {
    let owner = attributes.get("owner").cloned().unwrap_or_default();
    for name in ["acl", "privileges"] {
        let Some(acl) = attributes.remove(name) else { continue };
        if let Some(normal) = grants::normalise(&acl, &owner, kind) {
            attributes.insert(name.into(), normal.into());
        }
    }
}

/// A value of any type that PostgreSQL sends as plain text.
pub(super) struct Text<'a>(pub(super) &'a str);

impl<'a> FromSql<'a> for Text<'a> {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        Ok(Self(std::str::from_utf8(raw)?))
    }

    fn accepts(kind: &Type) -> bool {
        [Type::TEXT, Type::NAME, Type::VARCHAR, Type::BPCHAR, Type::JSON, Type::UNKNOWN].contains(kind)
    }
}
