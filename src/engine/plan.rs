//! What `up` would do, from files and ledger. Pure: values in, a plan or one error with every problem out.

use super::compare::{Line, Standing};
use crate::error::{Error, Kind};
use crate::migration::Pair;

/// How far `up` goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// Everything that is pending.
    End,
    /// That many.
    Steps(usize),
    /// Up to and with that version.
    Version(i64),
}

/// The pairs that `up` applies, in order.
#[derive(Clone, Debug, Default)]
pub struct UpPlan<'a> {
    /// To be applied.
    pub pending: Vec<&'a Pair>,
    /// Applied by a service; to be taken over into the journal.
    pub adopt: Vec<&'a Pair>,
    /// Applied by Supabase's tools; to be taken over into the ledger.
    pub take: Vec<&'a Pair>,
}

/// Plans `up`. Refuses when the ledger and the files disagree, naming every file.
pub fn up<'a>(lines: &[Line<'a>], until: Until, out_of_order: bool) -> Result<UpPlan<'a>, Error> {
    let problems: Vec<String> = lines.iter().filter_map(|line| problem(line, out_of_order)).collect();
    if !problems.is_empty() {
        let error =
            Error::new(Kind::LedgerMismatch, format!("the ledger and the files disagree\n{}", problems.join("\n")));
        return Err(hints(lines, out_of_order).into_iter().fold(error, Error::hint));
    }
    let mut pending: Vec<&Pair> = lines
        .iter()
        .filter(|line| {
            matches!(line.standing, Standing::Pending | Standing::Failed | Standing::OutOfOrder | Standing::HalfApplied)
        })
        .filter_map(|line| line.pair)
        .collect();
    match until {
        Until::End => {}
        Until::Steps(steps) => pending.truncate(steps),
        Until::Version(version) => {
            if !lines.iter().any(|line| line.version == version) {
                return Err(Error::new(Kind::Usage, format!("there is no migration with version {version}"))
                    .hint("`migrate status` lists the versions"));
            }
            pending.retain(|pair| pair.version <= version);
        }
    }
    let of = |standing| lines.iter().filter(move |l| l.standing == standing).filter_map(|l| l.pair).collect();
    Ok(UpPlan { pending, adopt: of(Standing::AppliedElsewhere), take: of(Standing::AppliedBySupabase) })
}

fn problem(line: &Line<'_>, out_of_order: bool) -> Option<String> {
    let label = line.label();
    let short = |sha: Option<&str>| sha.map_or_else(|| "unknown".to_owned(), |s| s.to_owned());
    let known = line.entry.and_then(|e| e.known.as_ref());
    match line.standing {
        Standing::Changed => {
            let path = line.pair.map_or(label, |p| p.up.path.clone());
            let now = line.pair.map(|p| p.up.sha256.as_str());
            let was = known.and_then(|k| k.up_sha256.as_deref());
            Some(format!("  {path} is not what was applied\n    applied {}\n    file    {}", short(was), short(now)))
        }
        Standing::ChangedBySupabase => {
            let path = line.pair.map_or(label, |p| p.up.path.clone());
            Some(format!("  {path} is not what Supabase's tools ran"))
        }
        Standing::RollbackChanged => {
            let down = line.pair.and_then(|p| p.down.as_ref());
            let path = down.map_or_else(|| format!("the rollback of {label}"), |d| d.path.clone());
            let was = known.and_then(|k| k.down_sha256.as_deref());
            let was = was.map_or_else(|| "none".to_owned(), str::to_owned);
            let now = down.map_or_else(|| "none".to_owned(), |d| d.sha256.clone());
            Some(format!("  {path} is not what was stored\n    stored {was}\n    file   {now}"))
        }
        Standing::Renamed => {
            let was = line.entry.map_or("", |e| e.name.as_str());
            Some(format!("  {label} was applied under the name {was}"))
        }
        Standing::Missing => Some(format!("  {label} is applied, and its file is missing")),
        Standing::HalfRolledBack => {
            let done = line.unfinished().map_or(0, |l| l.statements_done);
            Some(format!("  the rollback of {label} stopped after statement {done}"))
        }
        Standing::OutOfOrder if !out_of_order => {
            Some(format!("  {label} is older than what is applied, and is not applied itself"))
        }
        _ => None,
    }
}

fn hints(lines: &[Line<'_>], out_of_order: bool) -> Vec<String> {
    let has = |standing| lines.iter().any(|line| line.standing == standing);
    let of = |wanted: &[Standing]| lines.iter().filter(|l| wanted.contains(&l.standing)).map(|l| l.version).collect();
    let mut hints = Vec::new();
    let changed: Vec<i64> = of(&[Standing::Changed, Standing::RollbackChanged, Standing::Renamed]);
    match changed.as_slice() {
        [] => {}
        [one] => hints.push(format!("put the file back, or accept it as it is with `migrate repair --accept {one}`")),
        _ => hints.push("put the files back, or accept them as they are with `migrate repair --accept-all`".to_owned()),
    }
    let missing: Vec<i64> = of(&[Standing::Missing]);
    if let Some(version) = missing.last() {
        hints.push(format!(
            "put the file back, undo it with `migrate down`, or forget it with `migrate repair --forget {version}`"
        ));
    }
    if has(Standing::ChangedBySupabase) {
        hints.push("put the file back, or take it over as it is with `migrate adopt supabase --accept`".to_owned());
    }
    if has(Standing::HalfRolledBack) {
        hints.push("`migrate down` goes on at the statement where it stopped".to_owned());
    }
    if has(Standing::OutOfOrder) && !out_of_order {
        hints.push("apply it all the same with `migrate up --out-of-order`, or give it a newer number".to_owned());
    }
    hints
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
