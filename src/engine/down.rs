//! `migrate down`: the stored rollbacks, newest application first.
//!
//! What runs is the text that the ledger kept when the migration was applied, so any build can roll back a release,
//! with or without its files. A rollback file that differs from the stored text is shown and refused.

use super::compare::same_for_refinery;
use super::losses::{self, Loss};
use super::run::Run;
use super::shared;
use super::step::{Direction, Step};
use super::unfinished;
use super::up::{self, Outcome};
use crate::error::{Error, Kind};
use crate::ledger::{self, State, Stored, Width};
use crate::migration::{self, Pair, refinery};
use crate::sql;

/// How far `down` goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// That many, newest first.
    Steps(usize),
    /// Everything newer than that version, which stays.
    Version(i64),
    /// Everything that was not applied when the release was named.
    Release(String),
    /// Everything.
    All,
}

/// What `down` will do, to be shown and confirmed.
#[derive(Debug)]
pub struct Plan {
    /// The rollbacks, in the order in which they run.
    pub steps: Vec<Step>,
    /// What they destroy.
    pub losses: Vec<Loss>,
    /// Whether one transaction holds them all.
    pub together: bool,
}

/// Plans: reads the stored rollbacks and counts what they destroy. Changes nothing.
pub async fn plan(run: &mut Run<'_>, pairs: &[Pair], target: &Target) -> anyhow::Result<Plan> {
    let state = run.state().await?;
    half_applied(&state)?;
    unfinished::refuse(run).await?;
    only_supabase(&state, pairs)?;
    let stored = if state.entries.iter().any(|e| e.applied) { stored(run).await? } else { Vec::new() };
    let chosen = choose(run, stored, target).await?;
    let width = run.width(0);
    let steps = chosen.iter().map(|stored| step(stored, &state, pairs, width)).collect::<Result<Vec<_>, _>>()?;
    let together = matches!(target, Target::Release(_)) && steps.iter().all(|s| !s.directives.no_transaction);
    let losses = losses::count(run, &steps).await?;
    Ok(Plan { steps, losses, together })
}

/// A migration that stopped half-way must be finished or forgotten before anything under it is pulled away.
fn half_applied(state: &State) -> Result<(), Error> {
    match state.entries.iter().find(|e| !e.applied && e.unfinished("up").is_some()) {
        None => Ok(()),
        Some(entry) => Err(Error::new(
            Kind::LedgerMismatch,
            format!("{:03}_{} stopped half-way: it is neither applied nor rolled back", entry.version, entry.name),
        )
        .hint("finish it with `migrate up`")
        .hint(format!("or undo by hand what it did, and `migrate repair --forget {}`", entry.version))),
    }
}

/// What Supabase's tools applied on top must be known before anything under it is pulled away.
fn only_supabase(state: &State, pairs: &[Pair]) -> Result<(), Error> {
    let shared = state.shared(|version| pairs.iter().any(|p| p.version == version)).unwrap_or_default();
    match shared.iter().find(|found| !state.get(found.number).is_some_and(|e| e.applied)) {
        None => Ok(()),
        Some(found) => Err(Error::new(
            Kind::LedgerMismatch,
            format!("{}_{} was applied by Supabase's tools, and is not in the ledger", found.version, found.name),
        )
        .hint("take it over with `migrate adopt supabase`")),
    }
}

/// The rollbacks that the target means, newest application first.
async fn choose(run: &mut Run<'_>, stored: Vec<Stored>, target: &Target) -> anyhow::Result<Vec<Stored>> {
    Ok(match target {
        Target::All => stored,
        Target::Steps(steps) => stored.into_iter().take(*steps).collect(),
        Target::Version(0) => stored,
        Target::Version(version) => {
            if !stored.iter().any(|s| s.version == *version) {
                return Err(Error::new(
                    Kind::Usage,
                    format!("version {version} is not applied, so there is no way back to it"),
                )
                .hint("`migrate status` lists what is applied; `--all` or `--to 0` goes back to the beginning")
                .into());
            }
            stored.into_iter().filter(|s| s.version > *version).collect()
        }
        Target::Release(name) => {
            let release = super::release::find(run, name).await?;
            stored.into_iter().filter(|s| !release.versions.contains(&s.version)).collect()
        }
    })
}

/// The step of one applied version.
pub(super) async fn stored_step(run: &mut Run<'_>, pairs: &[Pair], version: i64) -> anyhow::Result<Step> {
    let (stored, state, width) = (stored(run).await?, run.state().await?, run.width(0));
    let found = stored.iter().find(|s| s.version == version);
    let stored = found.ok_or_else(|| Error::new(Kind::Usage, format!("version {version} is not applied")))?;
    Ok(step(stored, &state, pairs, width)?)
}

async fn stored(run: &mut Run<'_>) -> anyhow::Result<Vec<Stored>> {
    let stored = run.ledger.rollbacks(&mut run.session, run.facts.journal).await;
    stored.map_err(|f| anyhow::anyhow!("failed to read the stored rollbacks: {f}"))
}

