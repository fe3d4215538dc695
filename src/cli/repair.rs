//! `migrate repair`

use super::Context;
use crate::engine::repair;
use crate::report::views::Repairs;

/// Make the ledger say what is so; the schema is not touched
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("what").required(true).multiple(false), after_help = "\
Examples:
  migrate repair --accept 4            the files of version 4 are right as they are now
  migrate repair --accept-all          those of every changed version
  migrate repair --forget 5            version 5 counts as not applied; what it did stays
  migrate repair --applied 5           the schema has what the pending version 5 makes
  migrate repair --squashed 40         version 40 stands for the older ones whose files are gone
  migrate repair --resume-at 5:3       three statements of the half-applied version 5 are done")]
pub(super) struct Args {
    /// Store the files of that version as they are now
    #[arg(long, value_name = "VERSION", group = "what")]
    accept: Option<i64>,
    /// Store the files of every changed version as they are now
    #[arg(long, group = "what")]
    accept_all: bool,
    /// Count that version as not applied
    #[arg(long, value_name = "VERSION", group = "what")]
    forget: Option<i64>,
    /// Count that pending version as applied: the schema has what it makes
    #[arg(long, value_name = "VERSION", group = "what")]
    applied: Option<i64>,
    /// Count the pairs that were folded into that version as that version
    #[arg(long, value_name = "VERSION", group = "what")]
    squashed: Option<i64>,
    /// Say how many statements of a half-applied version are done
    #[arg(long, value_name = "VERSION:N", group = "what", value_parser = position)]
    resume_at: Option<(i64, usize)>,
    /// On a protected environment: the database's name
    #[arg(long, value_name = "NAME")]
    confirm: Option<String>,
}

fn position(text: &str) -> Result<(i64, usize), String> {
    let parts = text.split_once(':').and_then(|(v, n)| Some((v.parse().ok()?, n.parse().ok()?)));
    parts.ok_or_else(|| "expected VERSION:N, for example 5:3".to_owned())
}

pub(super) async fn run(args: &Args, context: &mut Context<'_>) -> anyhow::Result<u8> {
    let (pairs, target) = context.pairs()?;
    let run = context.open().await?;
    let database = run.facts.database.clone();
    run.close().await;
    context.consent(&format!("Change the ledger of {database}?"), &database, args.confirm.as_deref())?;
    let mut run = context.open().await?;
    let repaired = match (args.accept, args.forget, args.resume_at) {
        _ if let Some(version) = args.applied => repair::applied(&mut run, &pairs, version).await?,
        _ if let Some(version) = args.squashed => repair::squashed(&mut run, &pairs, version).await?,
        (_, Some(version), _) => repair::forget(&mut run, &pairs, version).await?,
        (_, _, Some((version, statements))) => repair::resume_at(&mut run, &pairs, version, statements).await?,
        (version, ..) => repair::accept(&mut run, &pairs, version).await?,
    };
    run.close().await;
    context.ui.result(&Repairs { target: &target, repaired: &repaired })?;
    Ok(0)
}
