//! What a statement of a script may cost: told before it runs.

use serde::Serialize;

/// One thing to know before a statement runs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Hazard {
    /// Rows, or values of rows, are gone afterwards, and no rollback brings them back.
    DataLoss {
        /// What is lost: `table public.orders with its rows`.
        what: String,
    },
    /// The table is written anew: time and disk space grow with its size.
    Rewrite {
        /// The table.
        table: String,
    },
    /// Waits for, and then holds, a lock that other sessions notice.
    Lock {
        /// As `pg_locks` calls it, in words: `access exclusive`.
        level: &'static str,
        /// The relation.
        on: String,
    },
    /// Reads the whole table while it holds its lock, so writes, or everything, wait as long as that takes.
    Blocks {
        /// `writes`, or `reads and writes`.
        what: &'static str,
        /// The table.
        on: String,
    },
    /// Cannot run inside a transaction, or its effect cannot be used in the same one.
    OwnTransaction,
    /// Fails if rows are there that do not fit.
    MayFail {
        /// On which rows: `rows where email is null`.
        why: String,
    },
    /// Changes who may read or write.
    Access {
        /// How: `grants select to anon`.
        what: String,
    },
}

impl Hazard {
    /// Whether rows are lost.
    #[must_use]
    pub fn is_data_loss(&self) -> bool {
        matches!(self, Hazard::DataLoss { .. })
    }

    /// The words with which the command line allows it, and scripts know it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Hazard::DataLoss { .. } => "data-loss",
            Hazard::Rewrite { .. } => "rewrite",
            Hazard::Lock { .. } => "lock",
            Hazard::Blocks { .. } => "blocks",
            Hazard::OwnTransaction => "own-transaction",
            Hazard::MayFail { .. } => "may-fail",
            Hazard::Access { .. } => "access",
        }
    }
}

impl std::fmt::Display for Hazard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Hazard::DataLoss { what } => write!(f, "loses data: {what}"),
            Hazard::Rewrite { table } => write!(f, "rewrites {table}"),
            Hazard::Lock { level, on } => write!(f, "locks {on}: {level}"),
            Hazard::Blocks { what, on } => write!(f, "blocks {what} of {on} while it reads the table"),
            Hazard::OwnTransaction => f.write_str("needs a transaction of its own"),
            Hazard::MayFail { why } => write!(f, "fails on {why}"),
            Hazard::Access { what } => write!(f, "changes access: {what}"),
        }
    }
}
