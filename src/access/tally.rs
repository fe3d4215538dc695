//! A cell out of many tries: what became of each row.

use super::attempt::Verdict;
use super::matrix::Cell;

/// What became of the rows of one table, tried as one identity.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    /// Rows on which it worked.
    pub(super) done: u64,
    is_denied: bool,
    is_refused: bool,
    failed: Option<String>,
}

impl Tally {
    /// Takes note of a try that did not work.
    pub(super) fn missed(&mut self, verdict: &Verdict) {
        match verdict {
            Verdict::Denied => self.is_denied = true,
            // It ran and did nothing, or nothing that lasted: what a constraint said comes after all who could refuse.
            Verdict::Raised | Verdict::Constraint(_) => self.is_refused = true,
            Verdict::Ran(affected, _) => self.is_refused |= *affected > 0,
            Verdict::Failed(code) => self.failed = Some(code.clone()),
        }
    }

    /// The cell, where there were `of` rows.
    pub(super) fn cell(self, of: u64) -> Cell {
        match self {
            Self { done, .. } if done > 0 && done >= of => Cell::All,
            Self { done, .. } if done > 0 => Cell::Some,
            // Some tries were not what a caller would say, and failed for that; a denial was about him.
            Self { is_denied: true, .. } => Cell::Denied,
            Self { is_refused: true, .. } => Cell::Refused,
            Self { failed: Some(code), .. } => Cell::Failed(code),
            _ => Cell::None,
        }
    }
}
