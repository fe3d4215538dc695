//! What is said about scripts without running them for good: `--rehearse`, `lint`, `new`.

use std::io::{Result, Write};

use colored::Colorize;
use serde::Serialize;

use crate::engine::rehearse::Rehearsal;
use crate::lint::Finding;
use crate::report::{View, clean, plural};

/// `--rehearse`.
#[derive(Debug, Serialize)]
pub struct Rehearsed<'a> {
    /// The target, password removed.
    pub target: &'a str,
    /// What was found.
    #[serde(flatten)]
    pub rehearsal: &'a Rehearsal,
}

impl View for Rehearsed<'_> {
    fn human(&self, out: &mut dyn Write) -> Result<()> {
        for cost in &self.rehearsal.statements {
            let rows = if cost.rows > 0 { format!(", {} rows", cost.rows) } else { String::new() };
            writeln!(out, "{}:{}  {:.1} ms{rows}  {}", cost.label, cost.line, cost.elapsed_ms, clean(&cost.statement))?;
            for lock in &cost.locks {
                writeln!(out, "    locks {lock}")?;
            }
            for table in &cost.rewrites {
                writeln!(out, "    {} {table}", "rewrites".yellow())?;
            }
        }
        for label in &self.rehearsal.not_rehearsed {
            writeln!(out, "{label}  not rehearsed: it, or one before it, runs outside a transaction")?;
        }
        writeln!(out, "{} rehearsed, everything rolled back", plural(self.rehearsal.statements.len(), "statement"))
    }
}

/// `lint`.
#[derive(Debug, Serialize)]
pub struct Linted<'a> {
    /// What was found.
    pub findings: &'a [Finding],
}

impl View for Linted<'_> {
    fn human(&self, out: &mut dyn Write) -> Result<()> {
        for f in self.findings {
            writeln!(out, "{}:{}:{}: {}: {} [{}]", f.path, f.line, f.column, f.level, clean(&f.message), f.rule)?;
            if let Some(help) = &f.help {
                writeln!(out, "  {} {}", "help:".cyan(), clean(help))?;
            }
        }
        writeln!(out, "{}", plural(self.findings.len(), "finding"))
    }
}

/// `new`.
#[derive(Debug, Serialize)]
pub struct Created<'a> {
    /// The migration's path.
    pub migration: &'a str,
    /// The rollback's path.
    pub rollback: &'a str,
}

impl View for Created<'_> {
    fn human(&self, out: &mut dyn Write) -> Result<()> {
        writeln!(out, "{}", self.migration)?;
        writeln!(out, "{}", self.rollback)
    }
}
