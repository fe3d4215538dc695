//! UPDATE and DELETE, row by row.

use std::collections::{BTreeSet, HashMap};

use super::attempt::{Attempt, Verdict, make};
use super::candidates::candidates;
use super::identity::Acting;
use super::matrix::Cell;
use super::newest;
use super::privileges::{Columns, plainly};
use super::rows::{cursor, on_row};
use super::survey::{Surveyed, keys};
use super::tally::Tally;
use crate::database::session::{Failure, Session};
use crate::sql::quote;

/// Rows on which a column is tried before it counts as closed.
const ROWS_OF_A_COLUMN: usize = 6;

/// A row of the sample, or (none) all rows of a view at once.
type RowPlace = Option<usize>;

/// Where a statement is tried, and how it names its row.
fn rows(table: &Surveyed) -> Vec<RowPlace> {
    if table.is_table { (0..table.sample.len()).map(Some).collect() } else { vec![None] }
}

fn on(mut attempt: Attempt, table: usize, row: RowPlace) -> Attempt {
    if let Some(row) = row {
        attempt.before.push(on_row(table, row));
        attempt.sql.push_str(&format!(" WHERE CURRENT OF {}", cursor(table)));
    }
    attempt
}

/// DELETE of each identity on each table.
pub(super) async fn deletable(
    session: &mut Session,
    acting: &[Acting],
    tables: &[Surveyed],
) -> Result<Vec<Vec<Cell>>, Failure> {
    let delete = |table: &Surveyed| format!("DELETE FROM {}", table.sql());
    let mut cells: Vec<Vec<Option<Cell>>> = vec![vec![None; tables.len()]; acting.len()];
    // Where it is not denied outright, row by row.
    let first: Vec<(usize, usize)> = pairs(acting.len(), tables.len());
    let tries: Vec<Attempt> =
        first.iter().map(|(i, t)| Attempt::new(*i, format!("{} WHERE false", delete(&tables[*t])))).collect();
    let (mut tries_by_row, mut places) = (Vec::new(), Vec::new());
    for ((i, t), verdict) in first.into_iter().zip(make(session, acting, &tries).await?) {
        let table = &tables[t];
        if let Verdict::Ran(..) = verdict {
            for row in rows(table) {
                tries_by_row.push(on(Attempt::new(i, delete(table)), t, row));
                places.push((i, t));
            }
            if table.total == Some(0) || (table.is_table && table.sample.is_empty()) {
                cells[i][t] = Some(Cell::Granted);
            }
        } else {
            cells[i][t] = Some(plainly(&verdict, table));
        }
    }
    let mut tallies: HashMap<(usize, usize), Tally> = HashMap::new();
    for (place, verdict) in places.into_iter().zip(make(session, acting, &tries_by_row).await?) {
        let tally = tallies.entry(place).or_default();
        match verdict {
            Verdict::Ran(affected, _) => tally.done += affected,
            // A row that others refer to: who may delete it was asked before.
            Verdict::Constraint(_) => tally.done += 1,
            other => tally.missed(&other),
        }
    }
    Ok(finish(cells, tables, tallies))
}

/// What UPDATE may do: the cells, and the columns that take a value.
pub(super) struct Updates {
    pub(super) cells: Vec<Vec<Cell>>,
    pub(super) columns: Vec<Vec<BTreeSet<usize>>>,
}

/// UPDATE of each identity on each table: which rows it reaches, which of them it can change, and in which columns.
pub(super) async fn updatable(
    session: &mut Session,
    acting: &[Acting],
    tables: &[Surveyed],
    granted: &[Vec<Columns>],
) -> Result<Updates, Failure> {
    let mut search = Search::new(acting, tables, granted);
    search.reach(session).await?;
    while search.round(session).await? {}
    Ok(search.finish())
}

/// What is known of one identity on one table.
#[derive(Default)]
struct Known {
    /// Rows that USING lets it reach.
    reached: Vec<RowPlace>,
    /// Rows that it changed.
    changed: BTreeSet<RowPlace>,
    /// Columns that it changed.
    columns: BTreeSet<usize>,
    /// How far each (row, column) has been tried.
    next: HashMap<(RowPlace, usize), usize>,
    tally: Tally,
}

impl Known {
    fn learn(&mut self, row: RowPlace, column: usize, verdict: &Verdict) {
        let rows = match verdict {
            Verdict::Ran(affected, is_there) if *affected > 0 && is_there.as_deref() != Some("f") => *affected,
            Verdict::Constraint(code) if code != "23502" => 1,
            // Not a view that can be written, or not a column of it.
            Verdict::Failed(_) if row.is_none() => return self.tally.missed(&Verdict::Denied),
            other => return self.tally.missed(other),
        };
        self.columns.insert(column);
        self.changed.insert(row);
        self.tally.done = if row.is_none() { self.tally.done.max(rows) } else { self.changed.len() as u64 };
    }
}

/// The try to give a column a value.
fn change(table: &Surveyed, identity: usize, column: usize, value: &str) -> Attempt {
    let column = &table.columns[column];
    let set = format!("UPDATE {} SET {} = {}", table.sql(), quote::ident(&column.name), quote::literal(value));
    let mut attempt = Attempt::new(identity, set);
    attempt.after = newest::has(table, column, value, None);
    attempt
}

