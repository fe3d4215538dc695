//! Other values for a column, found without knowing what it means.

use std::collections::HashMap;

use super::survey::{Column, Surveyed};

/// Values of a column that are tried on a row.
const MOST: usize = 10;
/// How many values of one source are taken, so that each has its turn. What a type or check names are few, and all count.
const OF_ONE_SOURCE: usize = 3;

type Keys = HashMap<(String, String, String), Vec<String>>;

/// Values to try for a column, the likeliest to be accepted first: keys that a foreign key allows, what the type or a check
/// names, what other rows have, and then anything of the type.
pub(super) fn candidates(table: &Surveyed, index: usize, keys: &Keys) -> Vec<String> {
    let Some(column) = table.columns.get(index) else { return Vec::new() };
    let referred = column.refers_to.as_ref().and_then(|place| keys.get(place)).map(Vec::as_slice).unwrap_or_default();
    let mut found: Vec<String> = Vec::new();
    let mut take = |values: &mut dyn Iterator<Item = String>, most: usize| {
        let end = MOST.min(found.len() + most);
        for value in values {
            if found.len() < end && !found.contains(&value) {
                found.push(value);
            }
        }
    };
    take(&mut referred.iter().rev().cloned(), OF_ONE_SOURCE);
    take(&mut column.choices.iter().cloned(), MOST);
    if column.choices.is_empty() && column.refers_to.is_none() {
        take(&mut table.values(index).filter_map(|value| successor(column, value)), OF_ONE_SOURCE);
        take(&mut made_up(column).iter().map(|value| (*value).to_owned()), OF_ONE_SOURCE);
    }
    take(&mut table.values(index).cloned(), OF_ONE_SOURCE);
    found
}

/// A value for a column of a row that is made up.
pub(super) fn filler(table: &Surveyed, index: usize, keys: &Keys) -> Option<String> {
    candidates(table, index, keys).into_iter().next().or_else(|| {
        let column = table.columns.get(index)?;
        made_up(column).first().map(|value| (*value).to_owned())
    })
}

/// Much like a value that is there, so that checks on range and form still hold.
fn successor(column: &Column, value: &str) -> Option<String> {
    match column.category {
        'N' => {
            let (whole, rest) = value.split_at(value.find('.').unwrap_or(value.len()));
            let next = whole.parse::<i64>().ok()?.checked_add(1)?;
            Some(format!("{next}{rest}"))
        }
        'S' => Some(format!("{value}x")),
        _ => None,
    }
}

/// Values of a type, for a column that has none yet.
fn made_up(column: &Column) -> &'static [&'static str] {
    match (column.category, column.type_name.as_str()) {
        ('B', _) => &["true", "false"],
        ('N', _) => &["1", "0"],
        ('S', "char" | "bpchar") => &["x"],
        ('S', _) => &["made up", "x"],
        ('D', "time" | "timetz") => &["12:00", "13:30"],
        ('D', _) => &["2099-01-05", "2001-01-05"],
        ('T', _) => &["1 hour", "1 day"],
        ('A', _) => &["{}"],
        ('I', _) => &["192.0.2.1"],
        (_, "uuid") => &["5ca1ab1e-0000-4000-8000-000000000001", "5ca1ab1e-0000-4000-8000-000000000002"],
        (_, "json" | "jsonb") => &["{}", "[]"],
        (_, "bytea") => &["\\x00"],
        _ => &[],
    }
}
