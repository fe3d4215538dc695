//! The script that turns one catalog into another: statements in an order that works, each with what it may cost.
//!
//! | module | what it answers |
//! | --- | --- |
//! | `fate` | what becomes of every object: made, dropped, changed in place, made anew |
//! | `plan`, `graph` | which statements travel together, and what must come before what |
//! | `rules` | how each kind of object is made, changed and dropped in SQL |
//! | [`groups()`] | which statements share a transaction |
//! | `grants` | from one access control list to another |
//! | `name` | what SQL calls an object |
//! | [`Hazard`] | what a statement may cost |
//!
//! Pure: catalogs in, text out. Order is derived from what `pg_depend` says of both sides, and is never listed by hand.

mod fate;
mod grants;
mod graph;
mod groups;
mod hazard;
mod name;
mod plan;
mod rules;
mod sides;
mod text;

use serde::Serialize;

pub use groups::{Group, groups};
pub use hazard::Hazard;
pub use text::{file, text};

use self::fate::Fates;
use self::sides::{Index, Sides};
use super::{Managed, Rename, compare, of_parts};
use crate::catalog::{Catalog, Id, Kind};

/// What is asked of a script.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Who will run it: what this role makes gets its default privileges. None if unknown: each object's owner.
    pub role: Option<String>,
    /// Objects that get another name, and keep what they hold.
    pub renames: Vec<Rename>,
    /// For a busy database: indexes are built concurrently, constraints are checked in a second step that locks nobody out.
    pub online: bool,
}

/// How a statement stands to the transaction of those around it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// With its neighbours.
    #[default]
    Together,
    /// Outside a transaction: `CREATE INDEX CONCURRENTLY`.
    Alone,
    /// When all the rest is committed, and outside a transaction: `VALIDATE CONSTRAINT`.
    AtTheEnd,
}

/// A piece of SQL without its semicolon, and what it may cost.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Piece {
    sql: String,
    hazards: Vec<Hazard>,
    when: When,
}

impl Piece {
    fn new(sql: String) -> Self {
        Self { sql, hazards: Vec::new(), when: When::Together }
    }

    fn with(sql: String, hazards: impl IntoIterator<Item = Hazard>) -> Self {
        Self { sql, hazards: hazards.into_iter().collect(), when: When::Together }
    }

    /// The same, outside the transaction of its neighbours.
    fn when(self, when: When) -> Self {
        Self { when, ..self }
    }
}

/// One statement of a script.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Statement {
    /// The SQL, without a semicolon.
    pub sql: String,
    /// The object that it is about.
    pub about: Id,
    /// What it may cost.
    pub hazards: Vec<Hazard>,
    /// How it stands to the transaction of those around it.
    pub when: When,
}

/// Statements in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Script {
    /// What to run.
    pub statements: Vec<Statement>,
    /// What differs and cannot be scripted: a subscription, whose connection is a secret.
    pub unscripted: Vec<Id>,
}

impl Script {
    /// The statements that lose rows or values.
    pub fn losses(&self) -> impl Iterator<Item = &Statement> {
        self.statements.iter().filter(|statement| statement.hazards.iter().any(Hazard::is_data_loss))
    }
}

/// The script that makes `to` of `from`, what is `managed` by others left alone.
#[must_use]
pub fn script(from: &Catalog, to: &Catalog, managed: &Managed, options: &Options) -> Script {
    let mut renamed = None;
    let mut first = renames(&options.renames, from, &mut renamed);
    let parts = of_parts(renamed.as_ref().unwrap_or(from), to, &compare(renamed.as_ref().unwrap_or(from), to, managed));
    first.extend(renames(&parts, from, &mut renamed));
    let from = renamed.as_ref().unwrap_or(from);
    let differences = compare(from, to, managed);
    let sides = Sides { from: Index::new(from), to: Index::new(to) };
    let fates = Fates::decide(&differences, &sides, managed);
    let plan = plan::plan(&fates, &sides, options);
    let statements = plan.steps.into_iter().flat_map(|(about, pieces)| {
        let one = |Piece { sql, hazards, when }: Piece| Statement { sql, about: about.clone(), hazards, when };
        pieces.into_iter().map(one)
    });
    let mut statements: Vec<Statement> = first.into_iter().chain(statements).collect();
    statements.sort_by_key(|statement| statement.when == When::AtTheEnd);
    // A body written as a string may name what is made later; PostgreSQL shall not look for it yet.
    let names_later =
        |s: &Statement| matches!(s.about.kind, Kind::Function | Kind::Procedure) && s.sql.starts_with("CREATE");
    if let Some(first) = statements.iter().find(|s| names_later(s)).filter(|_| statements.len() > 1) {
        let sql = "SET check_function_bodies = off".to_owned();
        let about = first.about.clone();
        statements.insert(0, Statement { sql, about, hazards: Vec::new(), when: When::Together });
    }
    Script { statements, unscripted: plan.unscripted.into_iter().cloned().collect() }
}

/// The statements that rename, and the catalog as it is after them.
fn renames(renames: &[Rename], from: &Catalog, after: &mut Option<Catalog>) -> Vec<Statement> {
    let mut statements = Vec::new();
    for rename in renames {
        let catalog = after.get_or_insert_with(|| from.clone());
        let Some(object) = catalog.get(&rename.from) else { continue };
        let is_part = !rename.from.of.is_empty();
        let on = if is_part { name::owner_of_part(&rename.from) } else { name::name(object) };
        let hazard = Hazard::Lock { level: "access exclusive", on };
        let sql = rename.sql(object);
        statements.push(Statement { sql, about: rename.from.clone(), hazards: vec![hazard], when: When::Together });
        rename.play(catalog);
    }
    statements
}
