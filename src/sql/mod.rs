//! Statements of a script, error positions, quoting. Pure: no database, no files.
//!
//! | module | what it answers |
//! | --- | --- |
//! | [`split()`] | which statements a script holds, as psql would send them |
//! | [`classify`] | whether a statement may run in a transaction |
//! | [`concurrent`] | what a `CONCURRENTLY` statement works on, to ask the catalog after a crash |
//! | [`pieces()`] | a script between its semicolons, comments kept |
//! | [`losses`] | what a script would destroy |
//! | [`position`] | line, column and excerpt of a position that the server reports |
//! | [`quote`] | identifiers and literals |
//! | [`words`] | the significant tokens of a statement, through squawk's lexer |
//! | [`writes`] | the tables into whose rows a script writes |

use std::ops::Range;

pub mod classify;
pub mod concurrent;
pub mod losses;
mod pieces;
pub mod position;
pub mod quote;
mod split;
pub mod words;
pub mod writes;

pub use pieces::pieces;
pub use split::split;

/// One statement of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Bytes of the script's text, from the first character to the last that are neither blank nor comment, without the
    /// semicolon.
    pub range: Range<usize>,
    /// Line of its first character, from 1.
    pub line: usize,
    /// For `COPY … FROM STDIN`: the bytes of its data, up to before the `\.` line.
    pub copy_data: Option<Range<usize>>,
    /// Whether it may run in a transaction.
    pub transaction: TransactionRule,
}

/// How a statement stands to transactions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TransactionRule {
    /// May run in a transaction.
    Allowed,
    /// Begins or ends one itself (`BEGIN`, `COMMIT`, …): the words.
    Controls(&'static str),
    /// Must not run in one: the words, e.g. `CREATE INDEX CONCURRENTLY`.
    Forbidden(&'static str),
}

/// Why a script cannot be split.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SplitError {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong, a lowercase fragment.
    pub message: String,
}

impl std::fmt::Display for SplitError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.message)
    }
}

impl std::error::Error for SplitError {}

/// A name as the catalog spells it: unquoted, folded.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Name {
    /// The schema, if the statement names one.
    pub schema: Option<String>,
    /// The object.
    pub name: String,
}
