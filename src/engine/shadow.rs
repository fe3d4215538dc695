//! What the migrations promise, built for real: a scratch database beside the target, where they all run once.
//!
//! It is made from `template0`, which nobody can have put anything into, and dropped whatever happens. A killed program leaves
//! one behind; the next one that needs a shadow drops it.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context as _;

use super::plan::Until;
use super::run::Run;
use super::up::{self, Options, Outcome};
use crate::catalog::{self, Catalog};
use crate::config::{Settings, Target};
use crate::error::{Error, Kind};
use crate::event::Silent;
use crate::migration::Pair;
use crate::sql::quote;

/// How a shadow is known for one: nobody else's database has this comment and such a name.
const MARK: &str = "shadow database of migrate; may be dropped";
/// How long one command may need its shadow: older ones have no owner any more.
const LIFETIME_SECONDS: u64 = 3600;

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
    drop_leftovers(run).await;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let name = format!("migrate_shadow_{now}_{:08x}", rand::random::<u32>());
    let database = quote::ident(&name);
    create(run, &database).await?;
    let done = inside(run, settings, &name, work).await;
    let dropped = run.session.settle(&format!("drop database if exists {database} with (force)")).await;
    let done = done.context("while the migrations ran in a scratch database")?;
    dropped.map_err(|failure| anyhow::anyhow!("failed to drop the scratch database {name}: {failure}"))?;
    Ok(done)
}

async fn create(run: &mut Run<'_>, database: &str) -> anyhow::Result<()> {
    let made = run.session.settle(&format!("create database {database} template template0")).await;
    made.map_err(|failure| {
        Error::new(Kind::Failed, format!("failed to create a scratch database for the expected schema: {failure}"))
            .hint(format!("let the role do it: `alter role {} createdb`", quote::ident(&run.facts.role)))
            .hint("or compare with a database that has the expected schema: `migrate diff --to URL`")
    })?;
    Ok(())
}

/// Marks and opens the scratch database, and does the work.
async fn inside<T>(
    run: &mut Run<'_>,
    settings: &Settings,
    name: &str,
    work: impl AsyncFnOnce(&mut Run<'_>) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let mark = format!("comment on database {} is {}", quote::ident(name), quote::literal(MARK));
    let marked = run.session.settle(&mark).await;
    marked.map_err(|failure| anyhow::anyhow!("failed to mark the scratch database {name}: {failure}"))?;
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

/// Drops what killed programs left behind. What cannot be dropped is the next one's to try.
async fn drop_leftovers(run: &mut Run<'_>) {
    let find = format!(
        "select datname from pg_database where datname ~ '^migrate_shadow_[0-9]{{1,12}}_[0-9a-f]{{8}}$' \
         and shobj_description(oid, 'pg_database') = {} \
         and split_part(datname, '_', 3)::bigint < extract(epoch from now()) - {LIFETIME_SECONDS}",
        quote::literal(MARK)
    );
    for row in run.session.simple(&find).await.unwrap_or_default() {
        if let Some(Some(name)) = row.first() {
            drop(run.session.settle(&format!("drop database if exists {}", quote::ident(name))).await);
        }
    }
}
