//! Supabase's own ledger, `supabase_migrations.schema_migrations`: its CLI, dashboard and API know by it what is applied.
//!
//! Its columns differ between versions of the CLI and on the hosted platform. What is there is found out when the session
//! begins; nothing but `version` is taken for granted. The CLI takes no lock, so each write is made behind a lock on the
//! table that makes the CLI wait, and before the script runs: the primary key then refuses a version that it has applied
//! in the meantime.

use tokio_postgres::Row as Answer;
use tokio_postgres::types::Type;

use super::Recorder;
use crate::database::pipeline::{Param, Part};

/// The table, quoted.
pub const TABLE: &str = "supabase_migrations.schema_migrations";

/// Held until the transaction ends: whoever writes the table waits, who reads it does not.
pub const LOCK: &str = "LOCK TABLE supabase_migrations.schema_migrations IN SHARE ROW EXCLUSIVE MODE";

/// The statements that make the table, as the CLI itself makes it; re-runnable.
pub const CREATE: &str = include_str!("supabase_create.sql");

/// The columns that we write where they are there, beyond `version`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Columns {
    name: bool,
    statements: bool,
    rollback: bool,
}

impl Columns {
    /// What [`CREATE`] makes.
    pub const OF_THE_CLI: Self = Self { name: true, statements: true, rollback: false };

    /// Reads `name:type` pairs, as the probe gives them. A column of another type is left alone.
    #[must_use]
    pub fn read(found: &str) -> Self {
        let has = |column: &str| found.split(',').any(|pair| pair == column);
        Self {
            name: has("name:text") || has("name:varchar"),
            statements: has("statements:_text"),
            rollback: has("rollback:_text"),
        }
    }

    fn present(self) -> impl Iterator<Item = &'static str> {
        [(self.name, "name"), (self.statements, "statements"), (self.rollback, "rollback")]
            .into_iter()
            .filter_map(|(is_there, column)| is_there.then_some(column))
    }

    /// The query for all rows: version, name, sorted by version.
    #[must_use]
    pub fn rows(self) -> String {
        let name = if self.name { "name::text" } else { "NULL::text" };
        format!("SELECT version::text AS version, {name} AS name FROM {TABLE} ORDER BY version")
    }

    /// The query for what the versions $1 ran, where that is recorded.
    #[must_use]
    pub fn statements(self) -> String {
        let statements = if self.statements { "statements" } else { "NULL::text[]" };
        format!(
            "SELECT version::text AS version, {statements} AS statements FROM {TABLE} WHERE version::text = ANY ($1)"
        )
    }
}

/// One row that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The version as it is spelled there.
    pub version: String,
    /// The version as a number.
    pub number: i64,
    /// The migration's name; may be empty.
    pub name: String,
    /// What was run: read only for versions that our own ledger does not have, and only where it is recorded.
    pub statements: Option<Vec<String>>,
}

impl Found {
    /// Reads a row. None for a version that is no number of ours: no file can have it.
    pub(super) fn read(row: &Answer) -> Option<Self> {
        let version: String = row.get(0);
        let number = version.parse().ok()?;
        Some(Self { version, number, name: row.get::<_, Option<String>>(1).unwrap_or_default(), statements: None })
    }

    /// Whether a script of these statements may be what was run. Blanks and semicolons do not count: some tools record a
    /// script as one statement, and the CLI drops them.
    #[must_use]
    pub fn may_be(&self, statements: impl FnOnce() -> Vec<String>) -> bool {
        let ink = |texts: &[String]| {
            texts.iter().flat_map(|t| t.chars()).filter(|c| !c.is_whitespace() && *c != ';').collect::<String>()
        };
        self.statements.as_ref().is_none_or(|ran| ink(ran) == ink(&statements()))
    }
}

/// What is written about a migration.
#[derive(Clone, Debug)]
pub struct Shared {
    /// The version as the file's name spells it: the CLI compares texts.
    pub version: String,
    /// The rest of the file's name.
    pub name: String,
    /// The script, cut as the CLI cuts it.
    pub statements: Vec<String>,
    /// The rollback, cut alike.
    pub rollback: Option<Vec<String>>,
}

