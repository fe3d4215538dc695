//! `migrate up`

use std::time::Instant;

use super::Context;
use crate::config::{Settings, Source};
use crate::engine::compare::compare;
use crate::engine::elsewhere;
use crate::engine::plan::Until;
use crate::engine::run::Run;
use crate::engine::step::Step;
use crate::engine::up::{self, Options, Outcome};
use crate::engine::{plan, rehearse, supabase_seed};
use crate::error::{Error, Kind};
use crate::migration::{self, Pair};
use crate::report::views::{Planned, Ran, Rehearsed};

/// Apply what is pending, in order
///
/// Each script runs in one transaction together with its ledger row. Scripts whose header says
/// `-- migrate: no-transaction` run statement by statement, and go on at the right one after a crash.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  migrate up                       everything that is pending
  migrate up --to 4                up to and with version 4
  migrate up --steps 1             only the next one
  migrate up --release v1.4.0      and name the result
  migrate up --dry-run             only print the statements
  migrate up --rehearse            run them, report costs and locks, roll everything back")]
pub(super) struct Args {
    /// Stop after that version
    #[arg(long, value_name = "VERSION", conflicts_with = "steps")]
    to: Option<i64>,
    /// Apply that many
    #[arg(long, value_name = "N")]
    steps: Option<usize>,
    /// Name the ledger's state afterwards
    #[arg(long, value_name = "NAME")]
    release: Option<String>,
    /// Print the statements, run nothing
    #[arg(long, conflicts_with = "rehearse")]
    dry_run: bool,
    /// Run the statements in a transaction, report what each costs, roll everything back
    #[arg(long)]
    rehearse: bool,
    /// Everything in one transaction: all, or nothing
    #[arg(long)]
    single_transaction: bool,
    /// Then run the seeds that supabase/config.toml names and that have not run yet
    #[arg(long, conflicts_with_all = ["dry_run", "rehearse"])]
    include_seed: bool,
    /// Apply versions that are older than the newest applied one
    #[arg(long)]
    out_of_order: bool,
}

impl Args {
    fn until(&self) -> Until {
        match (self.to, self.steps) {
            (Some(version), _) => Until::Version(version),
            (None, Some(steps)) => Until::Steps(steps),
            (None, None) => Until::End,
        }
    }
}

pub(super) async fn run(args: &Args, context: &mut Context<'_>) -> anyhow::Result<u8> {
    let started = Instant::now();
    if args.dry_run || args.rehearse {
        return look(args, context).await;
    }
    let options = Options {
        until: args.until(),
        out_of_order: args.out_of_order,
        single_transaction: args.single_transaction,
        release: args.release.clone(),
    };
    let mut outcome = Outcome::default();
    let settings = context.settings()?;
    let is_disabled = settings.supabase.as_ref().is_some_and(|project| !project.migrations_enabled);
    if is_disabled {
        context.ui.say("supabase/config.toml says `[db.migrations] enabled = false`: no migration is applied");
    }
    let (mut run, pairs, target) = open(context).await?;
    let mut result = if is_disabled { Ok(()) } else { up::up(&mut run, &pairs, &options, &mut outcome).await };
    if let (Ok(()), true) = (&result, args.include_seed) {
        result = seed(&mut run, &settings, &mut outcome).await;
    }
    run.close().await;
    if let Err(error) = result {
        context.tell_partial(&outcome);
        return Err(error);
    }
    let elapsed_ms = started.elapsed().as_secs_f64() * 1000.0;
    context.ui.result(&Ran { target: &target, outcome: &outcome, elapsed_ms })?;
    Ok(0)
}

async fn seed(run: &mut Run<'_>, settings: &Settings, outcome: &mut Outcome) -> anyhow::Result<()> {
    let project = settings.supabase.as_ref().ok_or_else(|| {
        Error::new(Kind::Usage, "--include-seed: there is no supabase/config.toml that names seeds")
            .hint("`supabase init` makes it")
    })?;
    outcome.seeded = supabase_seed::run(run, &settings.root, project, supabase_seed::Changed::Note).await?;
    Ok(())
}

/// Opens the target. The bundled project is not put into a database that has tables of somebody else: more likely than that
/// being wanted is a wrong folder.
async fn open<'c>(context: &'c mut Context<'_>) -> anyhow::Result<(Run<'c>, Vec<Pair>, String)> {
    let bundled = context.settings()?.source == Source::Bundled;
    let ask = context.ui.ask();
    let (mut run, pairs, target) = context.open_and_read().await?;
    if bundled && !run.facts.journal && run.has_tables().await? {
        let database = run.facts.database.clone();
        let question = format!(
            "This folder has no migrations, and database {database} has tables that they did not make. \
             Apply the bundled coffee-shop and yoga-studio project to it?"
        );
        if !ask.confirm(&question)? {
            return Err(Error::new(Kind::Refused, "not confirmed; nothing was done").into());
        }
    }
    Ok((run, pairs, target))
}

async fn look(args: &Args, context: &mut Context<'_>) -> anyhow::Result<u8> {
    let (mut run, pairs, target) = context.open_and_read().await?;
    let steps = pending(&mut run, &pairs, args.until(), args.out_of_order).await?;
    if args.dry_run {
        run.close().await;
        context.ui.result(&Planned::new(&target, &steps, &[]))?;
        return Ok(0);
    }
    let rehearsal = rehearse::rehearse(&mut run, &steps).await?;
    run.close().await;
    context.ui.result(&Rehearsed { target: &target, rehearsal: &rehearsal })?;
    Ok(0)
}

/// The scripts that `up` would run.
pub(super) async fn pending(
    run: &mut Run<'_>,
    pairs: &[Pair],
    until: Until,
    out_of_order: bool,
) -> anyhow::Result<Vec<Step>> {
    let state = elsewhere::state(run, pairs).await?;
    let width = run.width(pairs.last().map_or(0, |p| p.version));
    let lines = compare(pairs, &state, width);
    let plan = plan::up(&lines, until, out_of_order)?;
    plan.pending
        .iter()
        .map(|pair| {
            migration::refuse(migration::check(pair))?;
            Step::up(pair, width, None).map_err(|e| anyhow::anyhow!("{}:{}: {}", pair.up.path, e.line, e.message))
        })
        .collect()
}
