//! Databases on demand: schema and stand-in built once into a template, and copied from there in a moment.
//!
//! | file | what it does |
//! | --- | --- |
//! | `host` | the session in which databases are made |
//! | `recipe` | what a template is made of, hashed to its name |
//! | `template` | found, or built once under a lock |
//! | `strategy`, `clone` | copies, in the way that is fastest there |
//! | `named` | databases with names of the user's: create, drop, reset |
//! | `command` | databases for as long as a command runs |
//! | `list`, `wait` | what is there, and whether it is there yet |
//!
//! Whose a database is stands in its name: see [`crate::database::lease`]. Nothing else is kept anywhere.

mod clone;
pub mod command;
mod host;
pub mod list;
pub mod named;
mod recipe;
mod strategy;
mod template;
pub mod wait;

use std::time::Duration;

pub use host::Host;
pub use recipe::Recipe;
pub use template::Template;

use crate::config::{ConnectOptions, Settings, Target};
use crate::database::interrupt::Interrupt;
use crate::database::lease::{self, Lease};
use crate::error::{Error, Kind};
use crate::event::{Event, Observer};
use crate::server::{self, Confirm};

/// How often databases are asked for when their template is dropped at the very moment.
const ATTEMPTS: usize = 3;

/// What databases are made with.
pub struct Provisioner<'a> {
    settings: &'a Settings,
    options: ConnectOptions,
    interrupt: Interrupt,
    observer: &'a mut dyn Observer,
    is_tidy: bool,
}

/// A database that was made.
#[derive(Clone, Debug)]
pub struct Database {
    /// Its name.
    pub name: String,
    /// How to reach it.
    pub options: ConnectOptions,
}

/// Databases, their template, and the session that made them.
pub struct Made {
    /// In the order of their numbers.
    pub databases: Vec<Database>,
    /// What they are copies of.
    pub template: Template,
    /// Still open: a lease holds as long as it.
    pub host: Host,
}

impl<'a> Provisioner<'a> {
    /// Of a project, on its target's server. An embedded server is made and started.
    ///
    /// # Errors
    /// When there is no server and none can be made.
    pub fn new(
        settings: &'a Settings,
        interrupt: Interrupt,
        observer: &'a mut dyn Observer,
        confirm: Confirm<'_>,
    ) -> anyhow::Result<Self> {
        let mut options = match &settings.target {
            Target::Given(options) => options.clone(),
            Target::Embedded(embedded) => server::ensure(embedded, observer, confirm)?,
        };
        // Two hundred that ask at once are more than a server has connections.
        options.full_wait = settings.lock_wait;
        Ok(Self { settings, options, interrupt, observer, is_tidy: false })
    }

    /// How to reach the target's own database.
    #[must_use]
    pub fn options(&self) -> &ConnectOptions {
        &self.options
    }

    /// A session on the server. The first one drops what others left behind.
    pub async fn host(&mut self) -> anyhow::Result<Host> {
        let mut host = self.session().await?;
        if !self.is_tidy {
            self.is_tidy = true;
            for name in lease::drop_leftovers(&mut host.session).await {
                self.observer.event(Event::Info(format!("dropped {name}, whose owner has ended")));
            }
        }
        Ok(host)
    }

    /// A further session.
    async fn session(&self) -> anyhow::Result<Host> {
        tokio::select! {
            biased;
            host = Host::open(&self.options, &self.interrupt) => host,
            () = self.interrupt.more_than(0) => Err(interrupted().into()),
        }
    }

    /// Makes `count` databases that live as long as the session in [`Made::host`].
    ///
    /// # Errors
    /// When the template cannot be built, or a database cannot be made: then there is none.
    pub async fn leased(&mut self, recipe: &Recipe, count: usize) -> anyhow::Result<(Made, Lease)> {
        let mut lease = None;
        let made = self
            .make(recipe, async |host: &mut Host| {
                let taken = Lease::take(&mut host.session).await?;
                lease = Some(taken);
                Ok((1..=count).map(|number| taken.name("run", number)).collect())
            })
            .await?;
        let lease = lease.ok_or_else(|| anyhow::anyhow!("no lease was taken"))?;
        Ok((made, lease))
    }

    /// Makes `count` databases that are dropped by whoever comes after `lifetime`, unless somebody is in there.
    ///
    /// # Errors
    /// As [`Provisioner::leased`].
    pub async fn clones(&mut self, recipe: &Recipe, count: usize, lifetime: Duration) -> anyhow::Result<Made> {
        self.make(recipe, async |host: &mut Host| {
            let now_s = u64::try_from(host.facts.now_s)?;
            let key: u64 = rand::random();
            Ok((1..=count).map(|number| lease::name_until(now_s + lifetime.as_secs(), key, number)).collect())
        })
        .await
    }

    /// Makes a database with a name under a lease that the caller holds.
    ///
    /// # Errors
    /// As [`Provisioner::leased`].
    pub async fn copy(&mut self, recipe: &Recipe, name: &str) -> anyhow::Result<Database> {
        let made = self.make(recipe, async |_: &mut Host| Ok(vec![name.to_owned()])).await?;
        made.host.close().await;
        Ok(Database { name: name.to_owned(), options: self.options.with_database(name) })
    }

    async fn make(
        &mut self,
        recipe: &Recipe,
        mut name: impl AsyncFnMut(&mut Host) -> anyhow::Result<Vec<String>>,
    ) -> anyhow::Result<Made> {
        let mut attempt = 1;
        loop {
            let (mut host, template) = template::ensure(self, recipe).await?;
            let names = name(&mut host).await?;
            match clone::make(self, &mut host, &template, &names).await {
                Ok(()) => {
                    template::drop_unused(&mut host, self.settings.template_lifetime).await;
                    let database = |name: String| Database { options: self.options.with_database(&name), name };
                    return Ok(Made { databases: names.into_iter().map(database).collect(), template, host });
                }
                Err(error) if attempt < ATTEMPTS && clone::is_vanished(&error) => attempt += 1,
                Err(error) => return Err(error),
            }
        }
    }
}

/// The error of a signal before anything was made.
fn interrupted() -> Error {
    Error::new(Kind::Interrupted, "interrupted; no database was made")
}
