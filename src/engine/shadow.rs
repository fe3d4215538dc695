//! What the migrations promise, built for real: a scratch database beside the target, where they all run once.
//!
//! It is made from `template0`, which nobody can have put anything into, and dropped whatever happens. A killed program leaves
//! one behind; the next one that needs a shadow drops it.

use anyhow::Context as _;

use super::plan::Until;
use super::run::Run;
use super::up::{self, Options, Outcome};
use crate::catalog::{self, Catalog};
use crate::config::{Settings, Target};
use crate::database::lease::{self, Lease};
use crate::error::{Error, Kind};
use crate::event::Silent;
use crate::migration::Pair;
use crate::sql::quote;

/// The schema that the migrations make of an empty database.
///
/// # Errors
/// When the role may not create databases, or when a script fails in the empty database.
pub async fn expected(run: &mut Run<'_>, settings: &Settings, pairs: &[Pair]) -> anyhow::Result<Catalog> {
    within(run, settings, async |shadow| {
        let options = Options { until: Until::End, out_of_order: false, single_transaction: false, release: None };
        up::up(shadow, pairs, &options, &mut Outcome::default()).await?;
        catalog::read(&mut shadow.session, shadow.facts.server_version).await
    })
    .await
}

/// Does `work` in a scratch database on the target's server.
///
/// # Errors
/// When the role may not create databases, and those of `work`.
pub(super) async fn within<T>(
    run: &mut Run<'_>,
    settings: &Settings,
    work: impl AsyncFnOnce(&mut Run<'_>) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    lease::drop_leftovers(&mut run.session).await;
    let taken = Lease::take(&mut run.session).await;
    let name = taken.map_err(|failure| anyhow::anyhow!("failed to take a lease: {failure}"))?.name("shadow", 0);
    create(run, &name).await?;
    let done = inside(run, settings, &name, work).await;
    let dropped = lease::drop(&mut run.session, &name).await;
    let done = done.context("while the migrations ran in a scratch database")?;
    dropped.map_err(|failure| anyhow::anyhow!("failed to drop the scratch database {name}: {failure}"))?;
    Ok(done)
}

async fn create(run: &mut Run<'_>, name: &str) -> anyhow::Result<()> {
    let made = run.session.settle(&format!("create database {} template template0", quote::ident(name))).await;
    made.map_err(|failure| {
        Error::new(Kind::Failed, format!("failed to create a scratch database for the expected schema: {failure}"))
            .hint(format!("let the role do it: `alter role {} createdb`", quote::ident(&run.facts.role)))
            .hint("or compare with a database that has the expected schema: `migrate diff --to URL`")
    })?;
    Ok(())
}

/// Opens the scratch database, and does the work.
async fn inside<T>(
    run: &mut Run<'_>,
    settings: &Settings,
    name: &str,
    work: impl AsyncFnOnce(&mut Run<'_>) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let mut settings = settings.clone();
    settings.target = Target::Given(run.options.with_database(name));
    // The database is ours alone: a project that expects Supabase finds its stand-in there.
    settings.stand_in = true;
    let mut silent = Silent;
    let interrupt = run.session.interrupt().clone();
    let mut shadow = Run::open(&settings, interrupt, &mut silent, &mut |_| Ok(true)).await?;
    let done = work(&mut shadow).await;
    shadow.close().await;
    done
}
