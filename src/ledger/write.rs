//! Writing the ledger. The statements are given out as [`Part`]s, so that they travel with the script they record.

use tokio_postgres::types::Type;

use super::Ledger;
use super::supabase::{Columns, Writer};
use crate::database::pipeline::Part;
use crate::database::session::{Failure, Session};

/// What is recorded about a script.
#[derive(Clone, Debug, Default)]
pub struct Script {
    /// The version.
    pub version: i64,
    /// The version as the file's name spells it.
    pub digits: String,
    /// The pair's name.
    pub name: String,
    /// refinery's name for it.
    pub refinery_name: String,
    /// refinery's checksum, decimal, for the table's width.
    pub refinery_checksum: String,
    /// SHA-256 of the migration; unknown when only the ledger of a service had it.
    pub up_sha256: Option<String>,
    /// SHA-256 of the rollback.
    pub down_sha256: Option<String>,
    /// The rollback's text, to be stored. None for a rollback itself.
    pub rollback: Option<String>,
    /// How many statements the script has.
    pub statements: i32,
    /// The release that it belongs to.
    pub release: Option<String>,
}

/// An event without a script.
#[derive(Clone, Debug, Default)]
pub struct Note {
    /// `adopted`, `repaired`, `baselined`, `forgotten`, `released`, `seeded` or `unseeded`.
    pub event: &'static str,
    /// The version.
    pub version: Option<i64>,
    /// Its name.
    pub name: Option<String>,
    /// SHA-256 of the migration.
    pub up_sha256: Option<String>,
    /// SHA-256 of the rollback.
    pub down_sha256: Option<String>,
    /// The rollback's text.
    pub rollback: Option<String>,
    /// The release's name.
    pub release: Option<String>,
    /// Anything else, as JSON text.
    pub detail: Option<String>,
}

/// How far a row in flight is.
#[derive(Clone, Debug)]
pub struct Progress {
    /// The row.
    pub id: i64,
    /// Statements done.
    pub done: i32,
    /// Their checksum.
    pub progress: String,
    /// Whether a statement that cannot share a transaction with the row is about to run.
    pub running: bool,
}

/// A ledger that is being written by this run.
#[derive(Clone, Debug)]
pub struct Recorder {
    applied: String,
    rolled_back: String,
    end_up: String,
    end_down: String,
    add_row: String,
    update_row: String,
    delete_row: String,
    origin: String,
    /// Supabase's ledger, where it is shared.
    pub supabase: Option<Writer>,
}

const TOOL_VERSION: &str = env!("CARGO_PKG_VERSION");

impl Ledger {
    /// A recorder that signs with `origin` (user and host).
    #[must_use]
    pub fn recorder(&self, origin: &str) -> Recorder {
        Recorder {
            applied: self.sql(include_str!("applied.sql")),
            rolled_back: self.sql(include_str!("rolled_back.sql")),
            end_up: self.sql(include_str!("end_stepwise_up.sql")),
            end_down: self.sql(include_str!("end_stepwise_down.sql")),
            add_row: self.sql(include_str!("add_row.sql")),
            update_row: self.sql(include_str!("update_row.sql")),
            delete_row: self.sql(include_str!("delete_row.sql")),
            origin: origin.to_owned(),
            supabase: None,
        }
    }
}

impl Recorder {
    /// From now on, Supabase's ledger is written as well, or no longer.
    pub fn share(&mut self, columns: Option<Columns>) {
        self.supabase = columns.map(Writer::new);
    }

    /// The row of a migration that ran in this transaction.
    pub fn applied<'a>(&'a self, script: &'a Script) -> Part<'a> {
        Part::Bound(
            &self.applied,
            vec![
                (&script.version, Type::INT8),
                (&script.refinery_name, Type::TEXT),
                (&script.refinery_checksum, Type::TEXT),
                (&script.name, Type::TEXT),
                (&script.up_sha256, Type::TEXT),
                (&script.down_sha256, Type::TEXT),
                (&script.rollback, Type::TEXT),
                (&script.statements, Type::INT4),
                (&script.release, Type::TEXT),
                (&self.origin, Type::TEXT),
                (&TOOL_VERSION, Type::TEXT),
            ],
        )
    }

    /// The row of a rollback that ran in this transaction.
    pub fn rolled_back<'a>(&'a self, script: &'a Script) -> Part<'a> {
        Part::Bound(
            &self.rolled_back,
            vec![
                (&script.version, Type::INT8),
                (&script.name, Type::TEXT),
                (&script.up_sha256, Type::TEXT),
                (&script.down_sha256, Type::TEXT),
                (&script.statements, Type::INT4),
                (&self.origin, Type::TEXT),
                (&TOOL_VERSION, Type::TEXT),
            ],
        )
    }

