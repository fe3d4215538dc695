//! `migrate plan`

use super::{Context, down::HowFar, up::pending};
use crate::engine::down;
use crate::engine::plan::Until;
use crate::report::views::Planned;

/// Print what `up` or `down` would do: statements, transactions, what is destroyed
#[derive(Debug, clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "\
Examples:
  migrate plan
  migrate plan down --to 3"
)]
pub(super) struct Args {
    #[command(subcommand)]
    direction: Option<Direction>,
}

#[derive(Debug, clap::Subcommand)]
enum Direction {
    /// What `migrate up` would do (the default)
    Up,
    /// What `migrate down` would do
    Down(HowFar),
}

pub(super) async fn run(args: &Args, context: &mut Context<'_>) -> anyhow::Result<u8> {
    let (pairs, target) = context.pairs()?;
    let mut run = context.open().await?;
    if let Some(Direction::Down(how_far)) = &args.direction {
        let plan = down::plan(&mut run, &pairs, &how_far.target()).await?;
        run.close().await;
        context.ui.result(&Planned::new(&target, &plan.steps, &plan.losses))?;
        return Ok(0);
    }
    let steps = pending(&mut run, &pairs, Until::End, true).await?;
    run.close().await;
    context.ui.result(&Planned::new(&target, &steps, &[]))?;
    Ok(0)
}
