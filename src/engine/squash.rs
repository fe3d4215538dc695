//! Many pairs folded into one that makes the same: `migrate squash`.
//!
//! Three ways are tried, and each is proven by building both in scratch databases and comparing schemas and rows. The first is
//! the script that makes the schema, with what the old migrations did to rows after it, in their order. Where that makes something
//! else (a trigger that was not there yet then writes a row now), the second is all statements as they were, one after the other.
//! The third leaves out what the first could not run again (a `DO` block that makes a trigger), and says so.

use std::collections::BTreeSet;

use super::plan::Until;
use super::rows::{self, Allowed, Table};
use super::run::Run;
use super::shadow::{self, Host};
use crate::catalog::{self, Catalog};
use crate::config::Settings;
use crate::diff::script::{Options, Script, script};
use crate::diff::{Managed, compare};
use crate::error::{self, Error, Kind};
use crate::event::{Event, Observer};
use crate::migration::{self, Pair};
use crate::sql::words::words;
use crate::sql::{self, Statement};

/// Statements that change the schema only, by their first word; what is not among them may change rows.
const OF_SCHEMA: [&str; 8] = ["CREATE", "ALTER", "DROP", "COMMENT", "GRANT", "REVOKE", "SECURITY", "REINDEX"];
/// Statements that change rows, by their first word. What else there is (`DO`, `SELECT`, `CALL`) may do anything.
const OF_ROWS: [&str; 9] = ["INSERT", "UPDATE", "DELETE", "MERGE", "COPY", "TRUNCATE", "WITH", "SET", "RESET"];
/// Every sequence outside the ledger, and the number that it gave last.
const SEQUENCES: &str = "SELECT pg_catalog.format('%I.%I', schemaname, sequencename), last_value \
                         FROM pg_catalog.pg_sequences WHERE schemaname <> 'migrate' ORDER BY 1";
/// What a script may leave behind in its session, undone where the next one began.
const RESET: &str = "RESET SESSION AUTHORIZATION;\nRESET ROLE;\nRESET ALL;\n";

/// How the folded pair makes what the old ones made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// The schema at once, then what was done to rows.
    Schema,
    /// All statements as they were.
    Statements,
    /// As `Schema`, without what may make schema and rows.
    Rows,
}

/// A pair that stands for many.
#[derive(Debug)]
pub struct Squashed {
    /// The pair.
    pub pair: Pair,
    /// How it makes what they made.
    pub way: Way,
    /// Statements that are not in it, since what they make in a new database is: `migrations/001_a.sql:20: DO`.
    pub left_out: Vec<String>,
}

/// What is to be folded: `pairs[first..=last]`.
pub struct Range<'a> {
    /// All pairs of the project.
    pub pairs: &'a [Pair],
    /// The first to be folded.
    pub first: usize,
    /// The last one, whose number the result takes.
    pub last: usize,
    /// The result's name.
    pub name: &'a str,
}

/// What scripts made of a database.
struct Made {
    catalog: Catalog,
    rows: Vec<Table>,
    /// Each sequence with the number that it gave last.
    sequences: Vec<Vec<Option<String>>>,
    /// Who made it.
    role: String,
}

/// Folds pairs into one, and proves it.
///
/// # Errors
/// [`Kind::Refused`] where no way makes the same, with what differs.
pub async fn squash(
    host: &Host,
    settings: &Settings,
    range: &Range<'_>,
    observer: &mut dyn Observer,
) -> anyhow::Result<Squashed> {
    observer.event(Event::Busy("running the migrations as they are".to_owned()));
    // What is not the same twice (times, random numbers) need not be the same a third time.
    let (before, old, again) = tokio::try_join!(
        build(host, settings, &range.pairs[..range.first]),
        build(host, settings, &range.pairs[..=range.last]),
        build(host, settings, &range.pairs[..=range.last]),
    )?;
    let mut reasons = Vec::new();
    for way in [Way::Schema, Way::Statements, Way::Rows] {
        observer.event(Event::Busy("running the folded migration".to_owned()));
        let tried = match folded(range, way, &before, &old) {
            Ok((pair, left_out)) => {
                let differs = differs(host, settings, range, &pair, (&old, &again)).await?;
                differs.map_or(Ok(Squashed { pair, way, left_out }), Err)
            }
            Err(why) => Err(why),
        };
        match tried {
            Ok(squashed) => return Ok(squashed),
            Err(why) => reasons.push(match way {
                Way::Schema => format!("as schema and rows: {why}"),
                Way::Statements => format!("statement by statement: {why}"),
                Way::Rows => format!("as schema and rows, without `DO`, `SELECT` and `CALL`: {why}"),
            }),
        }
    }
    let message = format!("the pairs cannot be folded into one that makes the same\n  {}", reasons.join("\n  "));
    Err(Error::new(Kind::Refused, message).hint("fold fewer of them: `--from VERSION`, `--to VERSION`").into())
}