fn step(stored: &Stored, state: &State, pairs: &[Pair], width: Width) -> Result<Step, Error> {
    let pair = pairs.iter().find(|p| p.version == stored.version);
    let label = pair.map_or_else(|| format!("{:03}_{}", stored.version, stored.name), Pair::label);
    let file = pair.and_then(|p| p.down.as_ref());
    let (text, path) = match (&stored.rollback, file) {
        (Some(text), Some(file)) if file.text != *text => return Err(changed(stored.version, &label, text, file)),
        (Some(text), Some(file)) => (text.clone(), file.path.clone()),
        (Some(text), None) => (text.clone(), format!("the stored rollback of {label}")),
        // Applied by a service that embeds refinery, which keeps no rollbacks: the file is all there is.
        (None, Some(file)) if !stored.known => {
            unchanged(stored, state, pair, width)?;
            (file.text.clone(), file.path.clone())
        }
        (None, _) => return Err(irreversible(&label, pair)),
    };
    let directives =
        migration::directives(&path, &text).map_err(|e| Error::new(Kind::Usage, format!("{path}: {e}")))?;
    let statements = sql::split(&text)
        .map_err(|e| Error::new(Kind::Usage, format!("{path}:{}:{}: {}", e.line, e.column, e.message)))?;
    Ok(Step {
        label,
        path,
        direction: Direction::Down,
        record: ledger::Script {
            version: stored.version,
            digits: pair.map_or_else(|| stored.version.to_string(), |p| p.digits.clone()),
            name: stored.name.clone(),
            refinery_name: String::new(),
            refinery_checksum: String::new(),
            up_sha256: stored.up_sha256.clone(),
            down_sha256: stored.down_sha256.clone(),
            rollback: None,
            statements: i32::try_from(statements.len()).unwrap_or(i32::MAX),
            release: None,
        },
        text,
        directives,
        statements,
    })
}

/// A rollback file undoes the migration beside it, which may not be the one that a service applied.
fn unchanged(stored: &Stored, state: &State, pair: Option<&Pair>, width: Width) -> Result<(), Error> {
    let (Some(pair), Some(entry)) = (pair, state.get(stored.version)) else { return Ok(()) };
    if same_for_refinery(pair, entry, width) {
        return Ok(());
    }
    Err(Error::new(
        Kind::LedgerMismatch,
        format!("{} is not what a service applied, so its rollback may not fit\n    applied as refinery's {}_{}, checksum {}\n    file {}, checksum {}",
            pair.up.path,
            entry.version, entry.name,
            entry.checksum.as_deref().unwrap_or("unknown"),
            pair.label(),
            refinery::checksum(pair, width)
        ),
    )
    .hint("put the file back")
    .hint(format!("or accept it and its rollback as they are with `migrate repair --accept {}`", stored.version)))
}

fn changed(version: i64, label: &str, stored: &str, file: &migration::Script) -> Error {
    let diff = similar::TextDiff::from_lines(stored, &file.text);
    let diff = diff.unified_diff().context_radius(3).header("stored in the ledger", &file.path).to_string();
    Error::new(
        Kind::LedgerMismatch,
        format!("the rollback of {label} is not what was stored when it was applied\n{diff}"),
    )
    .hint("put the file back, and what was stored will run")
    .hint(format!("or store the file as it is now with `migrate repair --accept {version}`"))
}

fn irreversible(label: &str, pair: Option<&Pair>) -> Error {
    let reason = pair.and_then(|p| p.up.directives.irreversible.as_deref());
    let because = reason.map_or_else(String::new, |r| format!(": {r}"));
    Error::new(Kind::Refused, format!("{label} has no rollback{because}"))
        .hint("write a new migration that does what is needed, or restore a backup")
}

/// Runs the plan. What was done is in `outcome` also when it ends with an error.
pub async fn down(
    run: &mut Run<'_>,
    pairs: &[Pair],
    target: &Target,
    agreed: &Plan,
    outcome: &mut Outcome,
) -> anyhow::Result<()> {
    if agreed.steps.is_empty() {
        return Ok(());
    }
    run.begin_writing(0).await?;
    // Another runner may have changed what the user agreed to.
    let now = plan(run, pairs, target).await?;
    let versions = |plan: &Plan| plan.steps.iter().map(|s| s.record.version).collect::<Vec<_>>();
    if versions(&now) != versions(agreed) {
        return Err(Error::new(
            Kind::Refused,
            "another runner changed the database in the meantime; nothing was rolled back",
        )
        .hint("look again with `migrate status`")
        .into());
    }
    let state = run.state().await?;
    shared::decide(run, pairs, &state);
    if now.together {
        return up::together(run, &now.steps.iter().collect::<Vec<_>>(), outcome).await;
    }
    for (index, step) in now.steps.iter().enumerate() {
        if run.session.interrupt().is_set() {
            return Err(
                Error::new(Kind::Interrupted, format!("interrupted before the rollback of {}", step.label)).into()
            );
        }
        let unfinished = state.get(step.record.version).and_then(|e| e.unfinished("down"));
        up::one(run, step, unfinished, (index + 1, now.steps.len(), up::next_of(now.steps.get(index + 1))), outcome)
            .await?;
    }
    Ok(())
}
