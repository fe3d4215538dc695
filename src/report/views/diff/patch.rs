//! `diff --patch`.

use std::io::{Result, Write};

use colored::Colorize;
use serde::Serialize;

use crate::diff::patch::Patch;
use crate::report::{View, clean, plural};

/// `diff --patch`.
#[derive(Debug, Serialize)]
pub struct Patches<'a> {
    /// What it starts from, password removed.
    pub from: &'a str,
    /// What it leads to, password removed.
    pub to: &'a str,
    /// One for each object that is not the same.
    pub patches: &'a [Patch],
}

impl View for Patches<'_> {
    fn human(&self, out: &mut dyn Write) -> Result<()> {
        if self.patches.is_empty() {
            return writeln!(out, "no differences");
        }
        for Patch { object, patch } in self.patches {
            writeln!(out, "{}", format!("--- {}: {}", clean(self.from), clean(object)).bold())?;
            writeln!(out, "{}", format!("+++ {}: {}", clean(self.to), clean(object)).bold())?;
            if patch.is_empty() {
                writeln!(out, "differs in what no SQL says")?;
            }
            for line in patch.lines() {
                let text = clean(line);
                let text = match line.chars().next() {
                    Some('+') => text.green(),
                    Some('-') => text.red(),
                    Some('@') => text.cyan(),
                    _ => text.normal(),
                };
                writeln!(out, "{text}")?;
            }
        }
        writeln!(out, "{} not the same", plural(self.patches.len(), "object"))
    }
}
