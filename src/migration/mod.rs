//! Files read into [`Pair`]s: discovery, header directives, checksums.

use std::time::Duration;

/// One SQL file, its text normalised (UTF-8, BOM removed, CRLF read as LF).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// The path as a person would name it: `migrations/001_create_base_tables.sql`, or `bundled:migrations/…`.
    pub path: String,
    /// The normalised text.
    pub text: String,
    /// SHA-256 of the normalised text, in lower-case hex.
    pub sha256: String,
    /// What the header says.
    pub directives: Directives,
}

/// What a script's header says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Directives {
    /// Runs statement by statement, outside a transaction.
    pub no_transaction: bool,
    /// Why there is no rollback.
    pub irreversible: Option<String>,
    /// Overrides the configured `lock_timeout`.
    pub lock_timeout: Option<Duration>,
    /// Overrides the configured `statement_timeout`.
    pub statement_timeout: Option<Duration>,
}

/// A migration and its rollback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The number that orders it; up to 18 digits.
    pub version: i64,
    /// The digits as the file name spells them: `001`.
    pub digits: String,
    /// The rest of the file name: `create_base_tables`.
    pub name: String,
    /// The forward step.
    pub up: Script,
    /// Its inverse, unless the header says that there is none.
    pub down: Option<Script>,
}

impl Pair {
    /// How a person names it: `001_create_base_tables`.
    #[must_use]
    pub fn label(&self) -> String {
        format!("{}_{}", self.digits, self.name)
    }
}
