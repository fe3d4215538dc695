//! What is wrong with a plan: what will be slow when there is more data, even where it is fast today.

use serde::{Deserialize, Serialize};

use super::plan::{Node, whole};
use crate::sql::{Name, quote, words};

/// Rows from which on a table is large.
pub const LARGE_TABLE: f64 = 10_000.0;
/// Rows of a large table that a sequential scan may look at without a warning: a LIMIT stopped it in time.
const FEW: f64 = 1_000.0;
/// Evaluations of a policy's function or sub-select from which on it counts as evaluated per row.
const EVALUATIONS: f64 = 100.0;
/// How many rows may be thrown away for each that is kept.
const WASTE: f64 = 10.0;
/// How far off an estimate may be, and the rows from which on it matters.
const ESTIMATE: f64 = 100.0;
/// Milliseconds of compiling that go without a warning.
const JIT_MS: f64 = 1.0;

/// A warning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// Which.
    pub kind: Kind,
    /// The table, or the node of the plan.
    pub object: Option<String>,
    /// The policy, where one can be named.
    pub policy: Option<String>,
    /// In words.
    pub message: String,
}

/// The warnings that there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A large table was read from its beginning.
    SequentialScan,
    /// That, although an index begins with a column of the filter.
    IndexUnused,
    /// A policy calls a function, or runs a sub-select, for each row.
    PolicyPerRow,
    /// Far more rows were read than were of use.
    RowsRemoved,
    /// The planner expected more than a hundred times as many rows, or as few.
    Estimate,
    /// A sort, a hash or an aggregate did not fit in memory.
    Spilled,
    /// Time went into compiling.
    Jit,
}

/// What is known of a table.
#[derive(Debug, Deserialize)]
pub(super) struct Relation {
    schema: String,
    name: String,
    rows: f64,
    /// Whether row security holds for the role that asks.
    is_guarded: bool,
    policies: Vec<Policy>,
    indexes: Vec<Index>,
}

#[derive(Debug, Deserialize)]
struct Policy {
    name: String,
    text: String,
    /// What it calls, built-in functions left out.
    functions: Vec<Function>,
}

#[derive(Debug, Deserialize)]
struct Function {
    name: String,
    /// With its schema.
    shown: String,
}

#[derive(Debug, Deserialize)]
struct Index {
    name: String,
    first: Option<String>,
}

/// All that is wrong with a plan, each thing once.
pub(super) fn of(plan: &Node, relations: &[Relation]) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for (node, above) in plan.walk() {
        if node.loops < 1.0 {
            continue;
        }
        let relation = node
            .name()
            .and_then(|name| relations.iter().find(|r| r.name == name.name && Some(&r.schema) == name.schema.as_ref()));
        match sequential_scan(node, relation) {
            Some(warning) => warnings.push(warning),
            None => warnings.extend(rows_removed(node)),
        }
        warnings.extend(relation.and_then(|relation| policy_per_row(node, relation)));
        warnings.extend(estimate(node, &above));
        warnings.extend(node.spilled_kib().map(|kib| spilled(node, kib)));
    }
    let mut once: Vec<Warning> = Vec::new();
    for warning in warnings {
        if !once.contains(&warning) {
            once.push(warning);
        }
    }
    once
}

/// Compiling took its time.
pub(super) fn jit(ms: f64, execution_ms: f64) -> Option<Warning> {
    (ms >= JIT_MS).then(|| Warning {
        kind: Kind::Jit,
        object: None,
        policy: None,
        message: format!("JIT compiling took {ms:.1} ms of {execution_ms:.1} ms: its cost is above jit_above_cost"),
    })
}

fn sequential_scan(node: &Node, relation: Option<&Relation>) -> Option<Warning> {
    let (name, read) = (node.name().filter(|_| node.kind == "Seq Scan")?, node.looked_at());
    let rows = relation.map_or(0.0, |relation| relation.rows);
    if read < FEW || rows.max(read) < LARGE_TABLE {
        return None;
    }
    let table = shown(&name);
    let much = format!("{} rows read, {} kept", count(read), count(node.kept()));
    let unused = relation.zip(node.filter.as_deref()).and_then(|(relation, filter)| {
        relation.indexes.iter().find(|index| index.first.as_deref().is_some_and(|first| mentions(filter, first)))
    });
    // An index does not help those that want most of the rows.
    let (kind, message) = match unused.filter(|_| node.kept() * 2.0 < read) {
        Some(index) => (
            Kind::IndexUnused,
            format!(
                "sequential scan on {table}, although index {} begins with a column of its filter: {much}",
                index.name
            ),
        ),
        None => (Kind::SequentialScan, format!("sequential scan on {table}: {much}")),
    };
    Some(Warning { kind, object: Some(table), policy: None, message })
}

fn rows_removed(node: &Node) -> Option<Warning> {
    let (gone, kept) = (node.thrown_away(), node.kept());
    if gone < FEW || gone < WASTE * kept.max(1.0) {
        return None;
    }
    let (title, gone, kept) = (node.title(), count(gone), count(kept));
    let message = format!("{title}: a filter threw away {gone} rows and kept {kept}");
    Some(Warning { kind: Kind::RowsRemoved, object: Some(title), policy: None, message })
}