    /// The row of a transactional script that failed.
    pub fn failed<'a>(&'a self, direction: &'a &'static str, script: &'a Script, error: &'a String) -> Part<'a> {
        Part::Bound(
            include_str!("failed.sql"),
            vec![
                (direction, Type::TEXT),
                (&script.version, Type::INT8),
                (&script.name, Type::TEXT),
                (&script.up_sha256, Type::TEXT),
                (&script.down_sha256, Type::TEXT),
                (&script.statements, Type::INT4),
                (error, Type::TEXT),
                (&self.origin, Type::TEXT),
                (&TOOL_VERSION, Type::TEXT),
            ],
        )
    }

    /// Opens the row in flight of a script outside a transaction, with `done` statements taken over. Returns its id.
    pub async fn begin_stepwise(
        &self,
        session: &mut Session,
        direction: &'static str,
        script: &Script,
        done: i32,
        progress: Option<&str>,
    ) -> Result<i64, Failure> {
        let rows = session
            .query(
                include_str!("begin_stepwise.sql"),
                &[
                    (&direction, Type::TEXT),
                    (&script.version, Type::INT8),
                    (&script.name, Type::TEXT),
                    (&script.up_sha256, Type::TEXT),
                    (&script.down_sha256, Type::TEXT),
                    (&script.rollback, Type::TEXT),
                    (&done, Type::INT4),
                    (&script.statements, Type::INT4),
                    (&progress, Type::TEXT),
                    (&script.release, Type::TEXT),
                    (&self.origin, Type::TEXT),
                    (&TOOL_VERSION, Type::TEXT),
                ],
            )
            .await?;
        Ok(rows.first().map_or(0, |row| row.get(0)))
    }

    /// Moves the row in flight forward.
    pub fn progress<'a>(&self, at: &'a Progress) -> Part<'a> {
        Part::Bound(
            include_str!("progress.sql"),
            vec![(&at.id, Type::INT8), (&at.done, Type::INT4), (&at.progress, Type::TEXT), (&at.running, Type::BOOL)],
        )
    }

    /// Closes the row in flight of a migration that is done.
    pub fn end_up<'a>(&'a self, id: &'a i64, script: &'a Script) -> Part<'a> {
        Part::Bound(
            &self.end_up,
            vec![
                (id, Type::INT8),
                (&script.version, Type::INT8),
                (&script.refinery_name, Type::TEXT),
                (&script.refinery_checksum, Type::TEXT),
            ],
        )
    }

    /// Closes the row in flight of a rollback that is done.
    pub fn end_down<'a>(&'a self, id: &'a i64, script: &'a Script) -> Part<'a> {
        Part::Bound(&self.end_down, vec![(id, Type::INT8), (&script.version, Type::INT8)])
    }

    /// Closes the row in flight of a script that failed.
    pub fn fail_stepwise<'a>(&self, id: &'a i64, error: &'a String) -> Part<'a> {
        Part::Bound(include_str!("fail_stepwise.sql"), vec![(id, Type::INT8), (error, Type::TEXT)])
    }

    /// Records an event without a script.
    pub fn note<'a>(&'a self, note: &'a Note) -> Part<'a> {
        Part::Bound(
            include_str!("note.sql"),
            vec![
                (&note.event, Type::TEXT),
                (&note.version, Type::INT8),
                (&note.name, Type::TEXT),
                (&note.up_sha256, Type::TEXT),
                (&note.down_sha256, Type::TEXT),
                (&note.rollback, Type::TEXT),
                (&note.release, Type::TEXT),
                (&note.detail, Type::TEXT),
                (&self.origin, Type::TEXT),
                (&TOOL_VERSION, Type::TEXT),
            ],
        )
    }

    /// Writes refinery's row of a migration that we did not run.
    pub fn add_row<'a>(&'a self, script: &'a Script) -> Part<'a> {
        self.row(&self.add_row, script)
    }

    /// Gives refinery's row the name and checksum of the file.
    pub fn update_row<'a>(&'a self, script: &'a Script) -> Part<'a> {
        self.row(&self.update_row, script)
    }

    /// Removes refinery's row.
    pub fn delete_row<'a>(&'a self, version: &'a i64) -> Part<'a> {
        Part::Bound(&self.delete_row, vec![(version, Type::INT8)])
    }

    fn row<'a>(&'a self, sql: &'a str, script: &'a Script) -> Part<'a> {
        Part::Bound(
            sql,
            vec![
                (&script.version, Type::INT8),
                (&script.refinery_name, Type::TEXT),
                (&script.refinery_checksum, Type::TEXT),
            ],
        )
    }
}
