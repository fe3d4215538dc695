//! What `up`, `down` and `redo` did, and what `plan` and `--dry-run` say they would do.

use std::io::{Result, Write};

use colored::Colorize;
use serde::Serialize;

use crate::engine::losses::Loss;
use crate::engine::step::{Direction, Step};
use crate::engine::up::Outcome;
use crate::report::{View, clean, duration, plural};

/// What `up`, `down` and `redo` did.
#[derive(Debug, Serialize)]
pub struct Ran<'a> {
    /// The target, password removed.
    pub target: &'a str,
    /// What was done.
    #[serde(flatten)]
    pub outcome: &'a Outcome,
    /// Milliseconds, the connection included.
    pub elapsed_ms: f64,
}

impl View for Ran<'_> {
    fn human(&self, out: &mut dyn Write) -> Result<()> {
        let took = duration(std::time::Duration::from_secs_f64(self.elapsed_ms / 1000.0));
        let count = |direction| self.outcome.done.iter().filter(|d| d.direction == direction).count();
        let (up, down) = (count(Direction::Up), count(Direction::Down));
        let seeded = self.outcome.seeded.len();
        if seeded > 0 {
            writeln!(out, "{} run", plural(seeded, "seed file"))?;
        }
        match (up, down) {
            (0, 0) if seeded > 0 && self.outcome.adopted.is_empty() => Ok(()),
            (0, 0) if self.outcome.adopted.is_empty() => writeln!(out, "nothing to do"),
            (0, 0) => writeln!(out, "{} taken over in {took}", plural(self.outcome.adopted.len(), "migration")),
            (up, 0) => writeln!(out, "{} applied in {took}", plural(up, "migration")),
            (0, down) => writeln!(out, "{} rolled back in {took}", plural(down, "migration")),
            (up, down) => writeln!(out, "{} rolled back, {up} applied in {took}", plural(down, "migration")),
        }
    }
}

/// A script in a plan.
#[derive(Debug, Serialize)]
pub struct PlannedStep {
    /// The version.
    pub version: i64,
    /// `001_create_base_tables`.
    pub label: String,
    /// Where the text comes from.
    pub path: String,
    /// Whether it runs in a transaction.
    pub transaction: bool,
    /// The statements, as they are sent.
    pub statements: Vec<String>,
}

/// `plan` and `--dry-run`: the very statements.
#[derive(Debug, Serialize)]
pub struct Planned<'a> {
    /// The target, password removed.
    pub target: &'a str,
    /// In the order in which they would run.
    pub steps: Vec<PlannedStep>,
    /// What would be destroyed.
    pub losses: &'a [Loss],
}

impl<'a> Planned<'a> {
    /// Reads the steps.
    #[must_use]
    pub fn new(target: &'a str, steps: &[Step], losses: &'a [Loss]) -> Self {
        let steps = steps
            .iter()
            .map(|step| PlannedStep {
                version: step.record.version,
                label: step.label.clone(),
                path: step.path.clone(),
                transaction: !step.directives.no_transaction,
                statements: (0..step.statements.len()).map(|i| step.statement(i).to_owned()).collect(),
            })
            .collect();
        Self { target, steps, losses }
    }
}

impl View for Planned<'_> {
    fn human(&self, out: &mut dyn Write) -> Result<()> {
        if self.steps.is_empty() {
            return writeln!(out, "nothing to do");
        }
        for step in &self.steps {
            let how = if step.transaction { "one transaction" } else { "statement by statement, no transaction" };
            writeln!(out, "-- {} ({how})", clean(&step.path))?;
            for statement in &step.statements {
                writeln!(out, "{};", clean(statement))?;
            }
            writeln!(out)?;
        }
        write_losses(out, self.losses)
    }
}

/// What would be destroyed, a line each.
pub fn write_losses(out: &mut dyn Write, losses: &[Loss]) -> Result<()> {
    for loss in losses {
        let rows = match (loss.rows, loss.estimated) {
            (None, _) => String::new(),
            (Some(1), false) => " (1 row)".to_owned(),
            (Some(rows), false) => format!(" ({rows} rows)"),
            (Some(rows), true) => format!(" (about {rows} rows)"),
        };
        let what = match loss.kind {
            "unknown" => format!("cannot tell what this destroys: {}", loss.name),
            "column" => format!("column {}{}", loss.name, rows.replace(" row", " value")),
            kind => format!("{kind} {}{rows}", loss.name),
        };
        writeln!(out, "  {} {}", "destroys".red(), clean(&what))?;
    }
    Ok(())
}
