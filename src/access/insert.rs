//! INSERT: copies of the rows that are there. A copy says whose a row may be, and meets the rules that the row met.
//!
//! Where the role may, the row itself is taken out first, so that its copy finds its keys and its seat free. A copy has all
//! columns that the identity may give; or, where that is refused, those without a default; or only those that must be given.

use std::collections::{BTreeSet, HashMap};

use super::attempt::{Attempt, Verdict, make};
use super::candidates::{candidates, filler};
use super::change::pairs;
use super::identity::Acting;
use super::matrix::Cell;
use super::newest;
use super::privileges::Columns;
use super::rows::{insert, on_row, take_out};
use super::survey::{Surveyed, keys};
use super::tally::Tally;
use crate::database::session::{Failure, Session};
use crate::sql::quote;

/// Values of a column that are tried in a new row.
const VALUES_MOST: usize = 4;

/// How much of a row is copied.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Full,
    Lean,
    Bare,
}

/// What INSERT may do: the cells, and the columns whose value can be chosen.
pub(super) struct Inserts {
    pub(super) cells: Vec<Vec<Cell>>,
    pub(super) columns: Vec<Vec<BTreeSet<usize>>>,
}

/// A row that was accepted.
struct Base {
    row: usize,
    /// The columns that were given.
    columns: BTreeSet<usize>,
    /// The row as it then was.
    outcome: Vec<Option<String>>,
}

impl Base {
    fn new(row: usize, columns: BTreeSet<usize>, verdict: &Verdict) -> Self {
        let outcome = match verdict {
            Verdict::Ran(_, Some(row)) => serde_json::from_str(row).unwrap_or_default(),
            _ => Vec::new(),
        };
        Self { row, columns, outcome }
    }

    /// Whether the row shows that a column's value was chosen: one without a default, and it is there. A null, or what
    /// the default could have been, shows nothing.
    fn chose(&self, table: &Surveyed, rows: &[Vec<Option<String>>], column: usize) -> bool {
        let given = rows.get(self.row).and_then(|row| row.get(column)).and_then(Option::as_ref);
        let is_there = self.outcome.is_empty() || self.outcome.get(column).and_then(Option::as_ref) == given;
        self.columns.contains(&column) && !table.columns[column].has_default && given.is_some() && is_there
    }
}

struct Search<'a> {
    acting: &'a [Acting],
    tables: &'a [Surveyed],
    granted: &'a [Vec<Columns>],
    /// Rows to copy.
    templates: Vec<Vec<Vec<Option<String>>>>,
    /// Other values for each column of each table.
    values: Vec<Vec<Vec<String>>>,
    bypass: bool,
    tallies: HashMap<(usize, usize), Tally>,
    bases: HashMap<(usize, usize), Base>,
    columns: HashMap<(usize, usize), BTreeSet<usize>>,
}

/// INSERT of each identity into each table.
pub(super) async fn insertable(
    session: &mut Session,
    acting: &[Acting],
    tables: &[Surveyed],
    granted: &[Vec<Columns>],
    bypass: bool,
) -> Result<Inserts, Failure> {
    let mut search = Search::new(acting, tables, granted, bypass);
    for shape in [Shape::Full, Shape::Lean, Shape::Bare] {
        search.copies(session, shape).await?;
    }
    for shape in [Shape::Lean, Shape::Bare] {
        search.smaller(session, shape).await?;
    }
    for nth in 0..VALUES_MOST {
        search.values(session, nth).await?;
    }
    Ok(search.finish())
}

impl<'a> Search<'a> {
    fn new(acting: &'a [Acting], tables: &'a [Surveyed], granted: &'a [Vec<Columns>], bypass: bool) -> Self {
        let keys = keys(tables);
        let templates = tables.iter().map(|table| match table.sample.is_empty() {
            true => vec![(0..table.columns.len()).map(|column| filler(table, column, &keys)).collect()],
            false => table.sample.clone(),
        });
        let values = |table: &Surveyed| (0..table.columns.len()).map(|c| candidates(table, c, &keys)).collect();
        Self {
            acting,
            tables,
            granted,
            values: tables.iter().map(values).collect(),
            templates: templates.collect(),
            bypass,
            tallies: HashMap::new(),
            bases: HashMap::new(),
            columns: HashMap::new(),
        }
    }

    /// The columns of a copy.
    fn shape(&self, i: usize, t: usize, row: usize, shape: Shape) -> BTreeSet<usize> {
        let table = &self.tables[t];
        let is_copied = |column: &&usize| {
            let of = &table.columns[**column];
            match shape {
                Shape::Full => true,
                Shape::Lean => of.is_required || (!of.has_default && self.templates[t][row][**column].is_some()),
                Shape::Bare => of.is_required,
            }
        };
        self.granted[i][t].insert.iter().filter(is_copied).copied().collect()
    }

    /// A copy of a row with some columns, one of them with another value.
    fn copy(
        &self,
        (i, t, row): (usize, usize, usize),
        columns: &BTreeSet<usize>,
        other: Option<(usize, &str)>,
    ) -> Attempt {
        let table = &self.tables[t];
        let value = |column: usize| match other {
            Some((place, value)) if place == column => quote::literal(value),
            _ => self.templates[t][row][column].as_deref().map_or_else(|| "NULL".to_owned(), quote::literal),
        };
        let mut places: Vec<usize> = columns.iter().copied().collect();
        places.extend(other.map(|(place, _)| place).filter(|place| !columns.contains(place)));
        let given: Vec<(String, String)> =
            places.iter().map(|place| (quote::ident(&table.columns[*place].name), value(*place))).collect();
        let mut attempt = Attempt::new(i, insert(&table.sql(), &given));
        if self.bypass && table.is_table && !table.sample.is_empty() {
            attempt.before.push(on_row(t, row));
            attempt.before.extend(take_out(t, &table.sql()));
        }
        attempt
    }