/// The statements that write the table.
#[derive(Clone, Debug)]
pub struct Writer {
    columns: Columns,
    insert: String,
    put: String,
}

impl Writer {
    /// A writer of the columns that are there.
    #[must_use]
    pub fn new(columns: Columns) -> Self {
        let (mut names, mut values, mut set) = (String::from("version"), String::from("$1"), Vec::new());
        for (at, column) in columns.present().enumerate() {
            names.push_str(&format!(", {column}"));
            values.push_str(&format!(", ${}", at + 2));
            set.push(format!("{column} = EXCLUDED.{column}"));
        }
        let insert = format!("INSERT INTO {TABLE} ({names}) VALUES ({values})");
        let on_conflict = if set.is_empty() { "NOTHING".to_owned() } else { format!("UPDATE SET {}", set.join(", ")) };
        Self { columns, put: format!("{insert} ON CONFLICT (version) DO {on_conflict}"), insert }
    }

    /// Writes a version that must not be there yet.
    pub fn insert<'a>(&'a self, shared: &'a Shared) -> Part<'a> {
        Part::Bound(&self.insert, self.values(shared))
    }

    /// Writes a version, there or not.
    fn put<'a>(&'a self, shared: &'a Shared) -> Part<'a> {
        Part::Bound(&self.put, self.values(shared))
    }

    /// Removes a version, however many zeros it begins with there.
    pub fn remove<'a>(&self, version: &'a i64) -> Part<'a> {
        Part::Bound(include_str!("supabase_remove.sql"), vec![(version, Type::INT8)])
    }

    fn values<'a>(&self, shared: &'a Shared) -> Vec<Param<'a>> {
        let mut values: Vec<Param<'a>> = vec![(&shared.version, Type::TEXT)];
        if self.columns.name {
            values.push((&shared.name, Type::TEXT));
        }
        if self.columns.statements {
            values.push((&shared.statements, Type::TEXT_ARRAY));
        }
        if self.columns.rollback {
            values.push((&shared.rollback, Type::TEXT_ARRAY));
        }
        values
    }
}

impl Recorder {
    /// Writes versions into Supabase's ledger, there or not, behind its lock; nothing where it is not shared.
    pub fn put_shared<'a>(&'a self, rows: &'a [Shared]) -> Vec<Part<'a>> {
        let Some(writer) = self.supabase.as_ref().filter(|_| !rows.is_empty()) else { return Vec::new() };
        std::iter::once(Part::Sql(LOCK)).chain(rows.iter().map(|row| writer.put(row))).collect()
    }

    /// Removes a version from Supabase's ledger, behind its lock; nothing where it is not shared.
    pub fn remove_shared<'a>(&self, version: &'a i64) -> Vec<Part<'a>> {
        let writer = self.supabase.as_ref();
        writer.map_or_else(Vec::new, |writer| vec![Part::Sql(LOCK), writer.remove(version)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_columns_that_are_there_are_written() {
        let cli = Columns::read("version:text,statements:_text,name:text");
        assert_eq!(cli, Columns::OF_THE_CLI);
        let hosted = Columns::read("version:text,statements:_text,name:text,created_by:text,rollback:_text");
        assert_eq!(
            Writer::new(hosted).insert,
            format!("INSERT INTO {TABLE} (version, name, statements, rollback) VALUES ($1, $2, $3, $4)")
        );
        let old = Columns::read("version:text,rollback:text");
        assert_eq!(
            Writer::new(old).put,
            format!("INSERT INTO {TABLE} (version) VALUES ($1) ON CONFLICT (version) DO NOTHING")
        );
    }

    #[test]
    fn a_script_is_known_again_however_it_was_cut() {
        let mut found = Found { version: "1".into(), number: 1, name: String::new(), statements: None };
        let ours = || vec!["create table a ()".to_owned(), "-- b\nselect 1".to_owned()];
        assert!(found.may_be(ours));
        found.statements = Some(vec!["create table a ();\r\n-- b\r\nselect 1;\n".to_owned()]);
        assert!(found.may_be(ours));
        found.statements = Some(vec!["create table a ()".to_owned(), "select 2".to_owned()]);
        assert!(!found.may_be(ours));
    }
}
