//! `migrate adopt`

use super::Context;
use crate::engine::shared;
use crate::report::views::Adoption;

/// Make our ledger and Supabase's agree: take over what `supabase db push` applied, write there what it lacks
///
/// Runs no script. A file that is not what was run is refused, unless `--accept` says that it is right as it is.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  migrate adopt supabase
  migrate adopt supabase --accept      also files that differ from what was run")]
pub(super) struct Args {
    /// Whose ledger
    tool: Tool,
    /// Take files over that are not what was run
    #[arg(long)]
    accept: bool,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Tool {
    /// Supabase's CLI, dashboard and API: `supabase_migrations.schema_migrations`
    Supabase,
}

pub(super) async fn run(args: &Args, context: &mut Context<'_>) -> anyhow::Result<u8> {
    let (mut run, pairs, target) = context.open_and_read().await?;
    let adopted = match args.tool {
        Tool::Supabase => shared::adopt(&mut run, &pairs, args.accept).await?,
    };
    run.close().await;
    context.ui.result(&Adoption { target: &target, adopted: &adopted })?;
    Ok(0)
}