    /// A copy, and a look at what became of it.
    fn whole(&self, place: (usize, usize, usize), columns: &BTreeSet<usize>) -> Attempt {
        let mut attempt = self.copy(place, columns, None);
        attempt.after = newest::row(&self.tables[place.1]);
        attempt
    }

    /// Copies every row in one shape, where no larger shape was accepted.
    async fn copies(&mut self, session: &mut Session, shape: Shape) -> Result<(), Failure> {
        let (mut tries, mut places) = (Vec::new(), Vec::new());
        for (i, t) in pairs(self.acting.len(), self.tables.len()) {
            if self.granted[i][t].insert.is_empty() || self.bases.contains_key(&(i, t)) {
                continue;
            }
            for row in 0..self.templates[t].len() {
                let columns = self.shape(i, t, row, shape);
                tries.push(self.whole((i, t, row), &columns));
                places.push((i, t, row, columns));
            }
        }
        for ((i, t, row, columns), verdict) in places.into_iter().zip(make(session, self.acting, &tries).await?) {
            let tally = self.tallies.entry((i, t)).or_default();
            if is_accepted(&verdict) {
                tally.done += 1;
                let base = Base::new(row, columns, &verdict);
                // One that a constraint refused tells nothing of what became of its values.
                match self.bases.get_mut(&(i, t)) {
                    Some(known) if known.outcome.is_empty() && !base.outcome.is_empty() => *known = base,
                    Some(_) => {}
                    None => drop(self.bases.insert((i, t), base)),
                }
            } else {
                tally.missed(&verdict);
            }
        }
        Ok(())
    }

    /// Finds out whether less would have been enough: what need not be given is then tried with other values.
    async fn smaller(&mut self, session: &mut Session, shape: Shape) -> Result<(), Failure> {
        let (mut tries, mut places) = (Vec::new(), Vec::new());
        for ((i, t), base) in &self.bases {
            let columns = self.shape(*i, *t, base.row, shape);
            if columns.len() < base.columns.len() {
                tries.push(self.whole((*i, *t, base.row), &columns));
                places.push(((*i, *t), columns));
            }
        }
        for ((place, columns), verdict) in places.into_iter().zip(make(session, self.acting, &tries).await?) {
            let went_in = matches!(verdict, Verdict::Ran(affected, _) if affected > 0);
            if let (true, Some(base)) = (went_in, self.bases.get_mut(&place)) {
                *base = Base::new(base.row, columns, &verdict);
            }
        }
        Ok(())
    }

    /// Tries the nth other value for each column that need not be given. One that the row would have had anyway says nothing.
    async fn values(&mut self, session: &mut Session, nth: usize) -> Result<(), Failure> {
        let (mut tries, mut places) = (Vec::new(), Vec::new());
        for ((i, t), base) in &self.bases {
            let table = &self.tables[*t];
            for column in &self.granted[*i][*t].insert {
                let is_known = self.columns.get(&(*i, *t)).is_some_and(|columns| columns.contains(column));
                if is_known || base.chose(table, &self.templates[*t], *column) {
                    continue;
                }
                let anyway = base.outcome.get(*column).and_then(Option::as_deref);
                let mut others = self.values[*t][*column].iter().filter(|value| Some(value.as_str()) != anyway);
                if let Some(value) = others.nth(nth) {
                    let mut attempt = self.copy((*i, *t, base.row), &base.columns, Some((*column, value)));
                    attempt.after = newest::has(table, &table.columns[*column], value, anyway);
                    tries.push(attempt);
                    places.push((*i, *t, *column));
                }
            }
        }
        for ((i, t, column), verdict) in places.into_iter().zip(make(session, self.acting, &tries).await?) {
            let is_overwritten = matches!(&verdict, Verdict::Ran(_, Some(is_there)) if is_there == "f");
            if is_accepted(&verdict) && !is_overwritten {
                self.columns.entry((i, t)).or_default().insert(column);
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Inserts {
        let (mut cells, mut columns) = (Vec::new(), Vec::new());
        for i in 0..self.acting.len() {
            let (mut cell_row, mut column_row) = (Vec::new(), Vec::new());
            for t in 0..self.tables.len() {
                let granted = &self.granted[i][t].insert;
                let mut open = self.columns.remove(&(i, t)).unwrap_or_default();
                let is_empty = self.tables[t].sample.is_empty();
                if let Some(base) = self.bases.get(&(i, t)) {
                    let (table, rows) = (&self.tables[t], &self.templates[t]);
                    open.extend(granted.iter().filter(|column| is_empty || base.chose(table, rows, **column)));
                }
                cell_row.push(match self.tallies.remove(&(i, t)) {
                    _ if granted.is_empty() => Cell::Denied,
                    Some(tally) if is_empty && tally.done > 0 => Cell::Granted,
                    Some(tally) => match tally.cell(self.templates[t].len() as u64) {
                        // A view that takes no rows.
                        Cell::Failed(code) if !self.tables[t].is_table && code != "57014" => Cell::Denied,
                        cell => cell,
                    },
                    None => Cell::Denied,
                });
                column_row.push(open);
            }
            cells.push(cell_row);
            columns.push(column_row);
        }
        Inserts { cells, columns }
    }
}

/// A row went in, or would have but for a key or check of the table, which are asked after all policies.
fn is_accepted(verdict: &Verdict) -> bool {
    match verdict {
        Verdict::Ran(affected, _) => *affected > 0,
        Verdict::Constraint(code) => code != "23502",
        _ => false,
    }
}
