//! SELECT and TRUNCATE, and on which columns each command runs at all: tries that touch no row.

use super::attempt::{Attempt, Verdict, make};
use super::identity::Acting;
use super::matrix::Cell;
use super::survey::{Column, Surveyed};
use crate::database::session::{Failure, Session};
use crate::sql::quote;

/// On which columns a command runs, each by its index.
#[derive(Clone, Debug, Default)]
pub(super) struct Columns {
    pub(super) select: Vec<usize>,
    pub(super) insert: Vec<usize>,
    pub(super) update: Vec<usize>,
}

/// What a statement of each kind looks like that needs the right to some columns and does nothing.
fn select(table: &Surveyed, columns: &[&Column]) -> String {
    format!("SELECT {} FROM {} WHERE false", names(columns), table.sql())
}

fn insert(table: &Surveyed, columns: &[&Column]) -> String {
    let values = vec!["NULL"; columns.len()].join(", ");
    format!("INSERT INTO {} ({}) SELECT {values} WHERE false", table.sql(), names(columns))
}

fn update(table: &Surveyed, columns: &[&Column]) -> String {
    let set: Vec<String> = columns.iter().map(|column| format!("{} = NULL", quote::ident(&column.name))).collect();
    format!("UPDATE {} SET {} WHERE false", table.sql(), set.join(", "))
}

fn names(columns: &[&Column]) -> String {
    columns.iter().map(|column| quote::ident(&column.name)).collect::<Vec<_>>().join(", ")
}

type Shape = fn(&Surveyed, &[&Column]) -> String;

/// Finds the columns of each identity and table: all at once, and one by one where that is denied.
pub(super) async fn columns(
    session: &mut Session,
    acting: &[Acting],
    tables: &[Surveyed],
) -> Result<Vec<Vec<Columns>>, Failure> {
    let selected = of_command(session, acting, tables, select, |_| true).await?;
    let inserted = of_command(session, acting, tables, insert, |column| !column.is_generated).await?;
    let updated = of_command(session, acting, tables, update, |column| !column.is_generated).await?;
    let each = selected.into_iter().zip(inserted).zip(updated);
    let found: Vec<Columns> = each.map(|((select, insert), update)| Columns { select, insert, update }).collect();
    Ok(found.chunks(tables.len().max(1)).map(<[Columns]>::to_vec).collect())
}

/// For each identity and each table the columns on which a command runs.
async fn of_command(
    session: &mut Session,
    acting: &[Acting],
    tables: &[Surveyed],
    shape: Shape,
    counts: fn(&Column) -> bool,
) -> Result<Vec<Vec<usize>>, Failure> {
    let of = |table: &Surveyed| -> Vec<usize> {
        table.columns.iter().enumerate().filter(|(_, column)| counts(column)).map(|(index, _)| index).collect()
    };
    let mut tries = Vec::new();
    for identity in 0..acting.len() {
        for table in tables {
            let columns: Vec<&Column> = table.columns.iter().filter(|column| counts(column)).collect();
            // Nothing can be written into a table whose columns are all generated.
            let sql = if columns.is_empty() { "SELECT".to_owned() } else { shape(table, &columns) };
            tries.push(Attempt::new(identity, sql));
        }
    }
    let together = make(session, acting, &tries).await?;
    let (mut singles, mut places) = (Vec::new(), Vec::new());
    let mut found = Vec::new();
    let each = (0..acting.len()).flat_map(|identity| tables.iter().map(move |table| (identity, table)));
    for (place, ((identity, table), verdict)) in each.zip(&together).enumerate() {
        found.push(if is_closed(table, verdict) { Vec::new() } else { of(table) });
        for (index, column) in table.columns.iter().enumerate() {
            if is_closed(table, verdict) && counts(column) {
                singles.push(Attempt::new(identity, shape(table, &[column])));
                places.push((place, index));
            }
        }
    }
    for (verdict, (place, index)) in make(session, acting, &singles).await?.iter().zip(places) {
        let table = tables.get(place % tables.len().max(1));
        let is_open = table.is_some_and(|table| !is_closed(table, verdict));
        if let (true, Some(columns)) = (is_open, found.get_mut(place)) {
            columns.push(index);
        }
    }
    Ok(found)
}

/// Whether a command does not run: it is denied, or a view has no such column to write, or is not there to be written.
fn is_closed(table: &Surveyed, verdict: &Verdict) -> bool {
    *verdict == Verdict::Denied || (!table.is_table && matches!(verdict, Verdict::Failed(_)))
}

/// SELECT of each identity on each table: how many of the rows it sees.
pub(super) async fn visible(
    session: &mut Session,
    acting: &[Acting],
    tables: &[Surveyed],
) -> Result<Vec<Vec<Cell>>, Failure> {
    let count = |table: &Surveyed| format!("SELECT count(*) FROM {}", table.sql());
    each(session, acting, tables, count, |table, verdict| match verdict {
        Verdict::Ran(_, Some(seen)) => match (seen.parse::<u64>().unwrap_or(0), table.total) {
            (0, Some(0)) => Cell::Granted,
            (0, _) => Cell::None,
            // More than the owner sees: a view that is made for whoever looks.
            (seen, Some(total)) if seen != total => Cell::Some,
            _ => Cell::All,
        },
        other => plainly(other, table),
    })
    .await
}

/// TRUNCATE of each identity on each table.
pub(super) async fn truncatable(
    session: &mut Session,
    acting: &[Acting],
    tables: &[Surveyed],
) -> Result<Vec<Vec<Cell>>, Failure> {
    let truncate = |table: &Surveyed| format!("TRUNCATE {}", table.sql());
    each(session, acting, tables, truncate, |table, verdict| match verdict {
        Verdict::Ran(..) => Cell::All,
        // "cannot truncate a table referenced in a foreign key constraint" comes after the question who may.
        Verdict::Failed(code) if code == "0A000" && table.is_table => Cell::All,
        other => plainly(other, table),
    })
    .await
}

async fn each(
    session: &mut Session,
    acting: &[Acting],
    tables: &[Surveyed],
    sql: impl Fn(&Surveyed) -> String,
    cell: impl Fn(&Surveyed, &Verdict) -> Cell,
) -> Result<Vec<Vec<Cell>>, Failure> {
    let tries: Vec<Attempt> = (0..acting.len())
        .flat_map(|identity| tables.iter().map(move |table| (identity, table)))
        .map(|(identity, table)| Attempt::new(identity, sql(table)))
        .collect();
    let verdicts = make(session, acting, &tries).await?;
    let rows = verdicts.chunks(tables.len().max(1));
    Ok(rows.map(|row| tables.iter().zip(row).map(|(table, verdict)| cell(table, verdict)).collect()).collect())
}

/// The cell of a try that did nothing to any row.
pub(super) fn plainly(verdict: &Verdict, table: &Surveyed) -> Cell {
    match verdict {
        Verdict::Ran(..) | Verdict::Constraint(_) => Cell::All,
        Verdict::Denied => Cell::Denied,
        Verdict::Raised => Cell::Refused,
        // What cannot be done to a view or foreign table at all: wrong object type, not updatable, no such feature.
        Verdict::Failed(code) if !table.is_table && ["42809", "55000", "0A000"].contains(&code.as_str()) => {
            Cell::Denied
        }
        Verdict::Failed(code) => Cell::Failed(code.clone()),
    }
}
