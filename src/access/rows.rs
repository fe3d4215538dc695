//! Rows to try on: those of the fixture and the database, one made up for a table that has none, and cursors on them.

use std::collections::HashSet;

use super::candidates::filler;
use super::survey::{SAMPLE, Surveyed, keys, sample};
use crate::database::session::Session;
use crate::sql::quote;

/// How often empty tables are gone through: a row may need one of a table that was empty itself.
const ROUNDS: usize = 4;

/// Whether rows can be written without their triggers. Only superusers may, and on Supabase `postgres`.
pub(super) async fn can_bypass(session: &mut Session) -> anyhow::Result<bool> {
    let allowed = session.settle(&format!("SAVEPOINT bypass; {BYPASS}")).await.is_ok();
    session.settle("ROLLBACK TO SAVEPOINT bypass; RELEASE SAVEPOINT bypass").await?;
    Ok(allowed)
}

/// Triggers and foreign keys hold no longer, and hold again.
const BYPASS: &str = "SET LOCAL session_replication_role = replica";
const AGAIN: &str = "SET LOCAL session_replication_role = origin";

/// Samples the tables, and gives those that are empty a row where one can be made up. Returns the names of those that
/// stay empty.
pub(super) async fn fill(session: &mut Session, tables: &mut [Surveyed], bypass: bool) -> anyhow::Result<()> {
    sample(session, tables).await?;
    for _ in 0..ROUNDS {
        let (texts, places) = made_up(tables, bypass);
        if texts.is_empty() {
            break;
        }
        let replies = session.each(&texts).await?;
        let made: HashSet<usize> =
            places.iter().zip(&replies).filter(|(_, reply)| reply.is_ok()).filter_map(|(place, _)| *place).collect();
        if made.is_empty() {
            break;
        }
        let mut fresh: Vec<Surveyed> = made.iter().filter_map(|index| tables.get(*index)).cloned().collect();
        sample(session, &mut fresh).await?;
        for (index, table) in made.iter().zip(fresh) {
            if let Some(place) = tables.get_mut(*index) {
                *place = table;
            }
        }
    }
    Ok(())
}

/// A row for each empty table; beside each text the table that it fills, if it fills one.
fn made_up(tables: &[Surveyed], bypass: bool) -> (Vec<String>, Vec<Option<usize>>) {
    let keys = keys(tables);
    let (mut texts, mut places) = (Vec::new(), Vec::new());
    for (index, table) in tables.iter().enumerate().filter(|(_, table)| table.is_table && table.total == Some(0)) {
        let given: Vec<(String, String)> = table
            .writable()
            .filter(|(_, column)| column.is_required)
            .filter_map(|(place, column)| {
                Some((quote::ident(&column.name), quote::literal(&filler(table, place, &keys)?)))
            })
            .collect();
        let insert = insert(&table.sql(), &given);
        let statement = if bypass { format!("{BYPASS}; {insert}; {AGAIN}") } else { insert };
        // The second savepoint stands behind a row that went in. Where none did it fails too, and the first one is meant.
        let savepoint = "SAVEPOINT made_up".to_owned();
        texts.extend([savepoint.clone(), statement, savepoint]);
        texts.push("ROLLBACK TO SAVEPOINT made_up; RELEASE SAVEPOINT made_up".to_owned());
        places.extend([None, Some(index), None, None]);
    }
    (texts, places)
}

/// An INSERT of some columns and their literals.
pub(super) fn insert(table: &str, given: &[(String, String)]) -> String {
    if given.is_empty() {
        return format!("INSERT INTO {table} DEFAULT VALUES");
    }
    let columns: Vec<&str> = given.iter().map(|(column, _)| column.as_str()).collect();
    let values: Vec<&str> = given.iter().map(|(_, value)| value.as_str()).collect();
    format!("INSERT INTO {table} ({}) VALUES ({})", columns.join(", "), values.join(", "))
}

/// Opens a cursor on each table, and reads the sample again in the cursor's order.
///
/// `WHERE CURRENT OF` names a row without reading a column: it asks for no privilege and no policy of SELECT, which a
/// WHERE would.
pub(super) async fn open_cursors(session: &mut Session, tables: &mut [Surveyed]) -> anyhow::Result<()> {
    let mut texts = Vec::new();
    for (index, table) in tables.iter().enumerate().filter(|(_, table)| table.is_table) {
        let columns: Vec<String> = table.columns.iter().map(|c| format!("{}::text", quote::ident(&c.name))).collect();
        let cursor = cursor(index);
        texts.push(format!("DECLARE {cursor} SCROLL CURSOR FOR SELECT {} FROM {}", columns.join(", "), table.sql()));
        texts.push(format!("FETCH FORWARD {SAMPLE} FROM {cursor}"));
    }
    let mut replies = session.each(&texts).await?.into_iter();
    for table in tables.iter_mut().filter(|table| table.is_table) {
        let (declared, rows) = (replies.next(), replies.next());
        if let Some(Err(error)) = declared {
            return Err(anyhow::anyhow!("failed to read {}: {}", table.sql(), error.message()));
        }
        table.sample = rows.and_then(Result::ok).map(|reply| reply.rows).unwrap_or_default();
    }
    Ok(())
}

/// The cursor of a table.
pub(super) fn cursor(table: usize) -> String {
    format!("rows_of_{table}")
}

/// Puts the cursor of a table on a row of the sample, counted from 0.
pub(super) fn on_row(table: usize, row: usize) -> String {
    format!("MOVE ABSOLUTE {} IN {}", row + 1, cursor(table))
}

/// Takes the row away on which the cursor stands, without its triggers.
pub(super) fn take_out(table: usize, name: &str) -> [String; 3] {
    [BYPASS.to_owned(), format!("DELETE FROM {name} WHERE CURRENT OF {}", cursor(table)), AGAIN.to_owned()]
}
