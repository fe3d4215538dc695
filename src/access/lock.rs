//! `access.lock`: the matrix as text that is reviewed like code. One writer and one reader, which are each other's inverse.

use std::fmt::Write as _;

use super::matrix::{COMMANDS, Cells, Matrix, Table};
use crate::error::{Error, Kind};

/// The file's name, beside `migrate.toml`.
pub const NAME: &str = "access.lock";

/// What the file says of itself.
const HEAD: &str = "\
# Who may do what, found by trying. Written by `migrate access`; `migrate access --check` compares.
# - denied   none: no row   some, all: so many of the rows   granted: no row to try on   refused: by a trigger   !CODE: fails
";

/// The whole file.
#[must_use]
pub fn write(matrix: &Matrix) -> String {
    format!("{HEAD}\n{}", text(matrix))
}

/// The matrix as people read it.
#[must_use]
pub fn text(matrix: &Matrix) -> String {
    let mut text = String::new();
    for table in &matrix.tables {
        block(&mut text, table);
    }
    for function in &matrix.functions {
        let who = if function.execute.is_empty() { "nobody".to_owned() } else { function.execute.join(", ") };
        // Writing to a String does not fail.
        let _ = writeln!(text, "{}\n  execute: {who}\n", function.name);
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

fn block(text: &mut String, table: &Table) {
    let width = table.rows.iter().map(|row| row.identity.chars().count()).max().unwrap_or(0);
    let line = |identity: &str, cells: &[String]| {
        let cells: Vec<String> = cells.iter().map(|cell| format!("{cell:<8}")).collect();
        format!("  {identity:<width$}  {}", cells.join(" ")).trim_end().to_owned()
    };
    let _ = writeln!(text, "{}\n  columns: {}", table.name, table.columns.join(", "));
    let _ = writeln!(text, "{}", line("", &COMMANDS.map(str::to_owned)));
    for row in &table.rows {
        let _ = writeln!(text, "{}", line(&row.identity, &row.cells().map(ToString::to_string)));
        for (command, columns) in row.columns() {
            let _ = writeln!(text, "    {command}: {}", columns.join(", "));
        }
    }
    text.push('\n');
}

/// Reads the cells of a file.
///
/// # Errors
/// [`Kind::Usage`], with the line that is not understood.
pub fn read(text: &str) -> Result<Cells, Error> {
    let mut cells = Cells::new();
    let (mut object, mut identity) = (String::new(), String::new());
    for (index, line) in text.lines().enumerate() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let words: Vec<&str> = line.split_whitespace().collect();
        let listed = line.trim_start().split_once(": ");
        let indent = line.len() - line.trim_start().len();
        let entry = match (indent, listed, words.as_slice()) {
            (0, ..) => {
                line.clone_into(&mut object);
                identity.clear();
                continue;
            }
            (2, Some((what @ ("columns" | "execute"), list)), _) => (String::new(), what.to_owned(), list),
            (4, Some((command, list)), _) => (identity.clone(), format!("{command} columns"), list),
            (_, None, commands) if commands == COMMANDS => continue,
            (2, None, [name, values @ ..]) if values.len() == COMMANDS.len() => {
                (*name).clone_into(&mut identity);
                for (command, value) in COMMANDS.iter().zip(values) {
                    cells.insert((object.clone(), identity.clone(), (*command).to_owned()), (*value).to_owned());
                }
                continue;
            }
            _ => {
                return Err(Error::new(Kind::Usage, format!("{NAME}:{}: this line is not understood", index + 1))
                    .hint("`migrate access` writes the file anew"));
            }
        };
        let (identity, what, list) = entry;
        let list = if list == "nobody" { "" } else { list };
        cells.insert((object.clone(), identity, what), list.to_owned());
    }
    Ok(cells)
}

#[cfg(test)]
mod tests {
    use super::super::matrix::{Cell, Function, Row};
    use super::*;

    fn matrix() -> Matrix {
        let row = |identity: &str, select: Cell, update: Cell, columns: Option<&[&str]>| Row {
            identity: identity.to_owned(),
            select,
            insert: Cell::Denied,
            update,
            delete: Cell::Failed("42P17".to_owned()),
            truncate: Cell::Refused,
            select_columns: None,
            insert_columns: None,
            update_columns: columns.map(|columns| columns.iter().map(|c| (*c).to_owned()).collect()),
        };
        Matrix {
            tables: vec![Table {
                name: "public.\"Odd: one\"".to_owned(),
                columns: vec!["id".to_owned(), "\"a b\"".to_owned()],
                rows: vec![
                    row("anon", Cell::None, Cell::Denied, None),
                    row("service_role", Cell::All, Cell::Some, Some(&["\"a b\""])),
                ],
            }],
            functions: vec![Function { name: "public.f(integer, text)".to_owned(), execute: Vec::new() }],
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let matrix = matrix();
        assert_eq!(read(&write(&matrix)).unwrap(), matrix.cells());
    }

    #[test]
    fn the_text_is_a_block_for_each_table() {
        let expected = "\
public.\"Odd: one\"
  columns: id, \"a b\"
                select   insert   update   delete   truncate
  anon          none     -        -        !42P17   refused
  service_role  all      -        some     !42P17   refused
    update: \"a b\"

public.f(integer, text)
  execute: nobody
";
        assert_eq!(text(&matrix()), expected);
    }

    #[test]
    fn a_line_that_nobody_wrote_is_named() {
        let error = read("public.t\n  anon what\n").unwrap_err();
        assert_eq!(error.message, "access.lock:2: this line is not understood");
    }
}
