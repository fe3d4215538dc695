//! Files against ledger, ours and Supabase's: what stands where. Pure; `status` shows it, `up` and `down` plan with it.

use std::collections::BTreeMap;

use super::shared;
use crate::ledger::supabase::Found;
use crate::ledger::{Entry, Last, State, Width};
use crate::migration::{Pair, refinery};

/// How a version stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// In the ledger, and the files are what was applied.
    Applied,
    /// A service that embeds refinery applied it; the file is the same.
    AppliedElsewhere,
    /// Supabase's tools applied it and only their ledger has it; the file is the same, as far as that tells.
    AppliedBySupabase,
    /// Not in the ledger; comes next.
    Pending,
    /// Not in the ledger; it was tried, failed, and was rolled back. Comes next.
    Failed,
    /// Not in the ledger, but a newer one is.
    OutOfOrder,
    /// In the ledger, and the migration's file is another one now.
    Changed,
    /// In the ledger, and the rollback's file is another one now.
    RollbackChanged,
    /// Supabase's tools applied it and only their ledger has it; the file is another one now.
    ChangedBySupabase,
    /// In the ledger under another name; the texts are what was applied.
    Renamed,
    /// In the ledger, and there is no file.
    Missing,
    /// A script outside a transaction that stopped in the middle of going up.
    HalfApplied,
    /// A script outside a transaction that stopped in the middle of going down.
    HalfRolledBack,
}

impl Standing {
    /// Whether `up` must refuse because of it.
    #[must_use]
    pub fn blocks_up(self) -> bool {
        matches!(
            self,
            Self::Changed
                | Self::ChangedBySupabase
                | Self::RollbackChanged
                | Self::Renamed
                | Self::Missing
                | Self::HalfRolledBack
        )
    }

    /// The word that people see.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::AppliedElsewhere => "applied by a service",
            Self::AppliedBySupabase => "applied by supabase",
            Self::ChangedBySupabase => "not what supabase applied",
            Self::Pending => "pending",
            Self::Failed => "failed",
            Self::OutOfOrder => "out of order",
            Self::Changed => "changed",
            Self::RollbackChanged => "rollback changed",
            Self::Renamed => "renamed",
            Self::Missing => "missing",
            Self::HalfApplied => "half applied",
            Self::HalfRolledBack => "half rolled back",
        }
    }
}

/// One version, from both sides.
#[derive(Clone, Debug)]
pub struct Line<'a> {
    /// The version.
    pub version: i64,
    /// The files, if there are any.
    pub pair: Option<&'a Pair>,
    /// The ledger's word, if it has one.
    pub entry: Option<&'a Entry>,
    /// The row of Supabase's ledger, if it has one.
    pub supabase: Option<&'a Found>,
    /// Whether Supabase's ledger is kept beside ours.
    pub is_shared: bool,
    /// How it stands.
    pub standing: Standing,
}

impl Line<'_> {
    /// How a person names it.
    #[must_use]
    pub fn label(&self) -> String {
        match (self.pair, self.entry) {
            (Some(pair), _) => pair.label(),
            (None, Some(entry)) if entry.applied => format!("{:03}_{}", entry.version, entry.name),
            (None, entry) => match (self.supabase, entry) {
                (Some(found), _) => format!("{}_{}", found.version, found.name),
                (None, Some(entry)) => format!("{:03}_{}", entry.version, entry.name),
                (None, None) => self.version.to_string(),
            },
        }
    }

    /// Whether both ledgers say the same, or there is only ours. A half-done script is Supabase's to see until it is done.
    #[must_use]
    pub fn agrees(&self) -> bool {
        let applied = self.entry.is_some_and(|e| e.applied) || self.standing == Standing::AppliedBySupabase;
        let is_half = matches!(self.standing, Standing::HalfApplied | Standing::HalfRolledBack);
        !self.is_shared || is_half || self.supabase.is_some() == applied
    }

    /// The half-done script behind it.
    #[must_use]
    pub fn unfinished(&self) -> Option<&Last> {
        let direction = match self.standing {
            Standing::HalfApplied => "up",
            Standing::HalfRolledBack => "down",
            _ => return None,
        };
        self.entry.and_then(|e| e.unfinished(direction))
    }
}

