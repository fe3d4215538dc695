//! Files read into [`Pair`]s: discovery, header directives, checksums.
//!
//! [`discover`] reads everything and refuses only what makes the set itself unclear (two files of one number, names that mean
//! nothing, texts that are no UTF-8). What a script says is looked at by [`check`], for those that are about to run: an
//! applied migration whose rollback is gone must not stand in the way of the next one.

use std::time::Duration;

use crate::config::Source;

mod bundled;
mod check;
mod discover;
mod git;
mod header;
mod name;
pub mod refinery;
mod supabase;
mod text;

pub use check::{Problem, check, refuse};
pub use discover::discover;
pub use git::at_revision;
pub use header::{HeaderError, is_unknown_to_supabase};
pub use text::script;

/// File names and contents.
type Files = Vec<(String, Vec<u8>)>;

/// One SQL file, its text normalised (UTF-8, BOM removed, CRLF read as LF).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// The path as a person would name it: `migrations/001_create_base_tables.sql`, or `bundled:migrations/…`.
    pub path: String,
    /// The normalised text.
    pub text: String,
    /// The text as the file has it, where normalising changed it: refinery sums that.
    pub unnormalised: Option<String>,
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
    /// Its inverse, if there is a file for it; [`check`] says whether there must be.
    pub down: Option<Script>,
}

impl Pair {
    /// How a person names it: `001_create_base_tables`.
    #[must_use]
    pub fn label(&self) -> String {
        format!("{}_{}", self.digits, self.name)
    }
}

/// What deserves a word about the folders, before anything is done with them.
#[must_use]
pub fn notes(source: &Source) -> Vec<String> {
    match source {
        Source::Supabase { migrations, .. } => supabase::notes(migrations),
        Source::Folder { .. } | Source::Bundled => Vec::new(),
    }
}

/// The directives of a text that is no file (any more), such as a stored rollback.
///
/// # Errors
/// The first header line that is wrong.
pub fn directives(_path: &str, text: &str) -> Result<Directives, HeaderError> {
    let (directives, errors) = header::read(text);
    errors.into_iter().next().map_or(Ok(directives), Err)
}
