//! `diff --sql` and `diff --save`.

use std::io::{Result, Write};

use serde::Serialize;

use crate::diff::script::{self, Script};
use crate::report::{View, clean};

/// `diff --sql`.
#[derive(Debug, Serialize)]
pub struct Generated<'a> {
    /// What the script starts from, password removed.
    pub from: &'a str,
    /// What it leads to, password removed.
    pub to: &'a str,
    /// The statements.
    #[serde(flatten)]
    pub script: Script,
}

impl View for Generated<'_> {
    fn human(&self, out: &mut dyn Write) -> Result<()> {
        out.write_all(script::text(&self.script).as_bytes())
    }
}

/// `diff --save`.
#[derive(Debug, Serialize)]
pub struct Saved<'a> {
    /// What the scripts start from, password removed.
    pub from: &'a str,
    /// What they lead to, password removed.
    pub to: &'a str,
    /// The files, in the order in which they are applied; none if nothing differs.
    pub pairs: Vec<SavedPair>,
}

/// The two files of a pair.
#[derive(Debug, Serialize)]
pub struct SavedPair {
    /// The version, without leading zeros.
    pub version: String,
    /// The migration's path.
    pub migration: String,
    /// The rollback's path.
    pub rollback: String,
}

impl View for Saved<'_> {
    fn human(&self, out: &mut dyn Write) -> Result<()> {
        for SavedPair { migration, rollback, .. } in &self.pairs {
            writeln!(out, "{}\n{}", clean(migration), clean(rollback))?;
        }
        Ok(())
    }
}
