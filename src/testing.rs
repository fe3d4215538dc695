//! A fresh database for a test: the project's schema, ready when the call returns, dropped with the value.
//!
//! ```no_run
//! let database = counterpose::testing::database()?;
//! // Any client will do: sqlx, diesel, postgres …
//! let mut client = postgres::Client::connect(database.url(), postgres::NoTls)?;
//! client.batch_execute("insert into customers (email) values ('ann@example.com')")?;
//! # anyhow::Ok(())
//! ```
//!
//! The project is the folder of the nearest `migrate.toml`, the server its target: `DATABASE_URL`, the environment `local`, or
//! else the embedded PostgreSQL. [`Databases`] chooses others. Calls block, also inside an asynchronous test, and may come from
//! many threads at once. The schema is built once, and again only when a script changes; each database is a copy of it.
//! What a test process that crashed leaves behind is dropped by the next one.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;

use anyhow::Context as _;

pub use crate::config::Overrides;
use crate::config::{Environment, Settings, resolve};
use crate::database::interrupt::Interrupt;
use crate::database::lease::{self, Lease};
use crate::event::Silent;
use crate::migration;
use crate::provision::{Host, Provisioner, Recipe};
use crate::seed;

/// A database that is dropped with this value.
#[derive(Debug)]
pub struct Database {
    name: String,
    url: String,
    source: Arc<Source>,
}

/// Where databases come from: a project and a server.
#[derive(Clone, Debug)]
pub struct Databases {
    source: Arc<Source>,
}

struct Source {
    settings: Settings,
    recipe: Recipe,
    lease: Lease,
    count: AtomicUsize,
    /// Ends the thread that holds the lease when it is dropped.
    _held: mpsc::Sender<()>,
}

/// A fresh database of the project around the current folder.
///
/// # Errors
/// When there is no server, when the migrations fail, or when the role may not create databases.
pub fn database() -> anyhow::Result<Database> {
    static USUAL: Mutex<Option<Databases>> = Mutex::new(None);
    let mut usual = USUAL.lock().unwrap_or_else(PoisonError::into_inner);
    let databases = match &*usual {
        Some(databases) => databases.clone(),
        None => usual.insert(Databases::open(&Overrides::default())?).clone(),
    };
    drop(usual);
    databases.database()
}

impl Databases {
    /// Of a project and on a server of one's choice: what `--dir`, `--url` and `--env` say on the command line.
    ///
    /// # Errors
    /// Those of the configuration, and when there is no server.
    pub fn open(overrides: &Overrides) -> anyhow::Result<Self> {
        Self::with(overrides, |recipe| recipe)
    }

    /// The same, with rows that every test needs: a script that runs once, after the migrations.
    ///
    /// # Errors
    /// As [`Databases::open`].
    pub fn with_rows(overrides: &Overrides, script: impl Into<String>) -> anyhow::Result<Self> {
        Self::with(overrides, |recipe| recipe.with_rows(script.into()))
    }

    /// The same, with the seeds of verticals (folders of `seeds/`, or `all`), their dates around a day, written `2026-11-26`; the
    /// server's if none is given.
    ///
    /// # Errors
    /// As [`Databases::open`], and what is wrong with the seeds.
    pub fn with_seeds(overrides: &Overrides, verticals: &[&str], today: Option<&str>) -> anyhow::Result<Self> {
        let (settings, _) = resolve(overrides, &Environment::capture()?)?;
        let names: Vec<String> = verticals.iter().map(|name| (*name).to_owned()).collect();
        let today = today.map(|day| seed::date(day).with_context(|| format!("{day} is no date"))).transpose()?;
        let verticals = seed::read(&settings, &names)?;
        Self::with(overrides, |recipe| recipe.with_verticals(verticals, today))
    }

    fn with(overrides: &Overrides, more: impl FnOnce(Recipe) -> Recipe) -> anyhow::Result<Self> {
        let (settings, _) = resolve(overrides, &Environment::capture()?)?;
        let recipe = more(Recipe::new(&settings, migration::discover(&settings.source)?));
        let (lease, held) = hold(settings.clone())?;
        Ok(Self { source: Arc::new(Source { settings, recipe, lease, count: AtomicUsize::new(1), _held: held }) })
    }

    /// A fresh database.
    ///
    /// # Errors
    /// When the migrations fail, or when the role may not create databases.
    pub fn database(&self) -> anyhow::Result<Database> {
        let source = Arc::clone(&self.source);
        apart(move || {
            let name = source.lease.name("test", source.count.fetch_add(1, Ordering::Relaxed));
            let url = blocking(async {
                let mut silent = Silent;
                let mut provisioner = provisioner(&source.settings, &mut silent)?;
                let made = provisioner.copy(&source.recipe, &name).await?;
                anyhow::Ok(made.options.to_url(true))
            })?;
            Ok(Database { name, url, source })
        })
    }
}

impl Database {
    /// Its URL, with the password if the target has one.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let (source, name) = (Arc::clone(&self.source), self.name.clone());
        let dropped = apart(move || {
            blocking(async {
                let mut silent = Silent;
                let mut host = provisioner(&source.settings, &mut silent)?.host().await?;
                lease::drop(&mut host.session, &name).await?;
                host.close().await;
                anyhow::Ok(())
            })
        });
        // Whoever comes next tries again: the lease ends with this process.
        drop(dropped);
    }
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Source").field("root", &self.settings.root).finish_non_exhaustive()
    }
}

/// Takes a lease in a thread that holds it until the sender is dropped, at the latest when the process ends.
fn hold(settings: Settings) -> anyhow::Result<(Lease, mpsc::Sender<()>)> {
    let (told, answer) = mpsc::channel();
    let (held, end) = mpsc::channel::<()>();
    thread::spawn(move || {
        let taken = runtime().and_then(|runtime| {
            let taken = runtime.block_on(take(&settings))?;
            Ok((runtime, taken))
        });
        let (runtime, (lease, host)) = match taken {
            Ok(taken) => taken,
            // Whoever asked has ended where this finds nobody.
            Err(error) => return drop(told.send(Err(error))),
        };
        if told.send(Ok(lease)).is_ok() {
            // Nothing is ever sent: this waits for the other end to go.
            let _ = end.recv();
        }
        runtime.block_on(host.close());
    });
    let lease = answer.recv().context("the thread that holds the lease ended")??;
    Ok((lease, held))
}

async fn take(settings: &Settings) -> anyhow::Result<(Lease, Host)> {
    let mut silent = Silent;
    let mut host = provisioner(settings, &mut silent)?.host().await?;
    host.must_create()?;
    let lease = Lease::take(&mut host.session).await?;
    Ok((lease, host))
}

fn provisioner<'a>(settings: &'a Settings, silent: &'a mut Silent) -> anyhow::Result<Provisioner<'a>> {
    Provisioner::new(settings, Interrupt::default(), silent, &mut |_| Ok(false))
}

/// Runs in a thread of its own: the caller may be inside a runtime, where nothing may block on another one.
fn apart<T: Send + 'static>(work: impl FnOnce() -> anyhow::Result<T> + Send + 'static) -> anyhow::Result<T> {
    thread::spawn(work).join().map_err(|_| anyhow::anyhow!("the thread that makes and drops databases panicked"))?
}

fn blocking<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    runtime()?.block_on(work)
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}