async fn build(host: &Host, settings: &Settings, pairs: &[Pair]) -> anyhow::Result<Made> {
    shadow::with_schema(host, settings, pairs, Until::End, read).await
}

async fn read(shadow: &mut Run<'_>) -> anyhow::Result<Made> {
    let catalog = catalog::read(&mut shadow.session, shadow.facts.server_version).await?;
    let rows = rows::read(shadow).await?;
    let sequences = shadow.session.simple(SEQUENCES).await?;
    Ok(Made { catalog, rows, sequences, role: shadow.facts.role.clone() })
}

/// What the folded pair makes otherwise, or why it does not run. None if it is the same.
async fn differs(
    host: &Host,
    settings: &Settings,
    range: &Range<'_>,
    pair: &Pair,
    (old, again): (&Made, &Made),
) -> anyhow::Result<Option<String>> {
    let mut pairs = range.pairs[..range.first].to_vec();
    pairs.push(pair.clone());
    let new = match build(host, settings, &pairs).await {
        Ok(new) => new,
        Err(error) if matches!(error::kind_of(&error), Kind::Failed | Kind::Usage) => {
            return Ok(Some(format!("{:#}", error.root_cause()).lines().next().unwrap_or_default().to_owned()));
        }
        Err(error) => return Err(error),
    };
    if let Some(difference) = compare(&old.catalog, &new.catalog, &Managed::default()).first() {
        return Ok(Some(format!("{} is not the same", difference.id)));
    }
    let moved =
        |sequence: &&Vec<Option<String>>| again.sequences.contains(sequence) && !new.sequences.contains(sequence);
    if let Some(sequence) = old.sequences.iter().find(moved) {
        let name = sequence.first().cloned().flatten().unwrap_or_default();
        return Ok(Some(format!("sequence {name} does not go on where it did")));
    }
    let allowed = Allowed::where_two_differ(&old.rows, &again.rows);
    Ok(rows::lost(&old.rows, &new.rows, &allowed).or_else(|| rows::lost(&new.rows, &old.rows, &allowed)))
}

/// The folded pair, or why there is none in this way.
fn folded(range: &Range<'_>, way: Way, before: &Made, after: &Made) -> Result<(Pair, Vec<String>), String> {
    let generated = |from: &Made, to: &Made| {
        let options = Options { role: Some(after.role.clone()), ..Options::default() };
        text(&script(&from.catalog, &to.catalog, &Managed::default(), &options))
    };
    let pairs = &range.pairs[range.first..=range.last];
    let (first, last) = (&pairs[0], &pairs[pairs.len() - 1]);
    let title = format!("-- {} migrations in one: {} to {}.\n", pairs.len(), first.label(), last.label());
    let mut left_out = Vec::new();
    let up = match way {
        Way::Schema | Way::Rows => {
            format!("{title}\n{}{}", generated(before, after)?, rows_of(pairs, way, &mut left_out)?)
        }
        Way::Statements => format!("{title}{}", one_after_the_other(pairs.iter().map(|pair| &pair.up))?),
    };
    let reasons: BTreeSet<&str> = pairs.iter().filter_map(|pair| pair.up.directives.irreversible.as_deref()).collect();
    let down = if !reasons.is_empty() {
        None
    } else if range.first == 0 {
        Some(format!("-- Undoes {}_{}.\n\n{}", last.digits, range.name, generated(after, before)?))
    } else {
        let downs = pairs.iter().rev().filter_map(|pair| pair.down.as_ref());
        Some(format!("-- Undoes {}_{}.\n{}", last.digits, range.name, one_after_the_other(downs)?))
    };
    let up = if reasons.is_empty() {
        up
    } else {
        let reasons: Vec<&str> = reasons.into_iter().collect();
        format!("-- migrate: irreversible: {}\n{up}", reasons.join("; "))
    };
    let script = |folder: &str, text: String| {
        migration::script(format!("{folder}/{}_{}.sql", last.digits, range.name), text.into_bytes())
    };
    let pair = Pair {
        version: last.version,
        digits: last.digits.clone(),
        name: range.name.to_owned(),
        up: script("migrations", up)?,
        down: down.map(|text| script("rollbacks", text)).transpose()?,
    };
    Ok((pair, left_out))
}

