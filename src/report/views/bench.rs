//! `bench`.

use std::io::{Result, Write};

use colored::Colorize;
use serde::Serialize;

use super::databases::size;
use crate::bench::latency::Latency;
use crate::bench::limit::{Limit, Measure};
use crate::bench::query::{Problem, Query};
use crate::bench::warning::Warning;
use crate::bench::{Measured, Options, Outcome, Server};
use crate::report::{View, clean, plural, table};

/// `bench --list`.
#[derive(Debug, Serialize)]
pub struct Queries<'a> {
    queries: Vec<Listed<'a>>,
}

/// One query.
#[derive(Debug, Serialize)]
struct Listed<'a> {
    id: &'a str,
    title: Option<&'a str>,
    file: &'a str,
    #[serde(rename = "as")]
    who: String,
    writes: bool,
    limits: Vec<String>,
}

impl<'a> Queries<'a> {
    /// Of some queries.
    #[must_use]
    pub fn new(queries: &[&'a Query]) -> Self {
        Self { queries: queries.iter().map(|query| Listed::new(query)).collect() }
    }
}

impl<'a> Listed<'a> {
    fn new(query: &'a Query) -> Self {
        Self {
            id: &query.id,
            title: query.title.as_deref(),
            file: &query.path,
            who: who(query),
            writes: query.writes,
            limits: query.limits.iter().map(Limit::to_string).collect(),
        }
    }
}

/// As whom a query runs, in a word.
fn who(query: &Query) -> String {
    let who = [&query.who.email, &query.who.role].into_iter().flatten().next();
    who.cloned().or_else(|| query.who.claimed_role()).unwrap_or_else(|| "the connecting role".to_owned())
}

impl View for Queries<'_> {
    fn human(&self, out: &mut dyn Write) -> Result<()> {
        let row = |q: &Listed<'_>| {
            vec![
                q.id.to_owned(),
                q.title.unwrap_or_default().to_owned(),
                q.who.clone(),
                q.limits.join(" "),
                q.file.to_owned(),
            ]
        };
        let rows: Vec<Vec<String>> = self.queries.iter().map(row).collect();
        table::write(out, &["query", "title", "as", "limits", "file"], &rows)
    }
}

/// `bench`.
#[derive(Debug, Serialize)]
pub struct Bench<'a> {
    /// The target, password removed.
    pub target: &'a str,
    server: &'a Server,
    clients: usize,
    runs: Option<u64>,
    duration_ms: Option<f64>,
    warm_up: u32,
    interrupted: bool,
    queries: Vec<Line<'a>>,
    /// The ids of those that exceed a limit.
    pub exceeded: Vec<&'a str>,
    /// The ids of those that failed.
    pub failed: Vec<&'a str>,
    #[serde(skip)]
    wanted: usize,
}

/// One query.
#[derive(Debug, Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    query: Listed<'a>,
    runs: usize,
    latency_ms: Option<Latency>,
    transaction_ms: Option<Latency>,
    calls_per_second: Option<f64>,
    rows_min: Option<u64>,
    rows_max: Option<u64>,
    plan: Option<Plan<'a>>,
    warnings: &'a [Warning],
    checks: Vec<Check>,
    failure: Option<Failure<'a>>,
}

#[derive(Debug, Serialize)]
struct Plan<'a> {
    fingerprint: &'a str,
    nodes: Vec<&'a str>,
    rows_read: u64,
    rows_returned: u64,
    buffers_hit: u64,
    buffers_read: u64,
    planning_ms: f64,
    execution_ms: f64,
    jit_ms: Option<f64>,
    text: Option<&'a str>,
}

/// A limit held against what was measured.
#[derive(Debug, Serialize)]
struct Check {
    limit: String,
    measured: f64,
    met: bool,
    #[serde(skip)]
    is_time: bool,
}

#[derive(Debug, Serialize)]
struct Failure<'a> {
    line: usize,
    column: Option<usize>,
    message: &'a str,
    sqlstate: Option<&'a str>,
    hint: Option<&'a str>,
    #[serde(skip)]
    excerpt: Option<&'a str>,
}