struct Search<'a> {
    acting: &'a [Acting],
    tables: &'a [Surveyed],
    granted: &'a [Vec<Columns>],
    values: Vec<Vec<Vec<String>>>,
    known: HashMap<(usize, usize), Known>,
}

impl<'a> Search<'a> {
    fn new(acting: &'a [Acting], tables: &'a [Surveyed], granted: &'a [Vec<Columns>]) -> Self {
        let keys = keys(tables);
        let values = |table: &Surveyed| (0..table.columns.len()).map(|c| candidates(table, c, &keys)).collect();
        Self { acting, tables, granted, values: tables.iter().map(values).collect(), known: HashMap::new() }
    }

    /// Finds the rows that each identity reaches, with a change that changes nothing or whatever fails after the policy.
    async fn reach(&mut self, session: &mut Session) -> Result<(), Failure> {
        let (mut tries, mut places) = (Vec::new(), Vec::new());
        for (i, t) in pairs(self.acting.len(), self.tables.len()) {
            let Some(column) = self.granted[i][t].update.first() else { continue };
            let known = self.known.entry((i, t)).or_default();
            let column = quote::ident(&self.tables[t].columns[*column].name);
            for row in rows(&self.tables[t]) {
                // All rows of a view: the tries themselves tell whether there is one that they reach.
                if row.is_none() {
                    known.reached.push(row);
                    continue;
                }
                tries.push(on(Attempt::new(i, format!("UPDATE {} SET {column} = NULL", self.tables[t].sql())), t, row));
                places.push((i, t, row));
            }
        }
        for ((i, t, row), verdict) in places.into_iter().zip(make(session, self.acting, &tries).await?) {
            if let (false, Some(known)) = (matches!(verdict, Verdict::Ran(0, _)), self.known.get_mut(&(i, t))) {
                known.reached.push(row);
            }
        }
        Ok(())
    }

    /// Tries one more value for each column that is still closed, and for each row that is still unchanged. Says whether
    /// there was something left to try.
    async fn round(&mut self, session: &mut Session) -> Result<bool, Failure> {
        let (mut tries, mut places) = (Vec::new(), Vec::new());
        for ((i, t), known) in &mut self.known {
            let (table, values) = (&self.tables[*t], &self.values[*t]);
            for (nth, row) in known.reached.iter().enumerate() {
                for column in &self.granted[*i][*t].update {
                    let is_open = known.columns.contains(column);
                    let is_wanted = if is_open { !known.changed.contains(row) } else { nth < ROWS_OF_A_COLUMN };
                    let present = row.and_then(|row| table.sample.get(row)?.get(*column)?.as_ref());
                    let next = known.next.entry((*row, *column)).or_default();
                    let value = values[*column].iter().enumerate().skip(*next).find(|(_, v)| Some(*v) != present);
                    let (true, Some((place, value))) = (is_wanted, value) else { continue };
                    *next = place + 1;
                    tries.push(on(change(table, *i, *column, value), *t, *row));
                    places.push((*i, *t, *row, *column));
                }
            }
        }
        let is_done = tries.is_empty();
        for ((i, t, row, column), verdict) in places.into_iter().zip(make(session, self.acting, &tries).await?) {
            if let Some(known) = self.known.get_mut(&(i, t)) {
                known.learn(row, column, &verdict);
            }
        }
        Ok(!is_done)
    }

    fn finish(self) -> Updates {
        let mut columns = vec![vec![BTreeSet::new(); self.tables.len()]; self.acting.len()];
        let mut cells: Vec<Vec<Option<Cell>>> = vec![vec![None; self.tables.len()]; self.acting.len()];
        let mut tallies = HashMap::new();
        for (i, t) in pairs(self.acting.len(), self.tables.len()) {
            if self.granted[i][t].update.is_empty() {
                cells[i][t] = Some(Cell::Denied);
            }
        }
        for ((i, t), known) in self.known {
            let table = &self.tables[t];
            if table.total == Some(0) || (table.is_table && table.sample.is_empty()) {
                cells[i][t] = Some(Cell::Granted);
                columns[i][t] = self.granted[i][t].update.iter().copied().collect();
                continue;
            }
            columns[i][t] = known.columns;
            tallies.insert((i, t), known.tally);
        }
        Updates { cells: finish(cells, self.tables, tallies), columns }
    }
}

/// Cells that were known before, and those of the tallies.
fn finish(
    cells: Vec<Vec<Option<Cell>>>,
    tables: &[Surveyed],
    mut tallies: HashMap<(usize, usize), Tally>,
) -> Vec<Vec<Cell>> {
    let of =
        |table: &Surveyed| if table.is_table { table.sample.len() as u64 } else { table.total.unwrap_or(u64::MAX) };
    cells
        .into_iter()
        .enumerate()
        .map(|(i, row)| {
            let each = row.into_iter().zip(tables).enumerate();
            each.map(|(t, (cell, table))| {
                cell.unwrap_or_else(|| tallies.remove(&(i, t)).unwrap_or_default().cell(of(table)))
            })
            .collect()
        })
        .collect()
}

/// Every identity with every table.
pub(super) fn pairs(identities: usize, tables: usize) -> Vec<(usize, usize)> {
    (0..identities).flat_map(|identity| (0..tables).map(move |table| (identity, table))).collect()
}
