//! `migrate up`: everything that is pending, in order.

use std::time::Instant;

use super::apply::{self, Next};
use super::compare::{Line, compare};
use super::elsewhere;
use super::plan::{self, Until, UpPlan};
use super::run::Run;
use super::shared;
use super::step::{Direction, Step};
use super::unfinished;
use super::units::units;
use crate::error::{Error, Kind};
use crate::event::Event;
use crate::ledger::{Note, Width};
use crate::migration::{self, Pair};

/// What the user asked for.
#[derive(Clone, Debug)]
pub struct Options {
    /// How far.
    pub until: Until,
    /// Apply versions older than the newest applied one.
    pub out_of_order: bool,
    /// Everything in one transaction.
    pub single_transaction: bool,
    /// Names the ledger's state afterwards.
    pub release: Option<String>,
}

/// One script that was run.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Done {
    /// The version.
    pub version: i64,
    /// `001_create_base_tables`.
    pub label: String,
    /// Which way.
    pub direction: Direction,
    /// Milliseconds. None for scripts that shared a transaction.
    pub elapsed_ms: Option<f64>,
}

/// What a run did.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct Outcome {
    /// In the order in which they ran.
    pub done: Vec<Done>,
    /// Taken over from a service that embeds refinery, or from Supabase's tools.
    pub adopted: Vec<String>,
    /// Paths of the seed files that were run.
    pub seeded: Vec<String>,
}

/// Applies what is pending. What was done is in `outcome` also when it ends with an error.
pub async fn up(run: &mut Run<'_>, pairs: &[Pair], options: &Options, outcome: &mut Outcome) -> anyhow::Result<()> {
    let largest = pairs.last().map_or(0, |p| p.version);
    let state = elsewhere::state(run, pairs).await?;
    let width = run.width(largest);
    let lines = compare(pairs, &state, width);
    let first_look = plan::up(&lines, options.until, options.out_of_order)?;
    tell_disagreement(run, &lines);
    let nothing = first_look.pending.is_empty() && first_look.adopt.is_empty() && first_look.take.is_empty();
    if nothing && options.release.is_none() {
        return Ok(());
    }
    unfinished::refuse(run).await?;
    // Everything is checked before anything runs.
    let steps = steps(&first_look, run, options, largest)?;
    run.begin_writing(largest).await?;
    // Another runner may have been faster; what it did is not done again.
    let state = run.state().await?;
    shared::decide(run, pairs, &state);
    let lines = compare(pairs, &state, width);
    let plan = plan::up(&lines, options.until, options.out_of_order)?;
    adopt(run, &plan, outcome).await?;
    take(run, &plan, width, outcome).await?;
    let steps: Vec<&Step> =
        steps.iter().filter(|s| plan.pending.iter().any(|p| p.version == s.record.version)).collect();
    apply_all(run, &steps, &lines, options, outcome).await?;
    if let Some(release) = &options.release {
        super::release::record(run, release).await?;
    }
    Ok(())
}

/// The plan's scripts, split and checked; every problem in one error.
fn steps(plan: &UpPlan<'_>, run: &Run<'_>, options: &Options, largest: i64) -> anyhow::Result<Vec<Step>> {
    let problems: Vec<String> =
        plan.pending.iter().flat_map(|pair| migration::check(pair)).map(|p| format!("  {p}")).collect();
    if !problems.is_empty() {
        let text = format!("nothing was applied, because\n{}", problems.join("\n"));
        return Err(Error::new(Kind::Usage, text).hint("`migrate lint` looks at all of them").into());
    }
    if options.single_transaction
        && let Some(pair) = plan.pending.iter().find(|p| p.up.directives.no_transaction)
    {
        return Err(Error::new(Kind::Usage, format!("{} runs outside a transaction", pair.up.path))
            .hint("leave out `--single-transaction`, or stop before it with `--to`")
            .into());
    }
    let width = run.width(largest);
    plan.pending
        .iter()
        .map(|pair| {
            let step = Step::up(pair, width, options.release.as_deref()).map_err(|e| {
                Error::new(Kind::Usage, format!("{}:{}:{}: {}", pair.up.path, e.line, e.column, e.message))
            })?;
            if step.directives.no_transaction {
                // A BEGIN without its COMMIT is found here, and not half-way.
                units(&step)?;
            }
            Ok(step)
        })
        .collect()
}

