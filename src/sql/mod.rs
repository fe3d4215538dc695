//! Statements of a script, error positions, quoting. Pure: no database, no files.

use std::ops::Range;

/// One statement of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Bytes of the script's text, from the first character that is not blank or comment to before the semicolon.
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
