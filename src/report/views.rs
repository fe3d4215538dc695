//! The result of each command.

use std::io::{Result, Write};

use colored::Colorize;
use serde::Serialize;

use super::{View, clean, plural, table};
use crate::engine::compare::{Line, Standing};
use crate::engine::losses::Loss;
use crate::engine::rehearse::Rehearsal;
use crate::engine::repair::Repaired;
use crate::engine::step::Step;
use crate::engine::up::Outcome;
use crate::ledger::{HistoryRow, Release};

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
        let took = super::duration(std::time::Duration::from_secs_f64(self.elapsed_ms / 1000.0));
        let count = |direction| self.outcome.done.iter().filter(|d| d.direction == direction).count();
        let (up, down) = (count(crate::engine::step::Direction::Up), count(crate::engine::step::Direction::Down));
        match (up, down) {
            (0, 0) => writeln!(out, "nothing to do"),
            (up, 0) => writeln!(out, "{} applied in {took}", plural(up, "migration")),
            (0, down) => writeln!(out, "{} rolled back in {took}", plural(down, "migration")),
            (up, down) => writeln!(out, "{} rolled back, {up} applied in {took}", plural(down, "migration")),
        }
    }
}

/// One line of `status`.
#[derive(Debug, Serialize)]
pub struct StatusLine {
    /// The version.
    pub version: i64,
    /// `001_create_base_tables`.
    pub label: String,
    /// How it stands.
    pub standing: Standing,
    /// When it was applied, RFC 3339.
    pub applied_on: Option<String>,
    /// Statements done, if it is half done.
    pub statements_done: Option<usize>,
    /// Of how many.
    pub statements_total: Option<usize>,
}

/// `status`.
#[derive(Debug, Serialize)]
pub struct Status<'a> {
    /// The target, password removed.
    pub target: &'a str,
    /// One for each version.
    pub migrations: Vec<StatusLine>,
    /// Whether everything is applied and unchanged.
    pub clean: bool,
}

impl<'a> Status<'a> {
    /// Reads the comparison.
    #[must_use]
    pub fn new(target: &'a str, lines: &[Line<'_>]) -> Self {
        let migrations: Vec<StatusLine> = lines
            .iter()
            .map(|line| StatusLine {
                version: line.version,
                label: line.label(),
                standing: line.standing,
                applied_on: line.entry.filter(|e| e.applied).and_then(|e| e.applied_on.clone()),
                statements_done: line.unfinished().map(|l| l.statements_done),
                statements_total: line.unfinished().and_then(|l| l.statements_total),
            })
            .collect();
        let clean = lines.iter().all(|l| matches!(l.standing, Standing::Applied | Standing::AppliedElsewhere));
        Self { target, migrations, clean }
    }
}

impl View for Status<'_> {
    fn human(&self, out: &mut dyn Write) -> Result<()> {
        let rows: Vec<Vec<String>> = self
            .migrations
            .iter()
            .map(|m| {
                let word = match (m.statements_done, m.statements_total) {
                    (Some(done), Some(total)) => format!("{} ({done} of {total} statements)", m.standing.word()),
                    _ => m.standing.word().to_owned(),
                };
                let when = m.applied_on.as_deref().and_then(|t| t.get(..19)).unwrap_or("").replace('T', " ");
                vec![m.label.clone(), word, when]
            })
            .collect();
        if rows.is_empty() {
            return writeln!(out, "there are no migrations");
        }
        table::write(out, &["migration", "state", "applied (UTC)"], &rows)?;
        let waits = |m: &&StatusLine| matches!(m.standing, Standing::Pending | Standing::Failed);
        let pending = self.migrations.iter().filter(waits).count();
        let applied = self.migrations.iter().filter(|m| m.applied_on.is_some()).count();
        writeln!(out, "{applied} applied, {pending} pending")
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
            (Some(rows), false) => format!(" ({rows} rows)"),
            (Some(rows), true) => format!(" (about {rows} rows)"),
        };
        let what = match loss.kind {
            "unknown" => format!("cannot tell what this destroys: {}", loss.name),
            "column" => format!("column {}{}", loss.name, rows.replace("rows", "values")),
            kind => format!("{kind} {}{rows}", loss.name),
        };
        writeln!(out, "  {} {}", "destroys".red(), clean(&what))?;
    }
    Ok(())
}

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

