//! What was found: a cell for each identity, table and command, and how two matrices differ.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Serialize, Serializer};

/// What became of one command on one table, tried as one identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Refused with SQLSTATE 42501: no privilege, a policy, or a trigger that says so.
    Denied,
    /// It runs, and reaches no row.
    None,
    /// It works on some of the rows.
    Some,
    /// It works on all of the rows.
    All,
    /// It runs, and there is no row to tell more.
    Granted,
    /// A trigger refuses it, or undoes what it did.
    Refused,
    /// It fails for another reason than access: the SQLSTATE.
    Failed(String),
}

/// The commands, in the order of a row's cells.
pub const COMMANDS: [&str; 5] = ["select", "insert", "update", "delete", "truncate"];

/// What one identity may do with one table.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// The identity's name.
    pub identity: String,
    pub select: Cell,
    pub insert: Cell,
    pub update: Cell,
    pub delete: Cell,
    pub truncate: Cell,
    /// The columns that it can read, where these are not all of them.
    pub select_columns: Option<Vec<String>>,
    /// The columns whose value it can choose in a new row, where these are not all of them.
    pub insert_columns: Option<Vec<String>>,
    /// The columns that it can change in some row, where these are not all of them.
    pub update_columns: Option<Vec<String>>,
}

impl Row {
    /// The cells, in the order of [`COMMANDS`].
    #[must_use]
    pub fn cells(&self) -> [&Cell; 5] {
        [&self.select, &self.insert, &self.update, &self.delete, &self.truncate]
    }

    /// The lists of columns, with their command.
    pub fn columns(&self) -> impl Iterator<Item = (&'static str, &[String])> {
        [("select", &self.select_columns), ("insert", &self.insert_columns), ("update", &self.update_columns)]
            .into_iter()
            .filter_map(|(command, columns)| columns.as_deref().map(|columns| (command, columns)))
    }
}

/// One table or view.
#[derive(Clone, Debug, Serialize)]
pub struct Table {
    /// `schema.table`, quoted where it must be.
    pub name: String,
    pub columns: Vec<String>,
    /// One for each identity, in their order.
    pub rows: Vec<Row>,
}

/// One function or procedure.
#[derive(Clone, Debug, Serialize)]
pub struct Function {
    /// `schema.name(types)`
    pub name: String,
    /// The identities that may call it.
    pub execute: Vec<String>,
}

/// Everything that was found.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Matrix {
    pub tables: Vec<Table>,
    pub functions: Vec<Function>,
}

/// A cell's place: the table or function, the identity (empty for what is the table's own), and the command.
pub type Place = (String, String, String);
/// All cells as text, which is how two matrices are compared.
pub type Cells = BTreeMap<Place, String>;

/// One cell that is not as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The table, view or function.
    pub object: String,
    /// The identity; empty for a table's columns.
    pub identity: String,
    /// A command, `columns`, or a command's columns.
    pub what: String,
    /// As it was; none: the cell is new.
    pub from: Option<String>,
    /// As it is; none: the cell is gone.
    pub to: Option<String>,
}

impl Matrix {
    /// All cells.
    #[must_use]
    pub fn cells(&self) -> Cells {
        let mut cells = Cells::new();
        let mut put = |object: &str, identity: &str, what: String, text: String| {
            cells.insert((object.to_owned(), identity.to_owned(), what), text);
        };
        for table in &self.tables {
            put(&table.name, "", "columns".to_owned(), table.columns.join(", "));
            for row in &table.rows {
                for (command, cell) in COMMANDS.into_iter().zip(row.cells()) {
                    put(&table.name, &row.identity, command.to_owned(), cell.to_string());
                }
                for (command, columns) in row.columns() {
                    put(&table.name, &row.identity, format!("{command} columns"), columns.join(", "));
                }
            }
        }
        for function in &self.functions {
            put(&function.name, "", "execute".to_owned(), function.execute.join(", "));
        }
        cells
    }
}

/// The cells that differ, in order. The cells of a table that is new or gone are all named.
#[must_use]
pub fn changes(from: &Cells, to: &Cells) -> Vec<Change> {
    let places: std::collections::BTreeSet<&Place> = from.keys().chain(to.keys()).collect();
    places
        .into_iter()
        .filter(|place| from.get(*place) != to.get(*place))
        .map(|place| {
            let (object, identity, what) = place.clone();
            Change { object, identity, what, from: from.get(place).cloned(), to: to.get(place).cloned() }
        })
        .collect()
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Cell::Denied => "-",
            Cell::None => "none",
            Cell::Some => "some",
            Cell::All => "all",
            Cell::Granted => "granted",
            Cell::Refused => "refused",
            Cell::Failed(code) => return write!(f, "!{code}"),
        })
    }
}

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Cell::Denied => serializer.serialize_str("denied"),
            cell => serializer.collect_str(cell),
        }
    }
}
