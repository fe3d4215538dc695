//! A CSV file read into rows for a table.

use time::Date;

use super::csv;
use super::directive::{self, OfRows, Wrong};
use super::files::Name;
use super::marker::{self, Value};

/// Rows for a table.
#[derive(Clone, Debug)]
pub(super) struct Sheet {
    pub(super) table: Name,
    pub(super) said: OfRows,
    /// The header's names.
    pub(super) columns: Vec<String>,
    /// The line of the header.
    pub(super) header_line: usize,
    pub(super) rows: Vec<csv::Record>,
}

impl Sheet {
    /// What a cell stands for. A marker was found to be well written when the file was read.
    pub(super) fn value(&self, cell: Option<&str>, today: Date) -> Value {
        match cell {
            None => Value::Null,
            Some(cell) if self.said.has_markers => {
                marker::read(cell, today).unwrap_or_else(|_| Value::Text(cell.to_owned()))
            }
            Some(cell) => Value::Text(cell.to_owned()),
        }
    }
}

/// Reads a file.
///
/// # Errors
/// Everything that is wrong, each with its line.
pub(super) fn read(table: Name, text: &str) -> Result<Sheet, Vec<Wrong>> {
    let (said, byte, line) = directive::of_rows(text).map_err(|wrong| vec![wrong])?;
    let mut records = csv::records(&text[byte..], line).map_err(|wrong| vec![wrong])?.into_iter();
    let Some(header) = records.next() else {
        return Err(vec![(line, "there is no header: the first line names the columns".to_owned())]);
    };
    let mut wrong: Vec<Wrong> = Vec::new();
    let mut columns: Vec<String> = Vec::new();
    for cell in header.cells {
        match cell.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()) {
            None => wrong.push((header.line, format!("column {} has no name", columns.len() + 1))),
            Some(name) if columns.contains(&name) => wrong.push((header.line, format!("column {name} is there twice"))),
            Some(name) => columns.push(name),
        }
    }
    if wrong.is_empty() {
        let lacking = said.key.iter().filter(|column| !columns.contains(column));
        wrong.extend(lacking.map(|column| (header.line, format!("column {column} of the key is not in the header"))));
    }
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let sheet = Sheet { table, said, columns, header_line: header.line, rows: records.collect() };
    for row in &sheet.rows {
        if row.cells.len() != sheet.columns.len() {
            let (found, wanted) = (row.cells.len(), sheet.columns.len());
            wrong.push((row.line, format!("{found} cells, where the header has {wanted} columns")));
        } else if sheet.said.has_markers {
            for (cell, column) in row.cells.iter().zip(&sheet.columns) {
                let read = cell.as_deref().map(|cell| marker::read(cell, probe()));
                if let Some(Err(why)) = read {
                    wrong.push((row.line, format!("column {column}: {why}")));
                }
            }
        }
    }
    if wrong.is_empty() { Ok(sheet) } else { Err(wrong) }
}

/// Some day, to find out whether a marker is well written.
fn probe() -> Date {
    Date::from_ordinal_date(2000, 1).unwrap_or(Date::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str) -> Vec<Wrong> {
        read(Name::read("t"), text).map(|_| Vec::new()).unwrap_or_else(|wrong| wrong)
    }

    #[test]
    fn a_file_is_read_with_its_lines() {
        let sheet =
            read(Name::read("t"), "# migrate: markers\n# migrate: key name\nid,name\n{id a},x\n,\"\"\n").unwrap();
        assert_eq!(sheet.columns, ["id", "name"]);
        assert_eq!(sheet.rows.iter().map(|row| row.line).collect::<Vec<_>>(), [4, 5]);
        let value = |row: usize, column: usize| sheet.value(sheet.rows[row].cells[column].as_deref(), probe());
        assert_eq!((value(1, 0), value(1, 1)), (Value::Null, Value::Text(String::new())));
        assert_eq!(value(0, 0), Value::Text("0cc175b9-c0f1-b6a8-31c3-99e269772661".to_owned()));
    }

    #[test]
    fn what_is_wrong_is_told_by_line() {
        assert_eq!(wrong("# only this\n")[0].0, 2);
        assert_eq!(wrong("a,b,a\n1,2,3"), [(1, "column a is there twice".to_owned())]);
        assert_eq!(wrong("a,,b\n1,2,3"), [(1, "column 2 has no name".to_owned())]);
        assert_eq!(wrong("a,b\n1,2\n1\n1,2,3").iter().map(|(line, _)| *line).collect::<Vec<_>>(), [3, 4]);
        assert_eq!(wrong("# migrate: key c\na\n1"), [(2, "column c of the key is not in the header".to_owned())]);
        let why = "column a: `{today+}` is no day; write `{today}`, `{today-3d}`, `{today+2w 09:30}`";
        assert_eq!(wrong("# migrate: markers\na\n{today+}"), [(3, why.to_owned())]);
    }
}
