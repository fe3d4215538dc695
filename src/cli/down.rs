//! `migrate down`

use std::time::Instant;

use super::Context;
use crate::engine::down::{self, Target};
use crate::engine::rehearse;
use crate::engine::up::Outcome;
use crate::report::plural;
use crate::report::views::{Planned, Ran, Rehearsed, write_losses};

/// Roll back, newest first
///
/// What runs is the rollback that the ledger kept when the migration was applied. What it destroys is counted and shown
/// first, and you are asked.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  migrate down                          the newest one
  migrate down --steps 3                the newest three
  migrate down --to 4                   everything newer than version 4
  migrate down --to-release v1.4.0      everything that came since, in one transaction where possible
  migrate down --all --yes              everything, without asking
  migrate down --env production --confirm shop")]
pub(super) struct Args {
    #[command(flatten)]
    how_far: HowFar,
    /// Print the statements and what they destroy, run nothing
    #[arg(long, conflicts_with = "rehearse")]
    dry_run: bool,
    /// Run the statements in a transaction, report what each costs, roll everything back
    #[arg(long)]
    rehearse: bool,
    /// On a protected environment: the database's name
    #[arg(long, value_name = "NAME")]
    confirm: Option<String>,
}

#[derive(Debug, clap::Args)]
#[group(multiple = false)]
pub(super) struct HowFar {
    /// Roll back that many [default: 1]
    #[arg(long, value_name = "N")]
    steps: Option<usize>,
    /// Roll back everything newer than that version; 0 is everything
    #[arg(long, value_name = "VERSION")]
    to: Option<i64>,
    /// Roll back everything that was not applied when the release was named
    #[arg(long, value_name = "NAME")]
    to_release: Option<String>,
    /// Roll back everything
    #[arg(long)]
    all: bool,
}

impl HowFar {
    pub(super) fn target(&self) -> Target {
        match (self.steps, self.to, &self.to_release, self.all) {
            (_, Some(version), _, _) => Target::Version(version),
            (_, _, Some(name), _) => Target::Release(name.clone()),
            (_, _, _, true) => Target::All,
            (steps, ..) => Target::Steps(steps.unwrap_or(1)),
        }
    }
}

pub(super) async fn run(args: &Args, context: &mut Context<'_>) -> anyhow::Result<u8> {
    let started = Instant::now();
    let (pairs, target) = context.pairs()?;
    let wanted = args.how_far.target();
    let mut run = context.open().await?;
    let plan = down::plan(&mut run, &pairs, &wanted).await?;
    if args.rehearse {
        let rehearsal = rehearse::rehearse(&mut run, &plan.steps).await?;
        run.close().await;
        context.ui.result(&Rehearsed { target: &target, rehearsal: &rehearsal })?;
        return Ok(0);
    }
    let database = run.facts.database.clone();
    // The session is not kept while a person thinks: an idle one would hold nothing, but may be cut by a firewall.
    run.close().await;
    if args.dry_run {
        context.ui.result(&Planned::new(&target, &plan.steps, &plan.losses))?;
        return Ok(0);
    }
    let mut outcome = Outcome::default();
    let mut started = started;
    if !plan.steps.is_empty() {
        announce(context, &plan)?;
        let question = format!("Roll back {} on {database}?", plural(plan.steps.len(), "migration"));
        context.consent(&question, &database, args.confirm.as_deref())?;
        started = Instant::now();
        let mut run = context.open().await?;
        let result = down::down(&mut run, &pairs, &wanted, &plan, &mut outcome).await;
        run.close().await;
        if let Err(error) = result {
            context.tell_partial(&outcome);
            return Err(error);
        }
    }
    let elapsed_ms = started.elapsed().as_secs_f64() * 1000.0;
    context.ui.result(&Ran { target: &target, outcome: &outcome, elapsed_ms })?;
    Ok(0)
}

/// Says what will be rolled back and what that destroys.
pub(super) fn announce(context: &mut Context<'_>, plan: &down::Plan) -> anyhow::Result<()> {
    let mut text = Vec::new();
    for step in &plan.steps {
        use std::io::Write as _;
        writeln!(text, "will roll back {}", step.label)?;
        let losses: Vec<_> = plan.losses.iter().filter(|l| l.label == step.label).cloned().collect();
        write_losses(&mut text, &losses)?;
    }
    context.ui.say(String::from_utf8_lossy(&text).trim_end());
    Ok(())
}
