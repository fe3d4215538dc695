//! `migrate status`

use super::Context;
use super::diff::managed;
use crate::diff;
use crate::engine::compare::compare;
use crate::engine::elsewhere;
use crate::engine::sides::{Side, Sources, applied};
use crate::engine::unfinished::unfinished;
use crate::error::Kind;
use crate::report::views::{Drift, Status};

/// Show what is applied, pending, changed, missing or half done, and with --drift what was changed by hand
///
/// Reads only; takes no lock.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  migrate status
  migrate status --check            exit code 3 unless everything is applied and unchanged
  migrate status --drift --check    and unless the schema is as the migrations made it
  migrate status --json")]
pub(super) struct Args {
    /// Exit with 3 unless everything is applied and unchanged
    #[arg(long)]
    check: bool,
    /// Compare the schema with what the applied migrations make, in a scratch database; takes as long as they do
    #[arg(long)]
    drift: bool,
}

pub(super) async fn run(args: &Args, context: &mut Context<'_>) -> anyhow::Result<u8> {
    let settings = context.settings()?;
    let managed = managed(&settings, &[])?;
    let interrupt = context.interrupt.clone();
    let (mut run, pairs, target) = context.open_and_read().await?;
    let state = elsewhere::state(&mut run, &pairs).await?;
    let width = run.width(pairs.last().map_or(0, |p| p.version));
    let lines = compare(&pairs, &state, width);
    let drift = match (args.drift, applied(&lines)) {
        (false, _) => None,
        (true, Err(error)) => Some(Ok(Drift::unknown(error.message))),
        (true, Ok(_)) => {
            let sources = Sources { settings: &settings, pairs: &pairs, target: &target, interrupt };
            let read = sources.read([&Side::Applied, &Side::Live], Some(&mut run)).await;
            Some(read.map(|[made, live]| Drift::of(diff::compare(&made.catalog, &live.catalog, &managed))))
        }
    };
    let volume = unfinished(&mut run).await;
    run.close().await;
    let status = Status::new(&target, &lines).with_volume(volume?).with_drift(drift.transpose()?);
    context.ui.result(&status)?;
    Ok(if args.check && !status.clean { Kind::Differences.exit_code() } else { 0 })
}
