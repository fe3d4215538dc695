//! `migrate diff`

use super::Context;
use crate::catalog::{self, Catalog};
use crate::config::{Overrides, Target, resolve};
use crate::database::connect;
use crate::database::session::Session;
use crate::diff::compare;
use crate::error::{Error, Kind};
use crate::report::views::Differences;

/// Show how the schema of another database differs from the target's
///
/// Reads both catalogs at the same time, changes nothing, takes no lock. The ledger's own schema is left out.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  migrate diff --to postgres://…/other            what `other` has, lacks and has otherwise
  migrate diff --to postgres://…/other --check    exit code 3 if anything differs
  migrate diff --to postgres://…/other --json")]
pub(super) struct Args {
    /// The database to compare the target with, as URL or key-value string
    #[arg(long, value_name = "URL")]
    to: String,
    /// Exit with 3 if anything differs
    #[arg(long)]
    check: bool,
    /// A schema not to look at; may be given several times
    #[arg(long, value_name = "SCHEMA")]
    exclude: Vec<String>,
}

/// The ledger is ours, and differs between any two databases.
const LEDGER: &str = "migrate";

pub(super) async fn run(args: &Args, context: &mut Context<'_>) -> anyhow::Result<u8> {
    let overrides = Overrides { url: Some(args.to.clone()), ..Overrides::default() };
    let (other, _) = resolve(&overrides, context.environment())?;
    let Target::Given(other) = other.target else {
        return Err(Error::new(Kind::Usage, "`--to` wants the URL of a database").into());
    };
    let from = super::context::target_name(&context.settings()?);
    let interrupt = context.interrupt.clone();
    let mut run = context.open().await?;
    let server_version = run.facts.server_version;
    let theirs = async {
        let mut session = Session::new(connect::open(&other).await?, interrupt);
        let catalog = read(&mut session).await;
        session.close(false).await;
        catalog
    };
    let (ours, theirs) = tokio::join!(catalog::read(&mut run.session, server_version), theirs);
    run.close().await;
    let mut left_out = args.exclude.clone();
    left_out.push(LEDGER.to_owned());
    let (ours, theirs) = (ours?, theirs?);
    let view = Differences { from: &from, to: &other.describe(), differences: compare(&ours, &theirs, &left_out) };
    context.ui.result(&view)?;
    Ok(if args.check && !view.differences.is_empty() { Kind::Differences.exit_code() } else { 0 })
}

/// Reads a catalog over a session of which nothing is known yet.
async fn read(session: &mut Session) -> anyhow::Result<Catalog> {
    let rows = session.simple("show server_version_num").await?;
    let version = rows.first().and_then(|row| row.first()?.as_deref()?.parse().ok());
    let version = version.ok_or_else(|| anyhow::anyhow!("the server does not tell its version"))?;
    catalog::read(session, version).await
}
