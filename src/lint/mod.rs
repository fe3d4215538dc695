//! What is dangerous or forgotten in a pair's scripts: squawk's rules, and ours. Pure: no database, no files.
//!
//! | rules | where |
//! | --- | --- |
//! | what stops a pair from running (`missing-rollback`, `missing-header`, …) | [`crate::migration::check`] |
//! | locks, rewrites and habits | [`squawk`] |
//! | `security-definer-search-path` | [`functions`] |
//! | `ignored-by-supabase` | [`headers`], on Supabase only |
//! | `table-without-rls`, `table-without-grants`, `view-without-security-invoker` | [`exposure`], on Supabase only |
//!
//! `-- squawk-ignore RULE` above a statement and `-- squawk-ignore-file RULE` silence ours as they do squawk's.

mod exposure;
mod functions;
mod headers;
mod ignore;
mod squawk;

use std::fmt;

use crate::config::Platform;
use crate::migration::{self, Pair, Script};
use crate::sql::{self, Statement, position};

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// The script cannot run, or leaves something open.
    Error,
    /// It can run, and may hurt.
    Warning,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Level::Error => "error",
            Level::Warning => "warning",
        })
    }
}

/// One thing that was found.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Finding {
    /// The script.
    pub path: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// The rule's name, as an ignore comment spells it.
    pub rule: String,
    /// How bad it is.
    pub level: Level,
    /// What is wrong, a fragment or sentences.
    pub message: String,
    /// What mends it.
    pub help: Option<String>,
}

/// Our own rules, as ignore comments may name them. What stops a pair from running cannot be ignored.
const OURS: [&str; 5] = [
    "ignored-by-supabase",
    "security-definer-search-path",
    "table-without-rls",
    "table-without-grants",
    "view-without-security-invoker",
];

/// Everything that is found in a pair, by script and place.
#[must_use]
pub fn check(pair: &Pair, platform: Platform) -> Vec<Finding> {
    let mut findings: Vec<Finding> = migration::check(pair).into_iter().map(stopping).collect();
    findings.extend(one(&pair.up, Direction::Up, platform));
    if let Some(down) = &pair.down {
        findings.extend(one(down, Direction::Down, platform));
    }
    let is_down = |finding: &Finding| finding.path != pair.up.path;
    findings.sort_by_key(|finding| (is_down(finding), finding.line, finding.column));
    findings
}

/// Which way a script goes: a rollback drops what its migration made, which is no finding.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Up,
    Down,
}

fn stopping(problem: migration::Problem) -> Finding {
    Finding {
        path: problem.path,
        line: problem.line.max(1),
        column: 1,
        rule: problem.rule.to_owned(),
        level: Level::Error,
        message: problem.message,
        help: problem.help,
    }
}

/// A script with its statements, and what was found in it.
struct Look<'a> {
    script: &'a Script,
    statements: &'a [Statement],
    findings: Vec<Finding>,
}

impl<'a> Look<'a> {
    /// The text of a statement.
    fn text(&self, statement: &Statement) -> &'a str {
        &self.script.text[statement.range.clone()]
    }

    /// Adds a finding of ours about a statement.
    fn report(&mut self, statement: &Statement, rule: &str, level: Level, message: String, help: &str) {
        let (line, column) = position::of_byte(&self.script.text, statement.range.start);
        let (path, rule, help) = (self.script.path.clone(), rule.to_owned(), Some(help.to_owned()));
        self.findings.push(Finding { path, line, column, rule, level, message, help });
    }
}

fn one(script: &Script, direction: Direction, platform: Platform) -> Vec<Finding> {
    // What cannot be split is told by `migration::check`; there is nothing more to say about it.
    let Ok(statements) = sql::split(&script.text) else { return Vec::new() };
    let mut look = Look { script, statements: &statements, findings: Vec::new() };
    functions::look(&mut look);
    if platform == Platform::Supabase {
        exposure::look(&mut look);
        headers::look(&mut look);
    }
    let ignores = ignore::read(&script.text);
    let mut findings = look.findings;
    findings.retain(|finding| !ignores.cover(finding));
    findings.extend(squawk::look(script, &statements, direction));
    findings
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
