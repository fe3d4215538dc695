//! How a command ends when it does not end well: a kind, which is the exit code, and hints, which are what to do next.
//!
//! Code that must choose the exit code returns an [`Error`] inside `anyhow::Error`; everything else is
//! [`Kind::Failed`]. The outermost [`Error`] in a chain decides.

use std::fmt;

/// Why a command ended, as scripts see it. The numbers are a contract: see the README.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The database or a script said no; what was done before it stands.
    Failed = 1,
    /// Wrong usage: arguments, configuration or environment.
    Usage = 2,
    /// A check found differences.
    Differences = 3,
    /// Refused for safety: not confirmed, protected, or would lose data.
    Refused = 4,
    /// Another runner holds the lock, or a lock could not be had in time.
    Locked = 5,
    /// The ledger and the files disagree.
    LedgerMismatch = 6,
    /// Interrupted by the user.
    Interrupted = 130,
}

impl Kind {
    /// The exit code of the process.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        self as u8
    }

    /// The stable name used in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Kind::Failed => "failed",
            Kind::Usage => "usage",
            Kind::Differences => "differences",
            Kind::Refused => "refused",
            Kind::Locked => "locked",
            Kind::LedgerMismatch => "ledger_mismatch",
            Kind::Interrupted => "interrupted",
        }
    }
}

/// A message with its kind, and hints that name the command which mends it.
#[derive(Debug)]
pub struct Error {
    /// Decides the exit code.
    pub kind: Kind,
    /// What happened: a lowercase fragment that reads after "error: ". May span lines.
    pub message: String,
    /// What to do about it, one sentence each.
    pub hints: Vec<String>,
}

impl Error {
    /// An error without hints.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hints: Vec::new() }
    }

    /// Adds a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

/// The exit kind of any error: that of the outermost [`Error`] in its chain, else [`Kind::Failed`].
#[must_use]
pub fn kind_of(error: &anyhow::Error) -> Kind {
    find(error).map_or(Kind::Failed, |e| e.kind)
}

/// The outermost [`Error`] in a chain.
#[must_use]
pub fn find(error: &anyhow::Error) -> Option<&Error> {
    // anyhow knows what was attached as context; the chain shows it as a type of anyhow's own.
    error.downcast_ref::<Error>().or_else(|| error.chain().find_map(|cause| cause.downcast_ref::<Error>()))
}

/// Whether the reader of our standard output has gone.
#[must_use]
pub fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<std::io::Error>())
        .any(|e| e.kind() == std::io::ErrorKind::BrokenPipe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_found_as_the_cause_and_as_the_context() {
        let ours = || Error::new(Kind::Locked, "held").hint("wait");
        let cause = anyhow::Error::new(ours()).context("while waiting");
        let context = anyhow::anyhow!("no answer").context(ours()).context("while waiting");
        for error in [cause, context] {
            assert_eq!(kind_of(&error), Kind::Locked);
            assert_eq!(find(&error).unwrap().hints, ["wait"]);
        }
        assert_eq!(kind_of(&anyhow::anyhow!("no answer")), Kind::Failed);
    }
}
