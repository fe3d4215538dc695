//! `migrate baseline`

use super::Context;
use crate::engine::repair;
use crate::report::views::Repairs;

/// Mark everything up to a version as applied, without running it
///
/// For a database that has the schema already and that `migrate` has not seen.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  migrate baseline 6      versions up to 6 count as applied; `migrate up` goes on after it")]
pub(super) struct Args {
    /// The newest version that the database has
    #[arg(id = "newest", value_name = "VERSION")]
    newest: i64,
    /// On a protected environment: the database's name
    #[arg(long, value_name = "NAME")]
    confirm: Option<String>,
}

pub(super) async fn run(args: &Args, context: &mut Context<'_>) -> anyhow::Result<u8> {
    let (pairs, target) = context.pairs()?;
    let run = context.open().await?;
    let database = run.facts.database.clone();
    run.close().await;
    let question = format!("Mark everything up to version {} as applied on {database}?", args.newest);
    context.consent(&question, &database, args.confirm.as_deref())?;
    let mut run = context.open().await?;
    let repaired = repair::baseline(&mut run, &pairs, args.newest).await?;
    run.close().await;
    context.ui.result(&Repairs { target: &target, repaired: &repaired })?;
    Ok(0)
}