/// Every version that either side knows, sorted.
#[must_use]
pub fn compare<'a>(pairs: &'a [Pair], state: &'a State, width: Width) -> Vec<Line<'a>> {
    let has_file = |version: i64| pairs.binary_search_by_key(&version, |p| p.version).is_ok();
    let shared = state.shared(has_file);
    let theirs: BTreeMap<i64, &Found> = shared.iter().copied().flatten().map(|found| (found.number, found)).collect();
    let newest = state.newest_applied().max(theirs.keys().next_back().copied()).unwrap_or(i64::MIN);
    let is_shared = shared.is_some();
    let mut lines: Vec<Line<'a>> = pairs
        .iter()
        .map(|pair| {
            let (entry, supabase) = (state.get(pair.version), theirs.get(&pair.version).copied());
            let standing = standing_of(pair, entry, supabase, newest, width);
            Line { version: pair.version, pair: Some(pair), entry, supabase, is_shared, standing }
        })
        .collect();
    let missing = state
        .entries
        .iter()
        .filter(|entry| !has_file(entry.version) && (entry.applied || entry.unfinished("up").is_some()));
    lines.extend(missing.map(|entry| Line {
        version: entry.version,
        pair: None,
        entry: Some(entry),
        supabase: theirs.get(&entry.version).copied(),
        is_shared,
        standing: if entry.unfinished("down").is_some() { Standing::HalfRolledBack } else { Standing::Missing },
    }));
    let is_told = |version: i64| lines.iter().any(|line| line.version == version);
    let only_theirs: Vec<&Found> =
        theirs.values().copied().filter(|f| !has_file(f.number) && !is_told(f.number)).collect();
    lines.extend(only_theirs.into_iter().map(|found| Line {
        version: found.number,
        pair: None,
        entry: state.get(found.number),
        supabase: Some(found),
        is_shared,
        standing: Standing::Missing,
    }));
    lines.sort_by_key(|line| line.version);
    lines
}

/// Whether a service that embeds refinery applied this very migration, with whatever line ends it was built.
pub(super) fn same_for_refinery(pair: &Pair, entry: &Entry, width: Width) -> bool {
    let recorded = entry.checksum.as_deref().and_then(|sum| sum.parse::<u64>().ok());
    recorded.is_some_and(|sum| refinery::checksums(pair, width).contains(&sum))
}

fn standing_of(pair: &Pair, entry: Option<&Entry>, supabase: Option<&Found>, newest: i64, width: Width) -> Standing {
    let by_supabase = supabase.map(|found| match found.may_be(|| shared::pieces(&pair.up.text)) {
        true => Standing::AppliedBySupabase,
        false => Standing::ChangedBySupabase,
    });
    let Some(entry) = entry else {
        let not_there = if pair.version < newest { Standing::OutOfOrder } else { Standing::Pending };
        return by_supabase.unwrap_or(not_there);
    };
    if !entry.applied {
        return match (entry.unfinished("up"), by_supabase) {
            (Some(_), _) => Standing::HalfApplied,
            (None, Some(standing)) => standing,
            (None, None) => not_applied(pair, entry, newest),
        };
    }
    if entry.unfinished("down").is_some() {
        return Standing::HalfRolledBack;
    }
    match &entry.known {
        None if same_for_refinery(pair, entry, width) => Standing::AppliedElsewhere,
        None => Standing::Changed,
        Some(known) if known.up_sha256.as_deref() != Some(pair.up.sha256.as_str()) => Standing::Changed,
        Some(known) if known.down_sha256.as_deref() != pair.down.as_ref().map(|d| d.sha256.as_str()) => {
            Standing::RollbackChanged
        }
        // A service that embeds refinery refuses to start on another name.
        Some(_) if entry.name != refinery::name(pair) => Standing::Renamed,
        Some(_) => Standing::Applied,
    }
}

fn not_applied(pair: &Pair, entry: &Entry, newest: i64) -> Standing {
    if pair.version < newest {
        Standing::OutOfOrder
    } else if entry.last.as_ref().is_some_and(|last| last.event == "failed") {
        Standing::Failed
    } else {
        Standing::Pending
    }
}