/// A generated script as text.
fn text(script: &Script) -> Result<String, String> {
    match script.unscripted.first() {
        Some(id) => Err(format!("{id} cannot be scripted")),
        None => Ok(script.statements.iter().map(|statement| format!("{};\n\n", statement.sql)).collect()),
    }
}

/// What migrations do to rows, in its order.
fn rows_of(pairs: &[Pair], way: Way, left_out: &mut Vec<String>) -> Result<String, String> {
    let mut out = String::new();
    for pair in pairs {
        let statements = sql::split(&pair.up.text).map_err(|error| format!("{}:{error}", pair.up.path))?;
        let mut kept: Vec<&Statement> = Vec::new();
        for statement in statements.iter().filter(|s| !begins(piece(pair, s), &OF_SCHEMA)) {
            if way == Way::Rows && !begins(piece(pair, statement), &OF_ROWS) {
                let first = words(piece(pair, statement)).next().map_or("", |word| word.text).to_ascii_uppercase();
                left_out.push(format!("{}:{}: {first}", pair.up.path, statement.line));
            } else {
                kept.push(statement);
            }
        }
        // A setting alone does nothing.
        if kept.iter().all(|statement| is_setting(piece(pair, statement))) {
            continue;
        }
        out.push_str(&format!("-- {}\n", pair.label()));
        for statement in &kept {
            out.push_str(&with_data(&pair.up.text, statement));
        }
        if kept.iter().any(|statement| is_setting(piece(pair, statement))) {
            out.push_str(RESET);
        }
        out.push('\n');
    }
    Ok(out)
}

fn piece<'p>(pair: &'p Pair, statement: &Statement) -> &'p str {
    pair.up.text.get(statement.range.clone()).unwrap_or_default()
}

fn begins(statement: &str, with: &[&str]) -> bool {
    words(statement).next().is_none_or(|first| with.iter().any(|word| first.is(word)))
}

fn is_setting(statement: &str) -> bool {
    words(statement).next().is_some_and(|first| first.is("SET") || first.is("RESET"))
}

/// A statement with its semicolon, and the lines of data behind it.
fn with_data(text: &str, statement: &Statement) -> String {
    let sql = text.get(statement.range.clone()).unwrap_or_default();
    match statement.copy_data.clone().and_then(|data| text.get(data)) {
        Some(data) => format!("{sql};\n{data}\\.\n"),
        None => format!("{sql};\n"),
    }
}

/// All scripts as they are, each as if it began in a fresh session. A header that says how a script runs says it of the whole.
fn one_after_the_other<'s>(scripts: impl Iterator<Item = &'s migration::Script>) -> Result<String, String> {
    let mut out = String::new();
    for script in scripts {
        if script.directives.no_transaction {
            return Err(format!("{} runs outside a transaction", script.path));
        }
        let statements = sql::split(&script.text).map_err(|error| format!("{}:{error}", script.path))?;
        out.push_str(&format!("\n-- {}\n", script.path));
        // Comments between statements are kept; a header is not repeated where it would be one again.
        let body = statements.first().and_then(|first| script.text.get(first.range.start..)).unwrap_or_default();
        out.push_str(body.trim_end());
        if !body.trim_end().ends_with(';') && !body.trim_end().ends_with("\\.") {
            out.push_str("\n;");
        }
        out.push('\n');
        let leaves = |s: &Statement| is_setting(script.text.get(s.range.clone()).unwrap_or_default());
        if statements.iter().any(leaves) {
            out.push_str(RESET);
        }
    }
    Ok(out)
}