async fn apply_all(
    run: &mut Run<'_>,
    steps: &[&Step],
    lines: &[Line<'_>],
    options: &Options,
    outcome: &mut Outcome,
) -> anyhow::Result<()> {
    if options.single_transaction && !steps.is_empty() {
        return together(run, steps, outcome).await;
    }
    for (index, step) in steps.iter().enumerate() {
        if run.session.interrupt().is_set() {
            return Err(Error::new(Kind::Interrupted, format!("interrupted before {}", step.label)).into());
        }
        let unfinished = lines.iter().find(|l| l.version == step.record.version).and_then(Line::unfinished);
        let next = next_of(steps.get(index + 1).copied());
        one(run, step, unfinished, (index + 1, steps.len(), next), outcome).await?;
    }
    Ok(())
}

/// What comes after a script, seen from its transaction.
pub(super) fn next_of(step: Option<&Step>) -> Next {
    match step {
        None => Next::End,
        Some(step) if step.directives.no_transaction => Next::Other,
        Some(_) => Next::Transaction,
    }
}

/// Runs one step and tells of it.
pub(super) async fn one(
    run: &mut Run<'_>,
    step: &Step,
    unfinished: Option<&crate::ledger::Last>,
    (position, total, next): (usize, usize, Next),
    outcome: &mut Outcome,
) -> anyhow::Result<()> {
    let started = Instant::now();
    run.observer.event(Event::Started { label: step.label.clone(), position, total });
    run.step(step, unfinished, next).await?;
    let elapsed = started.elapsed();
    run.observer.event(Event::Finished { label: step.label.clone(), verb: step.direction.done(), elapsed });
    outcome.done.push(Done {
        version: step.record.version,
        label: step.label.clone(),
        direction: step.direction,
        elapsed_ms: Some(elapsed.as_secs_f64() * 1000.0),
    });
    Ok(())
}

/// Runs all steps in one transaction and tells of them afterwards, since before the end nothing has happened.
pub(super) async fn together(run: &mut Run<'_>, steps: &[&Step], outcome: &mut Outcome) -> anyhow::Result<()> {
    let started = Instant::now();
    run.observer.event(Event::Busy(format!("{} scripts in one transaction", steps.len())));
    apply::transactional(run, steps, Next::End).await?;
    for step in steps {
        let elapsed = started.elapsed();
        run.observer.event(Event::Finished { label: step.label.clone(), verb: step.direction.done(), elapsed });
        outcome.done.push(Done {
            version: step.record.version,
            label: step.label.clone(),
            direction: step.direction,
            elapsed_ms: None,
        });
    }
    Ok(())
}

/// Takes over what a service that embeds refinery applied: the journal learns its checksums and its rollback.
async fn adopt(run: &mut Run<'_>, plan: &UpPlan<'_>, outcome: &mut Outcome) -> anyhow::Result<()> {
    if plan.adopt.is_empty() {
        return Ok(());
    }
    let notes: Vec<Note> = plan.adopt.iter().map(|pair| note("adopted", pair)).collect();
    let recorder = run.recorder.clone();
    let parts = notes.iter().map(|note| recorder.note(note)).collect();
    run.in_one_transaction(parts)
        .await
        .map_err(|f| anyhow::anyhow!("failed to take over what a service applied: {f}"))?;
    outcome.adopted.extend(plan.adopt.iter().map(|pair| pair.label()));
    for label in &outcome.adopted {
        run.observer.event(Event::Info(format!(
            "{label} was applied by a service that embeds refinery; it is in the journal now"
        )));
    }
    Ok(())
}

/// Takes over what Supabase's tools applied.
async fn take(run: &mut Run<'_>, plan: &UpPlan<'_>, width: Width, outcome: &mut Outcome) -> anyhow::Result<()> {
    shared::take(run, &plan.take, width).await?;
    for pair in &plan.take {
        let text = format!("{} was applied by Supabase's tools; it is in the ledger now", pair.label());
        run.observer.event(Event::Info(text));
        outcome.adopted.push(pair.label());
    }
    Ok(())
}

/// What we applied and Supabase's ledger lacks, its CLI would run once more.
fn tell_disagreement(run: &mut Run<'_>, lines: &[Line<'_>]) {
    let lacking: Vec<String> =
        lines.iter().filter(|l| l.entry.is_some_and(|e| e.applied) && !l.agrees()).map(Line::label).collect();
    if !lacking.is_empty() {
        run.observer.event(Event::Warning(format!(
            "Supabase's ledger lacks {}: `supabase db push` would run that again; `migrate adopt supabase` writes it there",
            lacking.join(", ")
        )));
    }
}

/// A journal row about a pair as its files are now.
pub(super) fn note(event: &'static str, pair: &Pair) -> Note {
    Note {
        event,
        version: Some(pair.version),
        name: Some(pair.name.clone()),
        up_sha256: Some(pair.up.sha256.clone()),
        down_sha256: pair.down.as_ref().map(|d| d.sha256.clone()),
        rollback: pair.down.as_ref().map(|d| d.text.clone()),
        ..Note::default()
    }
}
