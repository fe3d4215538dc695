//! `migrate diff`

use super::Context;
use crate::catalog::{self, Catalog};
use crate::config::{Overrides, Platform, Settings, Target, resolve};
use crate::database::connect;
use crate::database::session::Session;
use crate::diff::{Managed, compare};
use crate::engine::shadow;
use crate::error::{Error, Kind};
use crate::report::views::Differences;

/// Show how the target's schema differs from the one that the migrations promise, or from another database's
///
/// The expected schema is built by running the migrations in a scratch database on the target's server, which is dropped in
/// the end. The target itself is only read. The ledger's own schema is left out, and what
/// Supabase's services keep for themselves.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  migrate diff --check                            exit code 3 if the target is not as the migrations made it
  migrate diff --to postgres://…/other            what `other` has, lacks and has otherwise
  migrate diff --to postgres://…/other --check    exit code 3 if anything differs
  migrate diff --to postgres://…/other --json")]
pub(super) struct Args {
    /// What to compare the target with: `expected`, or a database's URL or key-value string
    #[arg(long, value_name = "URL", default_value = EXPECTED)]
    to: String,
    /// Exit with 3 if anything differs
    #[arg(long)]
    check: bool,
    /// A schema not to look at; may be given several times
    #[arg(long, value_name = "SCHEMA")]
    exclude: Vec<String>,
}

/// What the migrations promise.
const EXPECTED: &str = "expected";

pub(super) async fn run(args: &Args, context: &mut Context<'_>) -> anyhow::Result<u8> {
    let settings = context.settings()?;
    let managed = Managed { schemas: args.exclude.clone(), supabase: settings.platform == Platform::Supabase };
    let from = super::context::target_name(&settings);
    let (ours, theirs, to) = if args.to == EXPECTED {
        with_expected(context, &settings).await?
    } else {
        with_other(context, &args.to).await?
    };
    let view = Differences { from: &from, to: &to, differences: compare(&ours, &theirs, &managed) };
    context.ui.result(&view)?;
    Ok(if args.check && !view.differences.is_empty() { Kind::Differences.exit_code() } else { 0 })
}

/// The target's catalog, the one that the migrations make, and the latter's name.
async fn with_expected(context: &mut Context<'_>, settings: &Settings) -> anyhow::Result<(Catalog, Catalog, String)> {
    let (mut run, pairs, _) = context.open_and_read().await?;
    let server_version = run.facts.server_version;
    let ours = catalog::read(&mut run.session, server_version).await;
    let theirs = match ours {
        Ok(_) => shadow::expected(&mut run, settings, &pairs).await,
        Err(_) => Ok(Catalog::default()),
    };
    run.close().await;
    Ok((ours?, theirs?, "the expected schema".to_owned()))
}

/// The target's catalog, that of another database, read at the same time, and the latter's name.
async fn with_other(context: &mut Context<'_>, url: &str) -> anyhow::Result<(Catalog, Catalog, String)> {
    let overrides = Overrides { url: Some(url.to_owned()), ..Overrides::default() };
    let (other, _) = resolve(&overrides, context.environment())?;
    let Target::Given(other) = other.target else {
        return Err(Error::new(Kind::Usage, "`--to` wants `expected` or the URL of a database").into());
    };
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
    Ok((ours?, theirs?, other.describe()))
}

/// Reads a catalog over a session of which nothing is known yet.
async fn read(session: &mut Session) -> anyhow::Result<Catalog> {
    let rows = session.simple("show server_version_num").await?;
    let version = rows.first().and_then(|row| row.first()?.as_deref()?.parse().ok());
    let version = version.ok_or_else(|| anyhow::anyhow!("the server does not tell its version"))?;
    catalog::read(session, version).await
}
