//! A CSV file about to be loaded, seen against its table.

use super::files::File;
use super::sheet::Sheet;
use super::table::Table;
use super::triggers;
use crate::sql::quote;

/// A CSV file about to be loaded.
pub(super) struct Load<'s> {
    pub(super) file: &'s File,
    pub(super) sheet: &'s Sheet,
    pub(super) table: Table,
    /// Its index in the stage.
    pub(super) index: usize,
    /// Its id in the ledger.
    pub(super) id: i32,
    /// The ids of all files of the vertical, joined.
    pub(super) files: String,
}

impl Load<'_> {
    /// The columns by which the file's rows are recognised.
    pub(super) fn key(&self) -> &[String] {
        if self.sheet.said.key.is_empty() { self.table.key() } else { &self.sheet.said.key }
    }

    /// What switches the table's triggers on again, if the file has them off.
    pub(super) fn on(&self) -> Option<String> {
        self.sheet.said.is_without_triggers.then(|| triggers::ON.to_owned())
    }

    /// A cell of the stage's row `s`, as its column's type reads it.
    pub(super) fn cast(&self, name: &str) -> String {
        let place = self.sheet.columns.iter().position(|column| column == name).unwrap_or_default();
        let base = self.table.column(name).map_or("text", |column| column.base.as_str());
        format!("s.c{place}::{base}")
    }

    /// Whether row `t` of the table is what row `s` of the stage is about.
    pub(super) fn is_meant(&self) -> String {
        let is = |column: &String| format!("t.{} = {}", quote::ident(column), self.cast(column));
        self.key().iter().map(is).collect::<Vec<_>>().join(" AND ")
    }

    /// What is wrong with the file, seen against its table. Says what to do about it.
    pub(super) fn check(&self) -> Result<(), Vec<String>> {
        let (path, label, sheet) = (&self.file.path, self.table.label(), self.sheet);
        let header = format!("{path}:{}", sheet.header_line);
        let mut wrong = Vec::new();
        for name in &sheet.columns {
            match self.table.column(name) {
                None => wrong.push(format!("{header}: {label} has no column {name}{}", self.close_to(name))),
                Some(column) if column.is_generated => {
                    wrong.push(format!("{header}: {label}.{name} is computed, and cannot be written"));
                }
                Some(_) => {}
            }
        }
        let lacking: Vec<&str> = self.key().iter().filter(|c| !sheet.columns.contains(c)).map(String::as_str).collect();
        if !lacking.is_empty() {
            wrong.push(format!(
                "{header}: the key of {label}, {}, is not in the header; `# migrate: key COLUMNS` names another one",
                lacking.join(", ")
            ));
        } else if !self.table.is_unique(self.key()) {
            wrong.push(format!(
                "{header}: no unique index of {label} has just the columns {}, so they are no key",
                self.key().join(", ")
            ));
        }
        if wrong.is_empty() {
            wrong.extend(self.check_keys());
        }
        if wrong.is_empty() { Ok(()) } else { Err(wrong) }
    }

    /// A row without its key would be another one at every run.
    fn check_keys(&self) -> Option<String> {
        let places: Vec<usize> =
            self.key().iter().filter_map(|key| self.sheet.columns.iter().position(|column| column == key)).collect();
        let is_lacking =
            |cell: Option<&str>| cell.is_none() || (self.sheet.said.has_markers && cell == Some("{default}"));
        let mut cells = self.sheet.rows.iter().flat_map(|row| places.iter().map(move |place| (row, *place)));
        let (row, place) =
            cells.find(|(row, place)| is_lacking(row.cells.get(*place).and_then(|cell| cell.as_deref())))?;
        let column = self.sheet.columns.get(place).map_or("", String::as_str);
        Some(format!("{}:{}: column {column} belongs to the key, and must have a value", self.file.path, row.line))
    }

    /// The columns that a row which is there already is given.
    pub(super) fn set(&self, defaults: &[usize]) -> Vec<&String> {
        let kept = |name: &String| self.key().contains(name) || self.table.column(name).is_some_and(|c| c.is_always);
        let written = self.sheet.columns.iter().enumerate().filter(|(place, _)| !defaults.contains(place));
        written.map(|(_, name)| name).filter(|name| !kept(name)).collect()
    }

    /// Whether row `t` of the table has another value in one of the columns.
    pub(super) fn differs(&self, columns: &[&String], value: impl Fn(&str) -> String) -> String {
        let text = |name: &str| {
            if self.table.column(name).is_some_and(|column| column.is_plain) { "" } else { "::text" }
        };
        let own = columns.iter().map(|name| format!("t.{}{}", quote::ident(name), text(name)));
        let other = columns.iter().map(|name| format!("({}){}", value(name), text(name)));
        let (own, other) = (own.collect::<Vec<_>>().join(", "), other.collect::<Vec<_>>().join(", "));
        format!("(ROW({own}) IS DISTINCT FROM ROW({other}))")
    }

    fn close_to(&self, name: &str) -> String {
        let likeness = |known: &str| strsim::normalized_damerau_levenshtein(name, known);
        let names = self.table.columns.iter().map(|column| column.name.as_str());
        let close = names.max_by(|a, b| likeness(a).total_cmp(&likeness(b))).filter(|close| likeness(close) > 0.5);
        close.map(|close| format!("; did you mean {close}?")).unwrap_or_default()
    }
}
