//! The rows of all CSV files in one temporary table of texts: from there the server casts, compares and inserts them.

use std::collections::HashMap;
use std::fmt::Write as _;

use time::Date;

use super::marker::Value;
use super::sheet::Sheet;
use super::work::{Work, failed};
use crate::database::pipeline::Part;
use crate::error::Error;

/// The temporary table: the file's index, the line, the row's shape, the cells.
pub(super) const STAGE: &str = "pg_temp.migrate_seed_stage";

/// Columns whose cells are `{default}`, for each shape that rows of a sheet have. A shape's number is its index.
pub(super) type Shapes = Vec<Vec<usize>>;

/// Sends sheets, each with its index and the day around which its dates are. Gives their shapes by index.
pub(super) async fn fill(
    work: &mut Work<'_, '_>,
    sheets: &[(usize, &Sheet, Date)],
) -> Result<HashMap<usize, Shapes>, Error> {
    let width = sheets.iter().map(|(_, sheet, _)| sheet.columns.len()).max().unwrap_or_default();
    let mut shapes = HashMap::new();
    let mut data = String::new();
    for (index, sheet, today) in sheets {
        shapes.insert(*index, write(&mut data, *index, sheet, *today, width));
    }
    let columns: String = (0..width).map(|column| format!(", c{column} text")).collect();
    let create =
        format!("CREATE TEMPORARY TABLE migrate_seed_stage (file int, line int, shape int{columns}) ON COMMIT DROP");
    let copy = format!("COPY {STAGE} FROM STDIN");
    let index = format!("CREATE INDEX ON {STAGE} (file, line); ANALYZE {STAGE}");
    let parts = [Part::Sql(&create), Part::Copy(&copy, data.as_bytes()), Part::Sql(&index)];
    let filled = work.run.session.run(&parts, |_, _| {}).await;
    filled.map(|_| shapes).map_err(|(_, failure)| failed("failed to send the rows", &failure))
}

/// Writes a sheet as COPY reads it.
fn write(data: &mut String, index: usize, sheet: &Sheet, today: Date, width: usize) -> Shapes {
    let mut shapes: Shapes = vec![Vec::new()];
    for row in &sheet.rows {
        let values: Vec<Value> = row.cells.iter().map(|cell| sheet.value(cell.as_deref(), today)).collect();
        let defaults: Vec<usize> = (0..values.len()).filter(|column| values[*column] == Value::Default).collect();
        let shape = shapes.iter().position(|shape| *shape == defaults).unwrap_or_else(|| {
            shapes.push(defaults);
            shapes.len() - 1
        });
        // Writing to a String does not fail.
        let _ = write!(data, "{index}\t{}\t{shape}", row.line);
        for column in 0..width {
            data.push('\t');
            match values.get(column) {
                Some(Value::Text(text)) => escape(data, text),
                _ => data.push_str("\\N"),
            }
        }
        data.push('\n');
    }
    shapes
}

fn escape(data: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '\\' => data.push_str("\\\\"),
            '\t' => data.push_str("\\t"),
            '\n' => data.push_str("\\n"),
            '\r' => data.push_str("\\r"),
            c => data.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::files::Name;
    use crate::seed::sheet;

    #[test]
    fn rows_are_written_with_line_and_shape() {
        let text = "# migrate: markers\na,b\n{default},\"x\ty\\\n\"\n,\"\"\n{default},{default}\n";
        let sheet = sheet::read(Name::read("t"), text).unwrap();
        let mut data = String::new();
        let shapes = write(&mut data, 4, &sheet, Date::from_ordinal_date(2026, 1).unwrap(), 3);
        assert_eq!(data, "4\t3\t1\t\\N\tx\\ty\\\\\\n\t\\N\n4\t5\t0\t\\N\t\t\\N\n4\t6\t2\t\\N\t\\N\t\\N\n");
        assert_eq!(shapes, [vec![], vec![0], vec![0, 1]]);
    }
}
