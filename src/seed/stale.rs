//! Rows whose line is gone from its file, or whose file is gone.

use super::load::{Loaded, Task};
use super::remove;
use super::stage::STAGE;
use super::work::{Work, failed, number};
use crate::event::Event;
use crate::sql::quote;

/// Deletes them if that was asked for; else counts them, and says so.
pub(super) async fn settle(
    work: &mut Work<'_, '_>,
    task: &Task<'_>,
    prune: bool,
    done: &mut Loaded,
) -> anyhow::Result<()> {
    let vertical = task.vertical;
    let name = quote::literal(&vertical.name);
    let files: Vec<String> = vertical.files.iter().map(|file| quote::literal(&file.name)).collect();
    let files = if files.is_empty() { "''".to_owned() } else { files.join(", ") };
    let mut queries = vec![format!(
        "SELECT r.relation, r.key FROM migrate.seed_rows r JOIN migrate.seed_files f ON f.id = r.file_id
         WHERE f.vertical = {name} AND f.name NOT IN ({files})"
    )];
    let counts = format!(
        "SELECT r.file_id, pg_catalog.count(*), r.relation::pg_catalog.oid FROM migrate.seed_rows r
         JOIN migrate.seed_files f ON f.id = r.file_id WHERE f.vertical = {name} GROUP BY r.file_id, r.relation"
    );
    let counts = work.batch(&[counts, count(&queries)]).await;
    let counts = counts.map_err(|(_, failure)| failed("failed to count the rows", &failure))?;
    let mut rows = counts.get(1).map_or(0, |rows| number(rows, 0));
    let counts = counts.into_iter().next().unwrap_or_default();
    for load in task.loads.values() {
        // All lines are in the table now: where there are as many rows, there are no others.
        let (id, oid) = (load.id.to_string(), load.table.oid.to_string());
        let is_its = |row: &&Vec<Option<String>>| (row[0].as_ref(), row[2].as_ref()) == (Some(&id), Some(&oid));
        let rows = counts.iter().find(is_its).and_then(|row| row[1].as_ref()?.parse().ok());
        if rows.unwrap_or(0) == load.sheet.rows.len() {
            continue;
        }
        queries.push(format!(
            "SELECT r.relation, r.key FROM migrate.seed_rows r
             WHERE r.file_id = {id} AND r.relation = {oid} AND NOT EXISTS (
                 SELECT FROM {STAGE} s JOIN {table} t ON {meant} WHERE s.file = {index} AND {key} = r.key)",
            table = load.table.from(),
            meant = load.is_meant(),
            index = load.index,
            key = load.table.key_of("t"),
        ));
    }
    if queries.len() > 1 {
        let counted = work.rows(&count(&queries)).await;
        rows = number(&counted.map_err(|failure| failed("failed to find rows whose line is gone", &failure))?, 0);
    }
    if rows > 0 && prune {
        let victims = queries.join("\nUNION ALL\n");
        let what = format!("rows that are no longer in the files of {}", vertical.name);
        done.pruned = remove::remove(work, &victims, &what).await?;
    } else if rows > 0 {
        done.stale = rows;
        let (rows, verb) = if rows == 1 { ("1 row".to_owned(), "is") } else { (format!("{rows} rows"), "are") };
        let text = format!(
            "{}: {rows} {verb} no longer in the files, and left where they are; `--prune` deletes them",
            vertical.name
        );
        work.run.observer.event(Event::Warning(text));
    }
    if prune {
        let forget = format!("DELETE FROM migrate.seed_files WHERE vertical = {name} AND name NOT IN ({files})");
        work.rows(&forget).await.map_err(|failure| failed("failed to forget files", &failure))?;
    }
    Ok(())
}

fn count(queries: &[String]) -> String {
    format!("SELECT pg_catalog.count(*) FROM ({}) v", queries.join("\nUNION ALL\n"))
}
