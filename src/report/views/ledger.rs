//! What the ledger tells and how it was changed: `history`, `release`, `repair`, `baseline`, `adopt`.

use std::io::{Result, Write};

use serde::Serialize;

use crate::engine::repair::Repaired;
use crate::engine::shared::Adopted;
use crate::ledger::{HistoryRow, Release};
use crate::report::{View, plural, table};

/// `history`.
#[derive(Debug, Serialize)]
pub struct History<'a> {
    /// The target, password removed.
    pub target: &'a str,
    /// Oldest first.
    pub events: &'a [HistoryRow],
}

impl View for History<'_> {
    fn human(&self, out: &mut dyn Write) -> Result<()> {
        let rows: Vec<Vec<String>> = self
            .events
            .iter()
            .map(|e| {
                let what = match (e.version, &e.name, &e.release) {
                    (Some(version), Some(name), _) => format!("{version:03}_{name}"),
                    (_, _, Some(release)) => release.clone(),
                    (None, Some(name), None) => name.clone(),
                    _ => String::new(),
                };
                let took = e.duration_ms.map_or_else(|| "in flight".to_owned(), |ms| format!("{ms:.0} ms"));
                let error = e.error.as_deref().and_then(|t| t.lines().next()).unwrap_or("");
                let when = e.started_at.get(..19).unwrap_or("").replace('T', " ");
                vec![
                    when,
                    e.event.clone(),
                    what,
                    took,
                    e.actor.clone(),
                    e.origin.clone().unwrap_or_default(),
                    error.to_owned(),
                ]
            })
            .collect();
        if rows.is_empty() {
            return writeln!(out, "nothing has happened yet");
        }
        table::write(out, &["when (UTC)", "event", "what", "took", "role", "from", "error"], &rows)
    }
}

/// `release`.
#[derive(Debug, Serialize)]
pub struct Releases<'a> {
    /// The target, password removed.
    pub target: &'a str,
    /// Oldest first.
    pub releases: &'a [Release],
}

impl View for Releases<'_> {
    fn human(&self, out: &mut dyn Write) -> Result<()> {
        if self.releases.is_empty() {
            return writeln!(out, "there are no releases");
        }
        let rows: Vec<Vec<String>> = self
            .releases
            .iter()
            .map(|r| {
                let when = r.at.get(..19).unwrap_or("").replace('T', " ");
                vec![r.name.clone(), when, plural(r.versions.len(), "migration")]
            })
            .collect();
        table::write(out, &["release", "named (UTC)", "applied then"], &rows)
    }
}

/// `adopt`.
#[derive(Debug, Serialize)]
pub struct Adoption<'a> {
    /// The target, password removed.
    pub target: &'a str,
    /// What was done.
    #[serde(flatten)]
    pub adopted: &'a Adopted,
}

impl View for Adoption<'_> {
    fn human(&self, out: &mut dyn Write) -> Result<()> {
        let Adopted { taken, given } = self.adopted;
        if taken.is_empty() && given.is_empty() {
            return writeln!(out, "nothing to do");
        }
        taken.iter().try_for_each(|label| writeln!(out, "{label} taken over"))?;
        given.iter().try_for_each(|label| writeln!(out, "{label} written into Supabase's ledger"))
    }
}

/// `repair` and `baseline`.
#[derive(Debug, Serialize)]
pub struct Repairs<'a> {
    /// The target, password removed.
    pub target: &'a str,
    /// What was done.
    pub repaired: &'a [Repaired],
}

impl View for Repairs<'_> {
    fn human(&self, out: &mut dyn Write) -> Result<()> {
        if self.repaired.is_empty() {
            return writeln!(out, "nothing to do");
        }
        self.repaired.iter().try_for_each(|r| writeln!(out, "{} {}", r.label, r.action))
    }
}
