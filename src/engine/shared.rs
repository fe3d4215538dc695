//! Supabase's ledger beside ours: what is written into it, and how both come to agree again.

use super::compare::{Line, Standing, compare};
use super::run::Run;
use super::step::Step;
use super::up::note;
use crate::config::SharedLedger;
use crate::error::{Error, Kind};
use crate::event::Event;
use crate::ledger::supabase::{Shared, TABLE};
use crate::ledger::{self, Note, State, Width};
use crate::migration::Pair;
use crate::sql;

/// A script as the CLI cuts it; as one piece where it cannot be cut.
pub(super) fn pieces(text: &str) -> Vec<String> {
    sql::split(text).map_or_else(|_| vec![text.to_owned()], |statements| sql::pieces(text, &statements))
}

/// What is written about a step that goes up.
pub(super) fn of_step(step: &Step) -> Shared {
    Shared {
        version: step.record.digits.clone(),
        name: step.record.name.clone(),
        statements: sql::pieces(&step.text, &step.statements),
        rollback: step.record.rollback.as_deref().map(pieces),
    }
}

/// What is written about a migration that ran before.
pub(super) fn of_pair(pair: &Pair) -> Shared {
    Shared {
        version: pair.digits.clone(),
        name: pair.name.clone(),
        statements: pieces(&pair.up.text),
        rollback: pair.down.as_ref().map(|down| pieces(&down.text)),
    }
}

/// Decides, with the ledger as it stands under the runner's lock, whether Supabase's is written as well.
pub(super) fn decide(run: &mut Run<'_>, pairs: &[Pair], state: &State) {
    let is_ours = state.shared(|version| pairs.iter().any(|p| p.version == version)).is_some();
    if state.supabase.is_some() && !is_ours {
        let text = format!("{TABLE} holds migrations of another project; it is left alone");
        run.observer.event(Event::Info(text));
    }
    run.recorder.share(run.facts.supabase_ledger.filter(|_| is_ours));
}

/// What `migrate adopt supabase` did.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct Adopted {
    /// Labels of migrations that Supabase's tools applied and that are in our ledger now.
    pub taken: Vec<String>,
    /// Labels of migrations that we applied and that are in Supabase's ledger now.
    pub given: Vec<String>,
}

/// Makes both ledgers say the same: ours takes over what Supabase's tools applied, theirs learns what we did. Runs no
/// script. `accept` takes files that are not what was run.
///
/// # Errors
/// [`Kind::LedgerMismatch`] when a file is not what Supabase's tools ran, or is missing.
pub async fn adopt(run: &mut Run<'_>, pairs: &[Pair], accept: bool) -> anyhow::Result<Adopted> {
    if run.facts.supabase_ledger.is_none() && run.shared_ledger != SharedLedger::Always {
        let error = Error::new(Kind::Usage, format!("database {} has no {TABLE}", run.facts.database));
        return Err(error.hint("there is nothing to take over: `supabase db push` was never run on it").into());
    }
    let largest = pairs.last().map_or(0, |p| p.version);
    run.begin_writing(largest).await?;
    let (state, width) = (run.state().await?, run.width(largest));
    decide(run, pairs, &state);
    let lines = compare(pairs, &state, width);
    refuse(&lines, accept)?;
    let theirs = |l: &&Line<'_>| matches!(l.standing, Standing::AppliedBySupabase | Standing::ChangedBySupabase);
    let taken: Vec<&Pair> = lines.iter().filter(theirs).filter_map(|l| l.pair).collect();
    let ours = |l: &&Line<'_>| l.is_shared && l.supabase.is_none() && l.entry.is_some_and(|e| e.applied);
    let given: Vec<&Pair> = lines.iter().filter(ours).filter_map(|l| l.pair).collect();
    take(run, &taken, width).await?;
    give(run, &given).await?;
    let labels = |pairs: &[&Pair]| pairs.iter().map(|pair| pair.label()).collect();
    Ok(Adopted { taken: labels(&taken), given: labels(&given) })
}

fn refuse(lines: &[Line<'_>], accept: bool) -> Result<(), Error> {
    let of = |standing| lines.iter().filter(move |l| l.standing == standing && !l.entry.is_some_and(|e| e.applied));
    if let Some(line) = of(Standing::Missing).next() {
        let error = Error::new(
            Kind::LedgerMismatch,
            format!("{} was applied by Supabase's tools, and its file is missing", line.label()),
        );
        return Err(error
            .hint("`supabase migration fetch` writes the files of what was applied")
            .hint(format!("or forget it with `migrate repair --forget {}`", line.version)));
    }
    let changed: Vec<String> = of(Standing::ChangedBySupabase).map(Line::label).collect();
    if accept || changed.is_empty() {
        return Ok(());
    }
    let text = format!("not what Supabase's tools ran: {}", changed.join(", "));
    Err(Error::new(Kind::LedgerMismatch, text)
        .hint("put the files back: `supabase migration fetch` writes what was run")
        .hint("or take them over as they are with `migrate adopt supabase --accept`"))
}

/// Takes over what Supabase's tools applied: our ledger learns the files' checksums and rollbacks.
pub(super) async fn take(run: &mut Run<'_>, pairs: &[&Pair], width: Width) -> anyhow::Result<()> {
    let scripts: Vec<ledger::Script> = pairs.iter().map(|pair| super::repair::row(pair, width)).collect();
    let notes: Vec<Note> = pairs.iter().map(|pair| note("adopted", pair)).collect();
    let recorder = run.recorder.clone();
    let parts = scripts.iter().map(|s| recorder.add_row(s)).chain(notes.iter().map(|n| recorder.note(n)));
    let taken = run.in_one_transaction(parts.collect()).await;
    taken.map_err(|f| anyhow::anyhow!("failed to take over what Supabase's tools applied: {f}"))
}

/// Tells Supabase's ledger what we applied.
async fn give(run: &mut Run<'_>, pairs: &[&Pair]) -> anyhow::Result<()> {
    let rows: Vec<Shared> = pairs.iter().map(|pair| of_pair(pair)).collect();
    let recorder = run.recorder.clone();
    let given = run.in_one_transaction(recorder.put_shared(&rows)).await;
    given.map_err(|f| anyhow::anyhow!("failed to write {TABLE}: {f}"))
}
