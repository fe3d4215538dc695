//! `migrate release`

use super::Context;
use crate::engine::release;
use crate::report::views::Releases;

/// Name the ledger's state, or list the names
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  migrate release v1.4.0      what is applied now is v1.4.0
  migrate release list
  migrate down --to-release v1.4.0")]
pub(super) struct Args {
    /// A new name, or `list`
    #[arg(value_name = "NAME")]
    name: String,
}

pub(super) async fn run(args: &Args, context: &mut Context<'_>) -> anyhow::Result<u8> {
    let target = super::context::target_name(&context.settings()?);
    let mut run = context.open().await?;
    let releases = if args.name == "list" {
        release::all(&mut run).await?
    } else {
        run.begin_writing(0).await?;
        vec![release::record(&mut run, &args.name).await?]
    };
    run.close().await;
    context.ui.result(&Releases { target: &target, releases: &releases })?;
    Ok(0)
}
