//! `migrate status`

use super::Context;
use crate::engine::compare::compare;
use crate::engine::elsewhere;
use crate::error::Kind;
use crate::report::views::Status;

/// Show what is applied, pending, changed, missing or half done
///
/// Reads only; takes no lock.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  migrate status
  migrate status --check      exit code 3 unless everything is applied and unchanged
  migrate status --json")]
pub(super) struct Args {
    /// Exit with 3 unless everything is applied and unchanged
    #[arg(long)]
    check: bool,
}

pub(super) async fn run(args: &Args, context: &mut Context<'_>) -> anyhow::Result<u8> {
    let (mut run, pairs, target) = context.open_and_read().await?;
    let state = elsewhere::state(&mut run, &pairs).await?;
    let width = run.width(pairs.last().map_or(0, |p| p.version));
    run.close().await;
    let lines = compare(&pairs, &state, width);
    let status = Status::new(&target, &lines);
    context.ui.result(&status)?;
    Ok(if args.check && !status.clean { Kind::Differences.exit_code() } else { 0 })
}
