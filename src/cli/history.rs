//! `migrate history`

use super::Context;
use crate::report::views::History;

/// Show the journal: every event, by whom, from where, how long
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  migrate history
  migrate history --limit 20 --json")]
pub(super) struct Args {
    /// Only the newest N events
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
}

pub(super) async fn run(args: &Args, context: &mut Context<'_>) -> anyhow::Result<u8> {
    let target = super::context::target_name(&context.settings()?);
    let mut run = context.open().await?;
    let events = run.history().await?;
    run.close().await;
    let skip = args.limit.map_or(0, |limit| events.len().saturating_sub(limit));
    context.ui.result(&History { target: &target, events: events.get(skip..).unwrap_or_default() })?;
    Ok(0)
}