impl<'a> Bench<'a> {
    /// Holds what was found against the limits. A query's own limit takes the place of one of the command line for the same
    /// measure. `wanted` is how many queries were to be run.
    #[must_use]
    pub fn new(target: &'a str, options: &Options, outcome: &'a Outcome<'a>, limits: &[Limit], wanted: usize) -> Self {
        let queries: Vec<Line<'a>> = outcome.queries.iter().map(|measured| Line::new(measured, limits)).collect();
        let ids = |wrong: fn(&Line<'_>) -> bool| queries.iter().filter(|l| wrong(l)).map(|l| l.query.id).collect();
        Self {
            target,
            server: &outcome.server,
            clients: options.clients,
            runs: options.runs,
            duration_ms: options.duration.map(|duration| duration.as_secs_f64() * 1000.0),
            warm_up: options.warm_up,
            interrupted: outcome.interrupted,
            exceeded: ids(|line| line.checks.iter().any(|check| !check.met)),
            failed: ids(|line| line.failure.is_some()),
            queries,
            wanted,
        }
    }
}

impl<'a> Line<'a> {
    fn new(measured: &'a Measured<'a>, limits: &[Limit]) -> Self {
        let (query, figures, plan) = (measured.query, measured.figures.as_ref(), measured.plan.as_ref());
        let warnings = plan.map_or(&[][..], |plan| plan.warnings.as_slice());
        let own = |measure: Measure| query.limits.iter().any(|limit| limit.measure == measure);
        let all = query.limits.iter().chain(limits.iter().filter(|limit| !own(limit.measure)));
        let check = |limit: &Limit| {
            let (measured, met) = limit.judge(figures?, warnings.len());
            Some(Check { limit: limit.to_string(), measured, met, is_time: limit.measure != Measure::Warnings })
        };
        Self {
            query: Listed::new(query),
            runs: figures.map_or(0, |figures| figures.runs),
            latency_ms: figures.map(|figures| figures.latency),
            transaction_ms: figures.map(|figures| figures.transaction),
            calls_per_second: figures.map(|figures| figures.calls_per_second),
            rows_min: figures.map(|figures| figures.rows.0),
            rows_max: figures.map(|figures| figures.rows.1),
            plan: plan.map(|plan| Plan {
                fingerprint: &plan.fingerprint,
                nodes: plan.shape.lines().collect(),
                rows_read: plan.rows_read,
                rows_returned: plan.rows_returned,
                buffers_hit: plan.buffers_hit,
                buffers_read: plan.buffers_read,
                planning_ms: plan.planning_ms,
                execution_ms: plan.execution_ms,
                jit_ms: plan.jit_ms,
                text: plan.text.as_deref(),
            }),
            warnings,
            checks: all.filter_map(check).collect(),
            failure: measured.problem.as_deref().map(Failure::new),
        }
    }

