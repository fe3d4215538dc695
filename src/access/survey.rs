//! What there is to try on: tables with their columns, and a sample of their rows.

use std::collections::HashMap;

use tokio_postgres::types::Type;

use crate::database::session::Session;
use crate::sql::quote;

/// Rows of a table that are tried one by one. More would rarely tell more, and each costs a try for every identity.
pub(super) const SAMPLE: usize = 16;

/// A table or view.
#[derive(Clone, Debug)]
pub(super) struct Surveyed {
    pub(super) schema: String,
    pub(super) name: String,
    /// Whether it has rows of its own, on which a cursor can stand: a table, not a view or foreign table.
    pub(super) is_table: bool,
    /// Whether row security hides rows from the role that runs all this.
    pub(super) is_hidden: bool,
    pub(super) columns: Vec<Column>,
    /// The first rows, as text.
    pub(super) sample: Vec<Vec<Option<String>>>,
    /// How many rows there are; none: it could not be counted.
    pub(super) total: Option<u64>,
}

/// A column.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) name: String,
    /// `pg_type.typcategory` and name of the type, of its base type for a domain.
    pub(super) category: char,
    pub(super) type_name: String,
    /// NOT NULL, and nothing fills it.
    pub(super) is_required: bool,
    pub(super) has_default: bool,
    /// Only the database writes it.
    pub(super) is_generated: bool,
    /// Whether `=` works.
    pub(super) is_comparable: bool,
    /// Values that the type or a check constraint names.
    pub(super) choices: Vec<String>,
    /// The column that a foreign key leads to: schema, table, column.
    pub(super) refers_to: Option<(String, String, String)>,
}

impl Surveyed {
    /// The name in SQL.
    pub(super) fn sql(&self) -> String {
        quote::qualified(&self.schema, &self.name)
    }

    /// The columns that a statement may give a value, with their index.
    pub(super) fn writable(&self) -> impl Iterator<Item = (usize, &Column)> {
        self.columns.iter().enumerate().filter(|(_, column)| !column.is_generated)
    }

    /// The different values that the sampled rows have in a column.
    pub(super) fn values(&self, column: usize) -> impl Iterator<Item = &String> {
        self.sample.iter().filter_map(move |row| row.get(column)?.as_ref())
    }
}

/// Reads what there is.
pub(super) async fn survey(session: &mut Session, schemas: &[String]) -> anyhow::Result<Vec<Surveyed>> {
    let rows = session.query(include_str!("sql/survey.sql"), &[(&schemas, Type::TEXT_ARRAY)]).await?;
    let mut tables: Vec<Surveyed> = Vec::new();
    for row in &rows {
        let (schema, name): (String, String) = (row.get(0), row.get(1));
        let kind: String = row.get(2);
        if tables.last().is_none_or(|last| (&last.schema, &last.name) != (&schema, &name)) {
            tables.push(Surveyed {
                schema,
                name,
                is_table: kind == "r" || kind == "p",
                is_hidden: row.get(3),
                columns: Vec::new(),
                sample: Vec::new(),
                total: None,
            });
        }
        let (required, has_default): (bool, bool) = (row.get(7), row.get(8));
        let refers_to: Option<Vec<String>> = row.get(12);
        let column = Column {
            name: row.get(4),
            category: row.get::<_, String>(5).chars().next().unwrap_or('U'),
            type_name: row.get(6),
            is_required: required && !has_default,
            has_default,
            is_generated: row.get(9),
            is_comparable: row.get(10),
            choices: row.get(11),
            refers_to: refers_to.and_then(|names| {
                let mut names = names.into_iter();
                Some((names.next()?, names.next()?, names.next()?))
            }),
        };
        if let Some(last) = tables.last_mut() {
            last.columns.push(column);
        }
    }
    Ok(tables)
}

/// Reads the first rows of each table, and counts them. Where that fails, as for a view of which somebody took the right
/// away, there is nothing to try on.
pub(super) async fn sample(session: &mut Session, tables: &mut [Surveyed]) -> anyhow::Result<()> {
    let mut texts = Vec::new();
    for table in &*tables {
        let columns: Vec<String> = table.columns.iter().map(|c| format!("{}::text", quote::ident(&c.name))).collect();
        texts.push("SAVEPOINT sample".to_owned());
        texts.push(format!("SELECT {} FROM {} LIMIT {SAMPLE}", columns.join(", "), table.sql()));
        texts.push(format!("SELECT count(*) FROM {}", table.sql()));
        texts.push("ROLLBACK TO SAVEPOINT sample; RELEASE SAVEPOINT sample".to_owned());
    }
    let mut replies = session.each(&texts).await?.into_iter();
    for table in tables {
        let (_, rows, count, _) = (replies.next(), replies.next(), replies.next(), replies.next());
        table.sample = rows.and_then(Result::ok).map(|reply| reply.rows).unwrap_or_default();
        table.total = count.and_then(Result::ok).and_then(|reply| reply.rows.first()?.first()?.clone()?.parse().ok());
    }
    Ok(())
}

/// The keys that foreign keys lead to: for (schema, table, column) the values of the sample.
pub(super) fn keys(tables: &[Surveyed]) -> HashMap<(String, String, String), Vec<String>> {
    let wanted = tables.iter().flat_map(|table| &table.columns).filter_map(|column| column.refers_to.clone());
    let mut keys = HashMap::new();
    for place in wanted {
        let table = tables.iter().find(|table| table.schema == place.0 && table.name == place.1);
        let values = table.and_then(|table| {
            let index = table.columns.iter().position(|column| column.name == place.2)?;
            Some(table.values(index).cloned().collect())
        });
        keys.entry(place).or_insert_with(|| values.unwrap_or_default());
    }
    keys
}
