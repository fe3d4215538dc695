//! What was really written: a trigger may have put another value in its place.
//!
//! Each try is a subtransaction with an id of its own, so the version of a row that it wrote is the youngest of the table.

use super::survey::{Column, Surveyed};
use crate::sql::quote;

/// Tables with more rows are not searched for each try: there, what was written counts as being there.
const ROWS_MOST: u64 = 5000;

fn can_tell(table: &Surveyed) -> bool {
    table.is_table && table.total.is_some_and(|total| total <= ROWS_MOST)
}

/// Whether the youngest row has a value in a column; and not one that it would have had anyway, where that is given.
pub(super) fn has(table: &Surveyed, column: &Column, value: &str, anyway: Option<&str>) -> Option<String> {
    if !can_tell(table) || !column.is_comparable {
        return None;
    }
    let name = quote::ident(&column.name);
    let otherwise = anyway.map(|anyway| format!(" AND {name} IS DISTINCT FROM {}", quote::literal(anyway)));
    Some(format!(
        "SELECT coalesce(bool_or({name} = {}{}), false) FROM {table} WHERE age(xmin) = (SELECT min(age(xmin)) FROM {table})",
        quote::literal(value),
        otherwise.unwrap_or_default(),
        table = table.sql()
    ))
}

/// The youngest row as a JSON array of texts.
pub(super) fn row(table: &Surveyed) -> Option<String> {
    let columns: Vec<String> = table.columns.iter().map(|c| format!("{}::text", quote::ident(&c.name))).collect();
    can_tell(table).then(|| {
        format!("SELECT to_json(ARRAY[{}]) FROM {} ORDER BY age(xmin) LIMIT 1", columns.join(", "), table.sql())
    })
}
