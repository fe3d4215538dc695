//! Reading the ledger.

use super::Ledger;
use super::supabase::Found;
use crate::database::session::{Failure, Session};

/// Everything that the ledger says about versions, sorted by version.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// One for each version that was ever seen.
    pub entries: Vec<Entry>,
    /// What Supabase's ledger says, sorted by version as text; None where it is not there, or not to be looked at.
    pub supabase: Option<Vec<Found>>,
    /// Whether that ledger is this project's whatever it says.
    pub supabase_is_ours: bool,
}

/// What the ledger says about one version.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The version.
    pub version: i64,
    /// The name in refinery's table, else in the journal.
    pub name: String,
    /// Whether refinery's table has it.
    pub applied: bool,
    /// When, as refinery wrote it (RFC 3339).
    pub applied_on: Option<String>,
    /// refinery's checksum, decimal.
    pub checksum: Option<String>,
    /// The newest journal row that tells checksums. None when a service applied it.
    pub known: Option<Known>,
    /// The newest journal row of all.
    pub last: Option<Last>,
}

/// A journal row that tells what an applied version was.
#[derive(Clone, Debug)]
pub struct Known {
    /// `applied`, `adopted`, `repaired` or `baselined`.
    pub event: String,
    /// Checksum of the migration.
    pub up_sha256: Option<String>,
    /// Checksum of the rollback that is stored.
    pub down_sha256: Option<String>,
}

/// The newest journal row of a version.
#[derive(Clone, Debug)]
pub struct Last {
    /// The row's id.
    pub id: i64,
    /// Its event.
    pub event: String,
    /// `up` or `down`, for rows that ran a script.
    pub direction: Option<String>,
    /// Statements done, for scripts outside a transaction.
    pub statements_done: usize,
    /// Of how many.
    pub statements_total: Option<usize>,
    /// Checksum of the statements that are done.
    pub progress: Option<String>,
    /// Whether a statement that cannot share a transaction with the ledger was running.
    pub running: bool,
    /// Whether the row has no end: it runs now, or its runner died.
    pub in_flight: bool,
}

impl Entry {
    /// The script that was left half done outside a transaction, if one was.
    #[must_use]
    pub fn unfinished(&self, direction: &str) -> Option<&Last> {
        self.last.as_ref().filter(|last| {
            last.direction.as_deref() == Some(direction)
                && (last.in_flight || (last.event == "failed" && last.statements_done > 0))
        })
    }
}

/// A stored rollback.
#[derive(Clone, Debug)]
pub struct Stored {
    /// The version.
    pub version: i64,
    /// Its name.
    pub name: String,
    /// Checksum of its migration.
    pub up_sha256: Option<String>,
    /// Checksum of the rollback.
    pub down_sha256: Option<String>,
    /// The rollback's text; None when there is none, or when a service applied the migration.
    pub rollback: Option<String>,
    /// Whether a journal row stands behind it.
    pub known: bool,
}

/// A named state of the ledger.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Release {
    /// Its name.
    pub name: String,
    /// The versions that were applied.
    pub versions: Vec<i64>,
    /// When, RFC 3339 in UTC.
    pub at: String,
}

/// One row of the journal.
#[derive(Clone, Debug, serde::Serialize)]
pub struct HistoryRow {
    /// The row's id; rows are in its order.
    pub id: i64,
    /// What happened.
    pub event: String,
    /// `up` or `down`.
    pub direction: Option<String>,
    /// The version, for events about one.
    pub version: Option<i64>,
    /// Its name.
    pub name: Option<String>,
    /// Statements done.
    pub statements_done: i32,
    /// Of how many.
    pub statements_total: Option<i32>,
    /// The release's name.
    pub release: Option<String>,
    /// Why it failed.
    pub error: Option<String>,
    /// The database role.
    pub actor: String,
    /// User and host.
    pub origin: Option<String>,
    /// Version of the program.
    pub tool_version: Option<String>,
    /// RFC 3339 in UTC.
    pub started_at: String,
    /// RFC 3339 in UTC; None while in flight.
    pub finished_at: Option<String>,
    /// Milliseconds.
    pub duration_ms: Option<f64>,
}

impl State {
    /// The entry of a version.
    #[must_use]
    pub fn get(&self, version: i64) -> Option<&Entry> {
        self.entries.binary_search_by_key(&version, |e| e.version).ok().and_then(|i| self.entries.get(i))
    }

    /// Supabase's ledger, if it is this project's: it holds nothing that neither the files nor our own ledger know.
    #[must_use]
    pub fn shared(&self, has_file: impl Fn(i64) -> bool) -> Option<&[Found]> {
        let is_known = |found: &Found| has_file(found.number) || self.get(found.number).is_some_and(|e| e.applied);
        let rows = self.supabase.as_deref()?;
        (self.supabase_is_ours || rows.iter().all(is_known)).then_some(rows)
    }

    /// The newest applied version.
    #[must_use]
    pub fn newest_applied(&self) -> Option<i64> {
        self.entries.iter().rev().find(|e| e.applied).map(|e| e.version)
    }
}

impl Ledger {
    /// Reads stored rollbacks, newest application first.
    pub async fn rollbacks(&self, session: &mut Session, journal: bool) -> Result<Vec<Stored>, Failure> {
        let template =
            if journal { include_str!("rollbacks.sql") } else { include_str!("rollbacks_without_journal.sql") };
        let rows = session.query(&self.sql(template), &[]).await?;
        Ok(rows
            .iter()
            .map(|row| Stored {
                version: row.get("version"),
                name: row.get::<_, Option<String>>("name").unwrap_or_default(),
                up_sha256: row.get("up_sha256"),
                down_sha256: row.get("down_sha256"),
                rollback: row.get("rollback"),
                known: row.get::<_, Option<i64>>("id").is_some(),
            })
            .collect())
    }

    /// Reads the journal, oldest first.
    pub async fn history(&self, session: &mut Session) -> Result<Vec<HistoryRow>, Failure> {
        let rows = session.query(include_str!("history.sql"), &[]).await?;
        Ok(rows
            .iter()
            .map(|row| HistoryRow {
                id: row.get("id"),
                event: row.get("event"),
                direction: row.get("direction"),
                version: row.get("version"),
                name: row.get("name"),
                statements_done: row.get("statements_done"),
                statements_total: row.get("statements_total"),
                release: row.get("release"),
                error: row.get("error"),
                actor: row.get("actor"),
                origin: row.get("origin"),
                tool_version: row.get("tool_version"),
                started_at: row.get("started_at"),
                finished_at: row.get("finished_at"),
                duration_ms: row.get("duration_ms"),
            })
            .collect())
    }

    /// Reads the releases, oldest first.
    pub async fn releases(&self, session: &mut Session) -> Result<Vec<Release>, Failure> {
        let rows = session.query(include_str!("releases.sql"), &[]).await?;
        Ok(rows
            .iter()
            .map(|row| Release { name: row.get("release"), versions: row.get("versions"), at: row.get("at") })
            .collect())
    }
}
