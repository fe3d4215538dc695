//! The pieces in which a script outside a transaction runs: single statements, and `BEGIN … COMMIT` blocks of its own.

use std::ops::Range;

use super::step::Step;
use crate::error::{Error, Kind};
use crate::sql::TransactionRule;

/// One piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unit {
    /// Index of its first statement.
    pub first: usize,
    /// How many statements it has.
    pub count: usize,
    /// Must run outside a transaction.
    pub alone: bool,
    /// Says CONCURRENTLY.
    pub concurrently: bool,
    /// Brings its own BEGIN and COMMIT, which are ours then.
    block: bool,
}

impl Unit {
    /// The statements that are sent.
    #[must_use]
    pub(super) fn inner(&self) -> Range<usize> {
        if self.block { self.first + 1..self.first + self.count - 1 } else { self.first..self.first + self.count }
    }
}

/// Cuts a step into units.
pub(super) fn units(step: &Step) -> Result<Vec<Unit>, Error> {
    let refuse = |index: usize, words: &str| {
        Error::new(Kind::Usage, format!("{}: {words} has no BEGIN before it or no COMMIT after it", step.place(index)))
    };
    let mut units = Vec::new();
    let mut open: Option<usize> = None;
    for (index, statement) in step.statements.iter().enumerate() {
        match (&statement.transaction, open) {
            (TransactionRule::Controls("BEGIN" | "START TRANSACTION"), None) => open = Some(index),
            (TransactionRule::Controls("COMMIT" | "END"), Some(first)) => {
                units.push(Unit { first, count: index - first + 1, alone: false, concurrently: false, block: true });
                open = None;
            }
            (TransactionRule::Controls(words), _) => return Err(refuse(index, words)),
            (TransactionRule::Forbidden(words), Some(_)) => {
                return Err(Error::new(
                    Kind::Usage,
                    format!("{}: {words} cannot run between BEGIN and COMMIT", step.place(index)),
                ));
            }
            (TransactionRule::Forbidden(words), None) => units.push(Unit {
                first: index,
                count: 1,
                alone: true,
                concurrently: words.contains("CONCURRENTLY"),
                block: false,
            }),
            (TransactionRule::Allowed, Some(_)) => {}
            (TransactionRule::Allowed, None) => units.push(Unit {
                first: index,
                count: 1,
                alone: may_commit(step.statement(index)),
                concurrently: false,
                block: false,
            }),
        }
    }
    match open {
        Some(index) => Err(refuse(index, "BEGIN")),
        None => Ok(units),
    }
}

/// `CALL` and `DO` may commit by themselves when they are at the top level.
fn may_commit(statement: &str) -> bool {
    let word = statement.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or("");
    word.eq_ignore_ascii_case("call") || word.eq_ignore_ascii_case("do")
}
