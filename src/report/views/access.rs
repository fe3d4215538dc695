//! `access`.

use std::io::{Result, Write};

use colored::Colorize;
use serde::Serialize;

use crate::access::{Change, Matrix, lock};
use crate::report::{View, clean, plural};

/// `access`.
#[derive(Debug, Serialize)]
pub struct AccessMatrix<'a> {
    /// The identities, in the order of every table's rows.
    pub identities: &'a [String],
    /// What was found.
    #[serde(flatten)]
    pub matrix: &'a Matrix,
}

impl View for AccessMatrix<'_> {
    fn human(&self, out: &mut dyn Write) -> Result<()> {
        if self.matrix.tables.is_empty() && self.matrix.functions.is_empty() {
            return writeln!(out, "no tables and no functions");
        }
        for line in lock::text(self.matrix).lines() {
            writeln!(out, "{}", clean(line))?;
        }
        Ok(())
    }
}

/// `access --check`.
#[derive(Debug, Serialize)]
pub struct AccessChanges<'a> {
    /// The file that was compared with.
    pub lock: &'a str,
    /// The cells that are not as it says.
    pub changes: Vec<Change>,
}

impl View for AccessChanges<'_> {
    fn human(&self, out: &mut dyn Write) -> Result<()> {
        if self.changes.is_empty() {
            return writeln!(out, "access is as {} says", clean(self.lock));
        }
        for change in &self.changes {
            let who = if change.identity.is_empty() { String::new() } else { format!(" {}", change.identity) };
            let side = |value: &Option<String>| match value.as_deref() {
                None => "nothing".to_owned(),
                Some("") => "nobody".to_owned(),
                Some(value) => clean(value),
            };
            writeln!(
                out,
                "{} {}{who} {}: {} -> {}",
                "~".yellow(),
                clean(&change.object),
                change.what,
                side(&change.from),
                side(&change.to)
            )?;
        }
        writeln!(
            out,
            "{} changed; if that is meant, `migrate access` writes the file anew",
            plural(self.changes.len(), "cell")
        )
    }
}