    fn cells(&self) -> Vec<String> {
        let time = |pick: fn(&Latency) -> f64| self.latency_ms.as_ref().map_or("-".to_owned(), |l| ms(pick(l)));
        let plan = |pick: fn(&Plan<'_>) -> u64| self.plan.as_ref().map_or("-".to_owned(), |p| pick(p).to_string());
        let rows = match (self.rows_min, self.rows_max) {
            (Some(min), Some(max)) if min == max => max.to_string(),
            (Some(min), Some(max)) => format!("{min}-{max}"),
            _ => "-".to_owned(),
        };
        vec![
            self.query.id.to_owned(),
            self.query.who.clone(),
            time(|l| l.p50),
            time(|l| l.p95),
            time(|l| l.p99),
            time(|l| l.max),
            self.calls_per_second.map_or("-".to_owned(), |calls| format!("{calls:.0}")),
            rows,
            plan(|p| p.rows_read),
            plan(|p| p.buffers_hit),
            plan(|p| p.buffers_read),
            self.plan.as_ref().map_or("-".to_owned(), |p| p.fingerprint.to_owned()),
            self.query.title.unwrap_or_default().to_owned(),
        ]
    }
}

impl<'a> Failure<'a> {
    fn new(problem: &'a Problem) -> Self {
        Self {
            line: problem.line,
            column: problem.column,
            message: &problem.message,
            sqlstate: problem.sqlstate.as_deref(),
            hint: problem.hint.as_deref(),
            excerpt: problem.excerpt.as_deref(),
        }
    }
}

/// Milliseconds with three digits that say something.
fn ms(value: f64) -> String {
    if value < 10.0 {
        format!("{value:.2}")
    } else if value < 100.0 {
        format!("{value:.1}")
    } else {
        format!("{value:.0}")
    }
}

const HEADER: [&str; 13] =
    ["query", "as", "p50", "p95", "p99", "max ms", "calls/s", "rows", "read", "hit", "disk", "plan", "title"];

impl View for Bench<'_> {
    fn human(&self, out: &mut dyn Write) -> Result<()> {
        if !self.queries.is_empty() {
            let rows: Vec<Vec<String>> = self.queries.iter().map(Line::cells).collect();
            table::write(out, &HEADER, &rows)?;
        }
        for line in &self.queries {
            if let Some(text) = line.plan.as_ref().and_then(|plan| plan.text) {
                writeln!(out, "\n{} {}\n{}", line.query.id, clean(line.query.title.unwrap_or_default()), clean(text))?;
            }
        }
        let mut hints: Vec<&str> = Vec::new();
        for line in &self.queries {
            notes(out, line)?;
            hints.extend(line.failure.as_ref().and_then(|failure| failure.hint).filter(|hint| !hints.contains(hint)));
        }
        for hint in hints {
            writeln!(out, "{} {}", "hint:".cyan(), clean(hint))?;
        }
        let Server { version, shared_buffers, work_mem, jit, database_bytes } = self.server;
        let size = size(*database_bytes);
        writeln!(
            out,
            "PostgreSQL {version}, shared_buffers {shared_buffers}, work_mem {work_mem}, jit {jit}, database {size}"
        )?;
        let measured = self.queries.iter().filter(|line| line.latency_ms.is_some()).count();
        write!(out, "{} measured by {}", quantity(measured), plural(self.clients, "client"))?;
        for (words, ids) in [("failed", &self.failed), ("over a limit", &self.exceeded)] {
            if !ids.is_empty() {
                write!(out, ", {} {words}", ids.len())?;
            }
        }
        match self.interrupted {
            true => writeln!(out, "; interrupted, {} not run", quantity(self.wanted - self.queries.len())),
            false => writeln!(out),
        }
    }
}

/// `1 query`, `2 queries`.
fn quantity(count: usize) -> String {
    if count == 1 { "1 query".to_owned() } else { format!("{count} queries") }
}

/// What is wrong with a query.
fn notes(out: &mut dyn Write, line: &Line<'_>) -> Result<()> {
    let id = line.query.id;
    for warning in line.warnings {
        writeln!(out, "{} {id}: {}", "warning:".yellow(), clean(&warning.message))?;
    }
    if let Some(failure) = &line.failure {
        let column = failure.column.map_or_else(String::new, |column| format!(":{column}"));
        let code = failure.sqlstate.map_or_else(String::new, |code| format!(" (SQLSTATE {code})"));
        let place = format!("{}:{}{column}", line.query.file, failure.line);
        writeln!(out, "{} {id}: {place}: {}{code}", "failed:".red(), clean(failure.message))?;
        if let Some(excerpt) = failure.excerpt {
            writeln!(out, "{excerpt}")?;
        }
    }
    for check in line.checks.iter().filter(|check| !check.met) {
        let value = if check.is_time { format!("{} ms", ms(check.measured)) } else { format!("{}", check.measured) };
        writeln!(out, "{} {id}: {} is not met: {value}", "over:".red(), check.limit)?;
    }
    Ok(())
}
