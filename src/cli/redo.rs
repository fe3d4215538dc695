//! `migrate redo`

use std::time::Instant;

use super::{Context, down::announce};
use crate::engine::down::{self, Target};
use crate::engine::plan::Until;
use crate::engine::up::{self, Options, Outcome};
use crate::error::{Error, Kind};
use crate::report::plural;
use crate::report::views::Ran;

/// Roll back the newest and apply it again
///
/// For working on a migration: an edited script is taken as it is now.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  migrate redo                the newest one
  migrate redo --steps 3      the newest three")]
pub(super) struct Args {
    /// How many
    #[arg(long, value_name = "N", default_value_t = 1)]
    steps: usize,
    /// On a protected environment: the database's name
    #[arg(long, value_name = "NAME")]
    confirm: Option<String>,
}

pub(super) async fn run(args: &Args, context: &mut Context<'_>) -> anyhow::Result<u8> {
    let mut started = Instant::now();
    let (pairs, target) = context.pairs()?;
    let wanted = Target::Steps(args.steps);
    let mut run = context.open().await?;
    let plan = down::plan(&mut run, &pairs, &wanted).await?;
    let database = run.facts.database.clone();
    run.close().await;
    let mut outcome = Outcome::default();
    if !plan.steps.is_empty() {
        let gone = plan.steps.iter().find(|s| !pairs.iter().any(|p| p.version == s.record.version));
        if let Some(step) = gone {
            return Err(Error::new(
                Kind::LedgerMismatch,
                format!("{} has no file, so it could not be applied again", step.label),
            )
            .hint("`migrate down` rolls it back without its file")
            .into());
        }
        announce(context, &plan)?;
        let question = format!("Roll back {} on {database} and apply again?", plural(plan.steps.len(), "migration"));
        context.consent(&question, &database, args.confirm.as_deref())?;
        started = Instant::now();
        let options = Options {
            until: Until::Version(plan.steps.iter().map(|s| s.record.version).max().unwrap_or(0)),
            out_of_order: true,
            single_transaction: false,
            release: None,
        };
        let mut run = context.open().await?;
        let result = match down::down(&mut run, &pairs, &wanted, &plan, &mut outcome).await {
            Ok(()) => up::up(&mut run, &pairs, &options, &mut outcome).await,
            Err(error) => Err(error),
        };
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