fn policy_per_row(node: &Node, relation: &Relation) -> Option<Warning> {
    let filter = node.filter.as_deref().filter(|_| relation.is_guarded)?;
    let table = shown(&node.name()?);
    let warning = |policy: &Policy, message: String| Warning {
        kind: Kind::PolicyPerRow,
        object: Some(table.clone()),
        policy: Some(policy.name.clone()),
        message,
    };
    let rows = node.looked_at();
    if rows >= EVALUATIONS {
        let called = calls(filter);
        let found = relation.policies.iter().find_map(|policy| Some((policy, policy.calls_of(&called)?)));
        if let Some((policy, function)) = found {
            let message = format!(
                "policy {} on {table} calls {function}() for each of {} rows: `(select {function}(…))` is asked once",
                quote::ident(&policy.name),
                count(rows)
            );
            return Some(warning(policy, message));
        }
    }
    // A sub-select of the query itself looks the same: it is the policy's when it reads what the policy names.
    let subplans = node.children.iter().filter(|child| {
        child.relationship.as_deref() == Some("SubPlan")
            && child.loops >= EVALUATIONS
            && child.subplan.as_deref().is_some_and(|name| filter.contains(&format!("({name})")))
    });
    for subplan in subplans {
        let read: Vec<String> = subplan.walk().iter().filter_map(|(node, _)| Some(node.name()?.name)).collect();
        let policy = relation.policies.iter().find(|policy| read.iter().any(|table| mentions(&policy.text, table)));
        if let Some(policy) = policy {
            let message = format!(
                "policy {} on {table} runs a sub-select on {} for each of {} rows",
                quote::ident(&policy.name),
                read.join(", "),
                count(subplan.loops)
            );
            return Some(warning(policy, message));
        }
    }
    None
}

impl Policy {
    /// The one of some calls that is this policy's.
    fn calls_of(&self, called: &[String]) -> Option<&str> {
        let is_called = |name: &str| called.iter().any(|call| call == name);
        if let Some(function) = self.functions.iter().find(|function| is_called(&function.name)) {
            return Some(&function.shown);
        }
        if !is_called(SETTING) {
            return None;
        }
        if mentions(&self.text, SETTING) {
            return Some(SETTING);
        }
        // A function in SQL whose body has taken its place, as that of auth.uid(). In a sub-select it would not be here.
        let is_bare = |function: &&Function| !self.text.contains(&format!("SELECT {}(", function.shown));
        self.functions.iter().find(is_bare).map(|function| function.shown.as_str())
    }
}

/// What tells a session's person, in the end.
const SETTING: &str = "current_setting";

/// Only where it begins: an estimate that is off makes all of those above it so.
fn estimate(node: &Node, above: &[&Node]) -> Option<Warning> {
    if !is_off(node) || node.children.iter().any(is_off) {
        return None;
    }
    // What may be left early was planned to the end.
    let is_cut = |node: &&Node| {
        matches!(node.kind.as_str(), "Limit" | "Merge Join")
            || node.join.as_deref().is_some_and(|join| join == "Semi" || join == "Anti")
            || node.subplan.is_some()
    };
    // A thousand rows is what is said of functions of which nothing is known.
    if node.kind == "Function Scan" && node.actual < node.expected {
        return None;
    }
    if node.actual < node.expected && (above.iter().any(is_cut) || node.subplan.is_some() || is_cut(&node)) {
        return None;
    }
    let title = node.title();
    let message = format!("{title}: {} rows were expected, and {} came", count(node.expected), count(node.actual));
    Some(Warning { kind: Kind::Estimate, object: Some(title), policy: None, message })
}

fn is_off(node: &Node) -> bool {
    // Of these, no rows are counted.
    if matches!(node.kind.as_str(), "BitmapAnd" | "BitmapOr" | "ModifyTable") {
        return false;
    }
    let (expected, actual) = (node.expected.max(1.0), node.actual.max(1.0));
    node.loops >= 1.0 && (expected / actual).max(actual / expected) > ESTIMATE && expected.max(actual) >= FEW
}

fn spilled(node: &Node, kib: f64) -> Warning {
    let title = node.title();
    let size = if kib > 0.0 { format!(" {} KiB", count(kib)) } else { String::new() };
    let message = format!("{title}: work_mem was too small, and{size} went to disk");
    Warning { kind: Kind::Spilled, object: Some(title), policy: None, message }
}

/// The functions that an expression calls, without their schemas.
fn calls(expression: &str) -> Vec<String> {
    let words: Vec<words::Word<'_>> = words::words(expression).collect();
    words.windows(2).filter(|pair| pair[1].text == "(").filter_map(|pair| pair[0].ident()).collect()
}

/// Whether a name stands in an expression as a word.
fn mentions(expression: &str, name: &str) -> bool {
    words::words(expression).any(|word| word.ident().is_some_and(|ident| ident == name))
}

/// A table as people write it.
pub(super) fn shown(name: &Name) -> String {
    quote::shown_qualified(name.schema.as_deref().unwrap_or_default(), &name.name)
}

/// `438,000`
fn count(number: f64) -> String {
    let digits = whole(number).to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
