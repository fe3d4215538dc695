//! What migrations promise, built for real: a scratch database, where they all run once.
//!
//! It stands on the target's server, or on another one where the role may not create it there. It is made from `template0`,
//! which nobody can have put anything into, and dropped whatever happens. A killed program leaves one behind; the next one
//! that needs a shadow drops it.

use anyhow::Context as _;

use tokio_postgres::types::Type;

use super::plan::Until;
use super::run::Run;
use super::up::{self, Options, Outcome};
use crate::catalog::{self, Catalog};
use crate::config::{ConnectOptions, Settings, SharedLedger, Target};
use crate::database::connect;
use crate::database::interrupt::Interrupt;
use crate::database::lease::{self, Lease};
use crate::database::session::Session;
use crate::error::{Error, Kind};
use crate::event::{Event, Silent};
use crate::migration::Pair;
use crate::server;
use crate::sql::quote;

/// The schema that migrations make of an empty database.
///
/// # Errors
/// When no database can be created, or when a script fails in the empty one.
pub async fn build(host: &Host, settings: &Settings, pairs: &[Pair], until: Until) -> anyhow::Result<Catalog> {
    with_schema(host, settings, pairs, until, async |shadow| {
        let mut catalog = catalog::read(&mut shadow.session, shadow.facts.server_version).await?;
        host.as_on_target(&mut catalog, &shadow.facts.role);
        Ok(catalog)
    })
    .await
}

/// Does `work` in a scratch database with the schema that migrations make.
///
/// # Errors
/// When no database can be created, when a script fails in the empty one, and those of `work`.
pub async fn with_schema<T>(
    host: &Host,
    settings: &Settings,
    pairs: &[Pair],
    until: Until,
    work: impl AsyncFnOnce(&mut Run<'_>) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    within(host, settings, async |shadow| {
        let made = if pairs.is_empty() || until == Until::Steps(0) {
            shadow.ensure_platform().await.map(|_| ())
        } else {
            let options = Options { until, out_of_order: false, single_transaction: false, release: None };
            up::up(shadow, pairs, &options, &mut Outcome::default()).await
        };
        made.context("while the migrations ran in a scratch database")?;
        work(shadow).await
    })
    .await
}

/// The server on which scratch databases are made.
pub struct Host {
    options: ConnectOptions,
    interrupt: Interrupt,
    /// Who owns on the target what another role makes here.
    pub(super) role: Option<String>,
}

impl Host {
    /// The server that the user names, or else the target's, or else, where the role may not create databases, the embedded
    /// one. `run` is the target, which need not be open if the user names a server.
    ///
    /// # Errors
    /// When the embedded server is needed and cannot be had.
    pub async fn choose(settings: &Settings, run: Option<&mut Run<'_>>, interrupt: Interrupt) -> anyhow::Result<Self> {
        let role = run.as_ref().map(|run| run.facts.role.clone());
        let options = match (&settings.shadow, run) {
            (Some(options), _) => options.clone(),
            (None, Some(run)) if run.facts.creates_databases && !run.facts.read_only => run.options.clone(),
            (None, Some(run)) => embedded(settings, run).await?,
            (None, None) => anyhow::bail!("neither a target nor a server for scratch databases is known"),
        };
        Ok(Self { options, interrupt, role })
    }
}

impl Host {
    /// Gives what `role` made here to who owns such things on the target.
    pub(super) fn as_on_target(&self, catalog: &mut Catalog, role: &str) {
        if let Some(owner) = self.role.as_deref().filter(|owner| *owner != role) {
            catalog.rename_role(role, owner);
        }
    }
}

/// The embedded server, with roles of the target's names, which the scripts may grant to.
async fn embedded(settings: &Settings, run: &mut Run<'_>) -> anyhow::Result<ConnectOptions> {
    let role = quote::ident(&run.facts.role);
    run.observer.event(Event::Info(format!("role {role} may not create databases here: the embedded server does it")));
    let made = server::ensure(&settings.embedded, run.observer, &mut |_| Ok(false));
    let options = made.map_err(|error| {
        let message =
            format!("role {role} may not create a scratch database, and the embedded server cannot: {error:#}");
        Error::new(Kind::Failed, message)
            .hint(format!("let the role do it: `alter role {role} createdb`"))
            .hint("or name a server for scratch databases: `--shadow-url URL`")
    })?;
    let rows = run.session.query("SELECT rolname::text FROM pg_roles WHERE rolname !~ '^pg_'", &[]).await?;
    let names: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    let mut session = Session::new(connect::open(&options).await?, run.session.interrupt().clone());
    let missing = "SELECT n FROM unnest($1::text[]) n WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = n)";
    let rows = session.query(missing, &[(&names, Type::TEXT_ARRAY)]).await?;
    for row in rows {
        // One that another runner makes at this moment is there as well.
        drop(session.settle(&format!("CREATE ROLE {}", quote::ident(row.get(0)))).await);
    }
    session.close(false).await;
    Ok(options)
}

/// Does `work` in a scratch database.
///
/// # Errors
/// When no database can be created, and those of `work`.
pub(super) async fn within<T>(
    host: &Host,
    settings: &Settings,
    work: impl AsyncFnOnce(&mut Run<'_>) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let mut session = Session::new(connect::open(&host.options).await?, host.interrupt.clone());
    lease::drop_leftovers(&mut session).await;
    let taken = Lease::take(&mut session).await;
    let name = taken.map_err(|failure| anyhow::anyhow!("failed to take a lease: {failure}"))?.name("shadow", 0);
    create(&mut session, &name).await?;
    let done = inside(host, settings, &name, work).await;
    let dropped = lease::drop(&mut session, &name).await;
    session.close(false).await;
    let done = done?;
    dropped.map_err(|failure| anyhow::anyhow!("failed to drop the scratch database {name}: {failure}"))?;
    Ok(done)
}

async fn create(session: &mut Session, name: &str) -> anyhow::Result<()> {
    let made = session.settle(&format!("create database {} template template0", quote::ident(name))).await;
    made.map_err(|failure| {
        Error::new(Kind::Failed, format!("failed to create a scratch database: {failure}"))
            .hint("name another server for scratch databases: `--shadow-url URL`")
    })?;
    Ok(())
}

/// Opens the scratch database, and does the work.
async fn inside<T>(
    host: &Host,
    settings: &Settings,
    name: &str,
    work: impl AsyncFnOnce(&mut Run<'_>) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let mut settings = settings.clone();
    settings.target = Target::Given(host.options.with_database(name));
    // The database is ours alone: a project that expects Supabase finds its stand-in there.
    settings.stand_in = true;
    settings.supabase_ledger = SharedLedger::Never;
    let mut silent = Silent;
    let mut shadow = Run::open(&settings, host.interrupt.clone(), &mut silent, &mut |_| Ok(true)).await?;
    let done = work(&mut shadow).await;
    shadow.close().await;
    done
}
