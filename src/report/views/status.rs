//! `status` and `verify`.

use std::io::{Result, Write};

use colored::Colorize;
use serde::Serialize;

use crate::diff::{self, Difference};
use crate::engine::compare::{Line, Standing};
use crate::engine::prove::WithoutRows;
use crate::engine::unfinished::Unfinished;
use crate::report::{View, clean, plural, table};

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
    /// Whether Supabase's ledger has it too; null where there is only ours.
    pub supabase: Option<bool>,
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
    /// What was changed by hand; null when that was not asked for.
    pub drift: Option<Drift>,
    /// The volume load that is not finished.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub volume: Option<Unfinished>,
    /// Whether everything is applied and unchanged, no volume load is unfinished, and if that was asked for, nothing was changed by hand.
    pub clean: bool,
    /// Whether one of the two ledgers has what the other lacks.
    #[serde(skip)]
    disagree: bool,
}

/// How a schema differs from what the applied migrations make.
#[derive(Debug, Serialize)]
pub struct Drift {
    /// Whether it does; null when it cannot be told.
    pub drifted: Option<bool>,
    /// Why it cannot be told.
    pub unknown: Option<String>,
    /// What was added, removed and changed since.
    pub differences: Vec<Difference>,
}

impl Drift {
    /// It can be told.
    #[must_use]
    pub fn of(differences: Vec<Difference>) -> Self {
        Self { drifted: Some(!differences.is_empty()), unknown: None, differences }
    }

    /// It cannot.
    #[must_use]
    pub fn unknown(why: String) -> Self {
        Self { drifted: None, unknown: Some(why), differences: Vec::new() }
    }
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
                supabase: line.is_shared.then_some(line.supabase.is_some()),
                statements_done: line.unfinished().map(|l| l.statements_done),
                statements_total: line.unfinished().and_then(|l| l.statements_total),
            })
            .collect();
        let is_applied = |l: &Line<'_>| {
            matches!(l.standing, Standing::Applied | Standing::AppliedElsewhere | Standing::AppliedBySupabase)
        };
        let clean = lines.iter().all(|l| is_applied(l) && l.agrees());
        let disagree = lines.iter().any(|l| !l.agrees());
        Self { target, migrations, drift: None, volume: None, clean, disagree }
    }

    /// The same, with a volume load that is not finished.
    #[must_use]
    pub fn with_volume(mut self, volume: Option<Unfinished>) -> Self {
        self.clean &= volume.is_none();
        self.volume = volume;
        self
    }

    /// The same, with what was changed by hand.
    #[must_use]
    pub fn with_drift(mut self, drift: Option<Drift>) -> Self {
        self.clean &= drift.as_ref().is_none_or(|drift| drift.drifted == Some(false));
        self.drift = drift;
        self
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
                let theirs = m.supabase.map(|is_there| if is_there { "yes" } else { "no" }.to_owned());
                [vec![m.label.clone(), word, when], theirs.into_iter().collect()].concat()
            })
            .collect();
        if rows.is_empty() {
            writeln!(out, "there are no migrations")?;
            return self.drift.iter().try_for_each(|drift| drifted(out, drift));
        }
        let is_shared = self.migrations.iter().any(|m| m.supabase.is_some());
        let header = ["migration", "state", "applied (UTC)", "in Supabase's ledger"];
        table::write(out, header.get(..if is_shared { 4 } else { 3 }).unwrap_or_default(), &rows)?;
        let waits = |m: &&StatusLine| matches!(m.standing, Standing::Pending | Standing::Failed);
        let wrong = |m: &&StatusLine| m.standing.blocks_up() || m.standing == Standing::HalfApplied;
        let count = |which: &dyn Fn(&&StatusLine) -> bool| self.migrations.iter().filter(which).count();
        let applied = count(&|m: &&StatusLine| m.applied_on.is_some() || m.standing == Standing::AppliedBySupabase);
        write!(out, "{applied} applied, {} pending", count(&waits))?;
        match count(&wrong) {
            0 => writeln!(out)?,
            wrong => writeln!(out, ", {wrong} not as they should be")?,
        }
        if self.disagree {
            writeln!(out, "the two ledgers disagree: `migrate adopt supabase` makes them agree")?;
        }
        if let Some(volume) = &self.volume {
            let end = format!("`{}` takes it away", volume.take_away);
            let go_on = volume.go_on.as_ref().map(|command| format!("`{command}` goes on, ")).unwrap_or_default();
            writeln!(out, "{} of {}: {go_on}{end}", "unfinished volume load".yellow(), clean(&volume.vertical))?;
        }
        self.drift.iter().try_for_each(|drift| drifted(out, drift))
    }
}

/// Differences that are named; `diff --to applied` shows the rest.
const NAMED_MOST: usize = 20;

fn drifted(out: &mut dyn Write, drift: &Drift) -> Result<()> {
    if let Some(why) = &drift.unknown {
        return writeln!(out, "{} {}", "drift cannot be told:".yellow(), clean(why));
    }
    if drift.differences.is_empty() {
        return writeln!(out, "no drift");
    }
    let count = plural(drift.differences.len(), "difference");
    writeln!(
        out,
        "{} {count} from what the migrations made; `migrate diff --to applied` shows them",
        "drifted:".red()
    )?;
    for difference in drift.differences.iter().take(NAMED_MOST) {
        let word = match difference.standing {
            diff::Standing::Added => "added",
            diff::Standing::Removed => "removed",
            diff::Standing::Changed => "changed",
        };
        writeln!(out, "  {word:<8}{}", clean(&difference.id.to_string()))?;
    }
    match drift.differences.len().saturating_sub(NAMED_MOST) {
        0 => Ok(()),
        more => writeln!(out, "  and {more} more"),
    }
}

/// `verify`.
#[derive(Debug, Serialize)]
pub struct Verified<'a> {
    /// The target, password removed; null when only files were looked at.
    pub target: Option<&'a str>,
    /// How many pairs were looked at.
    pub pairs: usize,
    /// How many of them were proven by running them; null when none was run.
    pub proven: Option<usize>,
    /// Those that were run with empty tables only.
    pub without_rows: &'a [WithoutRows],
    /// What is wrong, a line each.
    pub problems: &'a [String],
}

impl View for Verified<'_> {
    fn human(&self, out: &mut dyn Write) -> Result<()> {
        for problem in self.problems {
            writeln!(out, "{} {}", "wrong:".red(), clean(problem))?;
        }
        for WithoutRows { label, failure } in self.without_rows {
            writeln!(
                out,
                "{} {label} was run with empty tables; with rows in them: {}",
                "note:".cyan(),
                clean(failure)
            )?;
        }
        let against = if self.target.is_some() { " against the ledger" } else { "" };
        let proven = self.proven.map_or_else(String::new, |proven| format!(", {proven} proven"));
        let (pairs, problems) = (plural(self.pairs, "pair"), plural(self.problems.len(), "problem"));
        writeln!(out, "{pairs} verified{against}{proven}, {problems}")
    }
}
