//! What seeding put there, deleted. It is not loaded again: that is another command.

use super::remove::{self, Removed};
use super::state;
use super::work::{Work, failed};
use crate::database::pipeline::Part;
use crate::engine::run::Run;
use crate::error::{Error, Kind};
use crate::ledger::Note;
use crate::sql::quote;

/// What was deleted, or would be.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct Unloaded {
    /// The verticals of which there was something.
    pub verticals: Vec<String>,
    /// How many rows from which table.
    pub removed: Vec<Removed>,
}

/// Counts what would be deleted, by what the ledger says. Changes nothing.
///
/// # Errors
/// When the ledger cannot be read.
pub async fn count(run: &mut Run<'_>, verticals: &[String]) -> anyhow::Result<Unloaded> {
    let mut work = Work::new(run);
    let mut found = Unloaded::default();
    if !state::exists(&mut work).await? {
        return Ok(found);
    }
    let names: Vec<String> = verticals.iter().map(|name| quote::literal(name)).collect();
    let sql = include_str!("sql/count.sql").replace("{verticals}", &names.join(", "));
    let rows = work.rows(&sql).await.map_err(|failure| failed("failed to count the rows", &failure))?;
    for row in rows {
        let cell = |index: usize| row.get(index).cloned().flatten();
        match (cell(0), cell(1), cell(2).and_then(|rows| rows.parse().ok())) {
            (Some(vertical), None, _) => found.verticals.push(vertical),
            (_, Some(table), Some(rows)) => found.removed.push(Removed { table, rows }),
            _ => {}
        }
    }
    Ok(found)
}

/// Deletes what seeding put there, in one transaction.
///
/// # Errors
/// [`Kind::Refused`] when rows that stay refer to one of them. Nothing was deleted then.
pub async fn reset(run: &mut Run<'_>, verticals: &[String]) -> anyhow::Result<Unloaded> {
    let mut work = Work::new(run);
    work.begin(true).await?;
    let removed = match all(&mut work, verticals).await {
        Ok(removed) => work.end(true).await.map(|()| removed).map_err(Into::into),
        Err(error) => Err(error),
    };
    if removed.is_err() {
        work.abandon().await;
    }
    removed
}

async fn all(work: &mut Work<'_, '_>, verticals: &[String]) -> anyhow::Result<Unloaded> {
    if !state::exists(work).await? {
        return Ok(Unloaded::default());
    }
    let (states, _) = state::read(work).await?;
    let known: Vec<String> = verticals.iter().filter(|name| states.contains_key(*name)).cloned().collect();
    if known.is_empty() {
        return Ok(Unloaded::default());
    }
    // One vertical may refer to another: all go together.
    let names = known.iter().map(|name| quote::literal(name)).collect::<Vec<_>>().join(", ");
    let victims = format!(
        "SELECT r.relation, r.key FROM migrate.seed_rows r JOIN migrate.seed_files f ON f.id = r.file_id
         WHERE f.vertical IN ({names})"
    );
    let what = format!("what was seeded of {}", known.join(", "));
    let removed = remove::remove(work, &victims, &what).await?;
    let forget = format!(
        "DELETE FROM migrate.seed_files WHERE vertical IN ({names}); DELETE FROM migrate.seeds WHERE vertical IN ({names})"
    );
    work.rows(&forget).await.map_err(|failure| failed("failed to forget the files", &failure))?;
    let unloaded = Unloaded { verticals: known, removed };
    journal(work, &unloaded).await?;
    Ok(unloaded)
}

async fn journal(work: &mut Work<'_, '_>, unloaded: &Unloaded) -> Result<(), Error> {
    let detail = serde_json::to_string(unloaded).map_err(|error| Error::new(Kind::Failed, error.to_string()))?;
    let note = |vertical: &String| Note {
        event: "unseeded",
        name: Some(vertical.clone()),
        detail: Some(detail.clone()),
        ..Note::default()
    };
    let notes: Vec<Note> = unloaded.verticals.iter().map(note).collect();
    let recorder = work.run.recorder.clone();
    let parts: Vec<Part<'_>> = notes.iter().map(|note| recorder.note(note)).collect();
    let noted = work.run.session.run(&parts, |_, _| {}).await;
    noted.map(drop).map_err(|(_, failure)| failed("failed to write the journal", &failure))
}
