//! Who may do what: the matrix of identities, tables and commands, found by trying in a transaction that is rolled back.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`matrix`] | what was found, and how two matrices differ |
//! | [`lock`] | the matrix as text, written and read |
//! | [`bundled`] | the people of the bundled project |
//! | [`fixture`] | the script that makes rows to try on |
//! | `survey`, `rows`, `candidates` | what there is to try on: columns, rows, other values |
//! | `identity`, `attempt`, `tally` | as whom, how a try is made, and what many of them amount to |
//! | `privileges`, `change`, `insert`, `functions` | the commands |

mod attempt;
pub mod bundled;
mod candidates;
mod change;
pub mod fixture;
mod functions;
mod identity;
mod insert;
pub mod lock;
pub mod matrix;
mod newest;
mod privileges;
mod rows;
mod survey;
mod tally;

use std::time::Duration;

use anyhow::Context as _;

pub use fixture::Fixture;
pub use matrix::{Cell, Change, Matrix, changes};

use crate::config::{Access, Platform};
use crate::database::session::Session;
use crate::sql::quote;
use identity::Acting;
use survey::Surveyed;

/// How the tries are made.
#[derive(Clone, Debug)]
pub struct Options {
    /// As whom, and on which schemas.
    pub access: Access,
    /// Makes the rows to try on.
    pub fixture: Option<Fixture>,
    /// Decides who is tried where nobody is named.
    pub platform: Platform,
    /// How long a try waits for a lock.
    pub lock_timeout: Duration,
    /// How long a try may take.
    pub statement_timeout: Duration,
}

/// What was found, and what deserves a word.
#[derive(Debug, Default)]
pub struct Found {
    /// The matrix.
    pub matrix: Matrix,
    /// The identities, in their order.
    pub identities: Vec<String>,
    /// Tables without a row to try on.
    pub empty: Vec<String>,
    /// Tables of which row security hides rows from the role that tried.
    pub hidden: Vec<String>,
}

/// Tries everything and takes everything back.
///
/// # Errors
/// When the fixture fails, when an identity cannot be taken, or when the connection is lost.
pub async fn find(session: &mut Session, options: &Options) -> anyhow::Result<Found> {
    let ms = |time: Duration| time.as_millis();
    let begin = format!(
        "BEGIN; SET LOCAL client_min_messages = error; SET LOCAL lock_timeout = {}; SET LOCAL statement_timeout = {}; \
         SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL jit = off",
        ms(options.lock_timeout),
        ms(options.statement_timeout)
    );
    session.settle(&begin).await?;
    let found = within(session, options).await;
    if !session.is_lost() {
        session.settle("ROLLBACK").await?;
    }
    found
}

/// Inside of the transaction.
async fn within(session: &mut Session, options: &Options) -> anyhow::Result<Found> {
    let schemas = &options.access.schemas;
    if let Some(fixture) = &options.fixture {
        fixture::run(session, fixture).await?;
    }
    let acting = identity::identities(session, &options.access, options.platform).await?;
    let mut tables = survey::survey(session, schemas).await?;
    let bypass = rows::can_bypass(session).await?;
    rows::fill(session, &mut tables, bypass).await?;
    // What is deferred would only be looked at by a commit that never comes. From here on it is looked at in each try.
    session.settle("SET CONSTRAINTS ALL IMMEDIATE").await.context("failed to check the fixture's rows")?;
    let matrix = fill_in(session, &acting, &mut tables, schemas, bypass).await?;
    let named = |wanted: fn(&Surveyed) -> bool| {
        tables.iter().filter(|table| wanted(table)).map(|table| name(&table.schema, &table.name)).collect()
    };
    Ok(Found {
        matrix,
        identities: acting.into_iter().map(|actor| actor.name).collect(),
        empty: named(|table| table.is_table && table.sample.is_empty()),
        hidden: named(|table| table.is_hidden),
    })
}

/// Makes the tries. Those that touch no row come first: the cursors of the others would keep TRUNCATE from being tried.
async fn fill_in(
    session: &mut Session,
    acting: &[Acting],
    tables: &mut [Surveyed],
    schemas: &[String],
    bypass: bool,
) -> anyhow::Result<Matrix> {
    let granted = privileges::columns(session, acting, tables).await?;
    let selects = privileges::visible(session, acting, tables).await?;
    let truncates = privileges::truncatable(session, acting, tables).await?;
    let functions = functions::callable(session, acting, schemas).await?;
    rows::open_cursors(session, tables).await?;
    let deletes = change::deletable(session, acting, tables).await?;
    let updates = change::updatable(session, acting, tables, &granted).await?;
    let inserts = insert::insertable(session, acting, tables, &granted, bypass).await?;
    let of = tables.iter().enumerate().map(|(t, table)| matrix::Table {
        name: name(&table.schema, &table.name),
        columns: table.columns.iter().map(|column| word(&column.name)).collect(),
        rows: acting
            .iter()
            .enumerate()
            .map(|(i, actor)| matrix::Row {
                identity: actor.name.clone(),
                select_columns: listed(table, &granted[i][t].select, &selects[i][t], |_| true),
                insert_columns: listed(table, &inserts.columns[i][t], &inserts.cells[i][t], |c| !c.is_generated),
                update_columns: listed(table, &updates.columns[i][t], &updates.cells[i][t], |c| !c.is_generated),
                select: selects[i][t].clone(),
                insert: inserts.cells[i][t].clone(),
                update: updates.cells[i][t].clone(),
                delete: deletes[i][t].clone(),
                truncate: truncates[i][t].clone(),
            })
            .collect(),
    });
    Ok(Matrix { tables: of.collect(), functions })
}

/// The names of some columns, where the command does something and these are not all on which it could.
fn listed<'a>(
    table: &Surveyed,
    columns: impl IntoIterator<Item = &'a usize>,
    cell: &Cell,
    counts: fn(&survey::Column) -> bool,
) -> Option<Vec<String>> {
    let does = matches!(cell, Cell::Some | Cell::All | Cell::Granted | Cell::None);
    let columns: Vec<usize> = columns.into_iter().copied().collect();
    let all = table.columns.iter().filter(|column| counts(column)).count();
    let names = || columns.iter().filter_map(|index| table.columns.get(*index)).map(|c| word(&c.name)).collect();
    (does && !columns.is_empty() && columns.len() < all).then(names)
}

/// `schema.table` for people.
fn name(schema: &str, table: &str) -> String {
    format!("{}.{}", word(schema), word(table))
}

/// A name as it is, or in quotes where it would not be one word.
fn word(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if !name.is_empty() && name.chars().all(is_plain) { name.to_owned() } else { quote::ident(name) }
}