/// `repair` and `baseline`.
#[derive(Debug, Serialize)]
pub struct Repairs<'a> {
    /// The target, password removed.
    pub target: &'a str,
    /// What was done.
    pub repaired: &'a [Repaired],
}

impl View for Repairs<'_> {
    fn human(&self, out: &mut dyn Write) -> Result<()> {
        if self.repaired.is_empty() {
            return writeln!(out, "nothing to do");
        }
        self.repaired.iter().try_for_each(|r| writeln!(out, "{} {}", r.label, r.action))
    }
}

/// `history`.
#[derive(Debug, Serialize)]
pub struct History<'a> {
    /// The target, password removed.
    pub target: &'a str,
    /// Oldest first.
    pub events: &'a [HistoryRow],
}

impl View for History<'_> {
    fn human(&self, out: &mut dyn Write) -> Result<()> {
        let rows: Vec<Vec<String>> = self
            .events
            .iter()
            .map(|e| {
                let what = match (e.version, &e.name, &e.release) {
                    (Some(version), Some(name), _) => format!("{version:03}_{name}"),
                    (_, _, Some(release)) => release.clone(),
                    _ => String::new(),
                };
                let took = e.duration_ms.map_or_else(|| "in flight".to_owned(), |ms| format!("{ms:.0} ms"));
                let error = e.error.as_deref().and_then(|t| t.lines().next()).unwrap_or("");
                let when = e.started_at.get(..19).unwrap_or("").replace('T', " ");
                vec![
                    when,
                    e.event.clone(),
                    what,
                    took,
                    e.actor.clone(),
                    e.origin.clone().unwrap_or_default(),
                    error.to_owned(),
                ]
            })
            .collect();
        if rows.is_empty() {
            return writeln!(out, "nothing has happened yet");
        }
        table::write(out, &["when (UTC)", "event", "what", "took", "role", "from", "error"], &rows)
    }
}

/// `release`.
#[derive(Debug, Serialize)]
pub struct Releases<'a> {
    /// The target, password removed.
    pub target: &'a str,
    /// Oldest first.
    pub releases: &'a [Release],
}

impl View for Releases<'_> {
    fn human(&self, out: &mut dyn Write) -> Result<()> {
        if self.releases.is_empty() {
            return writeln!(out, "there are no releases");
        }
        let rows: Vec<Vec<String>> = self
            .releases
            .iter()
            .map(|r| {
                let when = r.at.get(..19).unwrap_or("").replace('T', " ");
                vec![r.name.clone(), when, plural(r.versions.len(), "migration")]
            })
            .collect();
        table::write(out, &["release", "named (UTC)", "applied then"], &rows)
    }
}

/// `verify`.
#[derive(Debug, Serialize)]
pub struct Verified<'a> {
    /// The target, password removed; null when only files were looked at.
    pub target: Option<&'a str>,
    /// How many pairs were looked at.
    pub pairs: usize,
    /// What is wrong, a line each.
    pub problems: &'a [String],
}

impl View for Verified<'_> {
    fn human(&self, out: &mut dyn Write) -> Result<()> {
        for problem in self.problems {
            writeln!(out, "{} {}", "wrong:".red(), clean(problem))?;
        }
        let against = if self.target.is_some() { " against the ledger" } else { "" };
        writeln!(out, "{} verified{against}, {}", plural(self.pairs, "pair"), plural(self.problems.len(), "problem"))
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

/// `db`.
#[derive(Debug, Serialize)]
pub struct Server<'a> {
    /// `running`, `stopped`, `not running`, `destroyed`, `nothing there`, or `url`.
    pub state: &'a str,
    /// Its URL.
    pub url: Option<&'a str>,
}

impl View for Server<'_> {
    fn human(&self, out: &mut dyn Write) -> Result<()> {
        writeln!(out, "{}", self.url.unwrap_or(self.state))
    }
}
