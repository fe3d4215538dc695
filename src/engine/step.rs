//! One script about to run, with all that the ledger will say about it.

use crate::ledger::{self, Width};
use crate::migration::{Directives, Pair, refinery};
use crate::sql::{self, Statement};

/// Which way a script goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Applies a migration.
    Up,
    /// Rolls it back.
    Down,
}

impl Direction {
    /// `up` or `down`, as the ledger writes it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Direction::Up => "up",
            Direction::Down => "down",
        }
    }

    /// What was done, for people.
    #[must_use]
    pub fn done(self) -> &'static str {
        match self {
            Direction::Up => "applied",
            Direction::Down => "rolled back",
        }
    }
}

/// A script with its statements and its record.
#[derive(Clone, Debug)]
pub struct Step {
    /// `001_create_base_tables`.
    pub label: String,
    /// Where the text comes from, for messages: a path, or `the stored rollback of …`.
    pub path: String,
    /// Which way.
    pub direction: Direction,
    /// The text that runs.
    pub text: String,
    /// Its header.
    pub directives: Directives,
    /// Its statements.
    pub statements: Vec<Statement>,
    /// What is recorded.
    pub record: ledger::Script,
}

impl Step {
    /// The step that applies a pair.
    pub fn up(pair: &Pair, width: Width, release: Option<&str>) -> Result<Self, sql::SplitError> {
        let statements = sql::split(&pair.up.text)?;
        Ok(Self {
            label: pair.label(),
            path: pair.up.path.clone(),
            direction: Direction::Up,
            text: pair.up.text.clone(),
            directives: pair.up.directives.clone(),
            record: ledger::Script {
                version: pair.version,
                digits: pair.digits.clone(),
                name: pair.name.clone(),
                refinery_name: refinery::name(pair),
                refinery_checksum: refinery::checksum(pair, width).to_string(),
                up_sha256: Some(pair.up.sha256.clone()),
                down_sha256: pair.down.as_ref().map(|d| d.sha256.clone()),
                rollback: pair.down.as_ref().map(|d| d.text.clone()),
                statements: i32::try_from(statements.len()).unwrap_or(i32::MAX),
                release: release.map(str::to_owned),
            },
            statements,
        })
    }

    /// The text of a statement.
    #[must_use]
    pub fn statement(&self, index: usize) -> &str {
        self.statements.get(index).and_then(|s| self.text.get(s.range.clone())).unwrap_or("")
    }

    /// `migrations/003_x.sql:12`, the line of a statement.
    #[must_use]
    pub fn place(&self, statement: usize) -> String {
        match self.statements.get(statement) {
            Some(s) => format!("{}:{}", self.path, s.line),
            None => self.path.clone(),
        }
    }

    /// SHA-256 of the first `done` statements: a script may go on after a stop only if these are as they were.
    #[must_use]
    pub fn progress(&self, done: usize) -> String {
        use sha2::{Digest, Sha256};
        let mut hasher = Sha256::new();
        for index in 0..done {
            hasher.update(self.statement(index).as_bytes());
            hasher.update([0]);
        }
        hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
