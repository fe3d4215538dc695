//! A command's hold on its target: the session, what was learned of the server, and the ledger.

use std::time::Duration;

use tokio_postgres::error::SqlState;

use super::apply::{self, Next};
use super::step::Step;
use super::stepwise;
use crate::config::{ConnectOptions, Platform, Settings, SharedLedger, Target};
use crate::database::connect;
use crate::database::interrupt::Interrupt;
use crate::database::lock;
use crate::database::pipeline::Part;
use crate::database::pooler;
use crate::database::session::{Failure, Session};
use crate::error::{Error, Kind};
use crate::event::{Event, Observer};
use crate::ledger::supabase::{self, Columns};
use crate::ledger::{self, Last, Ledger, Recorder, State, There, Width};
use crate::server;
use crate::sql::quote;

/// Asks the user; `false` is a no.
pub type Confirm<'a> = &'a mut dyn FnMut(&str) -> anyhow::Result<bool>;

/// What was learned of the server when the session began.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The database's name.
    pub database: String,
    /// The role.
    pub role: String,
    /// `server_version_num`, e.g. 150018.
    pub server_version: u32,
    /// A standby, or a database that is read-only.
    pub read_only: bool,
    /// Whether the role may create databases.
    pub creates_databases: bool,
    /// Whether the journal exists.
    pub journal: bool,
    /// Width of refinery's table, if it exists.
    pub width: Option<Width>,
    /// Whether `auth.users` and `auth.uid()` exist.
    pub supabase: bool,
    /// Whether refinery's table is not there, but one of refinery's default name is, in `public`.
    pub history_in_public: bool,
    /// The columns of Supabase's ledger, if it exists and may be read.
    pub supabase_ledger: Option<Columns>,
    /// Whether a volume load is not finished.
    pub volume_progress: bool,
}

/// What the project expects of its server and does not find.
enum Missing {
    Nothing,
    /// May be installed: the script.
    Install(String),
    /// May not.
    Refuse,
}

/// An open target.
pub struct Run<'a> {
    /// The session that does the work.
    pub session: Session,
    /// Receives events.
    pub observer: &'a mut dyn Observer,
    /// What was learned.
    pub facts: Facts,
    /// The ledger's statements.
    pub ledger: Ledger,
    pub(crate) recorder: Recorder,
    pub(super) shared_ledger: SharedLedger,
    pub(crate) options: ConnectOptions,
    pub(crate) backend: i32,
    pub(super) retries: u32,
    pub(crate) lock_timeout: Duration,
    pub(crate) statement_timeout: Option<Duration>,
    pub(crate) lock_wait: Duration,
    /// Settings of ours that `RESET ALL` undoes.
    pub(crate) restore: String,
    /// Makes the rest of a transaction the work of the role that keeps the ledger, whatever role a script took.
    pub(super) as_ourselves: String,
    missing: Missing,
    /// Whether a transaction is open for the next script.
    pub(super) begun: bool,
    ahead: Option<State>,
    writes: bool,
}

impl<'a> Run<'a> {
    /// Connects, and learns what must be known. Changes nothing, except that an embedded server is made and started.
    pub async fn open(
        settings: &Settings,
        interrupt: Interrupt,
        observer: &'a mut dyn Observer,
        confirm: Confirm<'_>,
    ) -> anyhow::Result<Self> {
        let (options, ours) = match &settings.target {
            Target::Given(options) => {
                pooler::refuse_known(options)?;
                (options.clone(), false)
            }
            Target::Embedded(embedded) => (server::ensure(embedded, observer, confirm)?, true),
        };
        let mut session = Session::new(connect::open(&options).await?, interrupt);
        let ledger = Ledger::new(&settings.refinery_table);
        let probe = probe(&mut session, &ledger).await?;
        session.refuse_pooler(&options, probe.backend).await?;
        // A killed program is then noticed while a statement runs. PostgreSQL 14 and newer, where the system can tell.
        let mut restore = if probe.linux && probe.facts.server_version >= 140_000 {
            "SET client_connection_check_interval = '2s'".to_owned()
        } else {
            "SELECT".to_owned()
        };
        let mut as_ourselves = "SET LOCAL SESSION AUTHORIZATION DEFAULT".to_owned();
        if probe.is_another_role {
            let role = quote::ident(&probe.facts.role);
            restore.push_str(&format!("; SET ROLE {role}"));
            as_ourselves.push_str(&format!("; SET LOCAL ROLE {role}"));
        }
        let platform = match (settings.platform, probe.facts.supabase) {
            (Platform::Supabase, false) if ours || settings.stand_in => {
                Missing::Install(server::stand_in::script(settings.expose_new_tables))
            }
            (Platform::Supabase, false) => Missing::Refuse,
            _ => Missing::Nothing,
        };
        Ok(Self {
            recorder: ledger.recorder(&settings.origin),
            shared_ledger: settings.supabase_ledger,
            ledger,
            session,
            observer,
            options,
            backend: probe.backend,
            retries: settings.lock_retries,
            lock_timeout: settings.lock_timeout,
            statement_timeout: settings.statement_timeout,
            lock_wait: settings.lock_wait,
            restore,
            as_ourselves,
            facts: probe.facts,
            missing: platform,
            begun: false,
            ahead: None,
            writes: false,
        })
    }

    /// Makes sure that what the project expects of its server is there. Changes nothing on a server that is not ours,
    /// unless `--stand-in` was said.
    ///
    /// Says whether it installed something.
    pub(super) async fn ensure_platform(&mut self) -> anyhow::Result<bool> {
        match std::mem::replace(&mut self.missing, Missing::Nothing) {
            Missing::Nothing => Ok(false),
            Missing::Install(sql) => {
                let installed = self.session.settle(&sql).await;
                installed.map_err(|failure| stand_in_error(&self.facts.role, &failure))?;
                let what = "installed a stand-in for Supabase's roles, `auth` schema and publication";
                self.observer.event(Event::Info(what.to_owned()));
                Ok(true)
            }
            Missing::Refuse => Err(Error::new(
                Kind::Refused,
                format!(
                    "the project expects Supabase, and database {} lacks auth.users and auth.uid()",
                    self.facts.database
                ),
            )
            .hint("use the URL of a Supabase database")
            .hint("or install a stand-in for Supabase's roles, `auth` schema and publication with `--stand-in`")
            .hint("or say `platform = \"postgres\"` in migrate.toml if the project needs none of them")
            .into()),
        }
    }

    /// How the target is reached, for sessions beside this one.
    #[must_use]
    pub fn connect_options(&self) -> &ConnectOptions {
        &self.options
    }

    async fn reconnect(&mut self) -> anyhow::Result<()> {
        let interrupt = self.session.interrupt().clone();
        let fresh = Session::new(connect::open(&self.options).await?, interrupt);
        std::mem::replace(&mut self.session, fresh).close(true).await;
        self.backend = probe(&mut self.session, &self.ledger).await?.backend;
        self.session.refuse_pooler(&self.options, self.backend).await
    }

    /// Reads the ledger ahead of the next call of [`Run::state`], while files are still being read.
    pub async fn look_ahead(&mut self) -> anyhow::Result<()> {
        self.ahead = Some(self.state().await?);
        Ok(())
    }

    /// Reads the ledger, and Supabase's beside it where it is to be kept. One round trip, or none where there is neither.
    pub async fn state(&mut self) -> anyhow::Result<State> {
        if let Some(state) = self.ahead.take() {
            return Ok(state);
        }
        let (journal, refinery) = (self.facts.journal, self.facts.width.is_some());
        if journal && !refinery {
            return Err(Error::new(
                Kind::LedgerMismatch,
                format!("migrate.journal is there, but {} is not", self.ledger.qualified()),
            )
            .hint("if the table has another name, say it in migrate.toml: `[ledger] refinery_table = \"schema.table\"`")
            .into());
        }
        let supabase = self.facts.supabase_ledger.filter(|_| self.shared_ledger != SharedLedger::Never);
        let is = There { refinery, journal, supabase, supabase_is_ours: self.shared_ledger == SharedLedger::Always };
        Ok(self.ledger.state(&mut self.session, is).await.map_err(read_error)?)
    }

    /// Whether schema `public` holds tables.
    pub async fn has_tables(&mut self) -> anyhow::Result<bool> {
        let rows = self.session.query(include_str!("has_tables.sql"), &[]).await.map_err(read_error)?;
        Ok(rows.first().is_some_and(|row| row.get(0)))
    }

    /// The width that refinery's table has, or will have.
    #[must_use]
    pub fn width(&self, largest_version: i64) -> Width {
        self.facts.width.unwrap_or_else(|| ledger::width_for(largest_version))
    }

    /// Becomes the only runner, and makes the ledger if there is none. Refuses a server that cannot be written.
    pub async fn begin_writing(&mut self, largest_version: i64) -> anyhow::Result<()> {
        if self.facts.read_only {
            return Err(Error::new(
                Kind::Failed,
                format!("database {} is read-only here (a standby, or set so)", self.facts.database),
            )
            .hint("use the URL of the primary")
            .into());
        }
        let width = self.width(largest_version);
        if width == Width::Int4 && i32::try_from(largest_version).is_err() {
            return Err(Error::new(
                Kind::Usage,
                format!("version {largest_version} does not fit the int4 version column of {}", self.ledger.qualified()),
            )
            .hint(format!(
                "widen it with `ALTER TABLE {} ALTER COLUMN version TYPE int8`, and build services that embed refinery with its feature `int8-versions`",
                self.ledger.qualified()
            ))
            .into());
        }
        // What was read before is not what stands under the lock.
        self.ahead = None;
        self.writes = true;
        lock::acquire(&mut self.session, self.lock_wait, self.observer).await?;
        if self.ensure_platform().await? {
            // The stand-in sets the database's search_path, which only new sessions have.
            self.reconnect().await?;
            lock::acquire(&mut self.session, self.lock_wait, self.observer).await?;
        }
        let theirs = self.shared_ledger == SharedLedger::Always && self.facts.supabase_ledger.is_none();
        if !self.facts.journal || self.facts.width.is_none() || theirs {
            let theirs = if theirs { supabase::CREATE } else { "" };
            let sql = format!("BEGIN; {}; {theirs}; COMMIT", self.ledger.create(width));
            let mut made = self.session.settle(&sql).await;
            // Supabase's CLI takes no lock: it may be making its own at this very moment.
            if made.as_ref().is_err_and(|f| f.code() == Some(&SqlState::UNIQUE_VIOLATION)) {
                made = self.session.settle(&format!("ROLLBACK; {sql}")).await;
            }
            made.map_err(|f| {
                Error::new(Kind::Failed, format!("failed to make the ledger: {f}")).hint(format!(
                    "`GRANT CREATE ON DATABASE {} TO {}`, or connect as its owner",
                    quote::ident(&self.facts.database),
                    quote::ident(&self.facts.role)
                ))
            })?;
            self.facts.journal = true;
            self.facts.width = Some(width);
            self.facts.supabase_ledger =
                self.facts.supabase_ledger.or((!theirs.is_empty()).then_some(Columns::OF_THE_CLI));
        }
        Ok(())
    }

    /// Writes rows of the ledger together. They are sent only when BEGIN was answered: see [`apply::transactional`].
    pub(super) async fn in_one_transaction(&mut self, mut parts: Vec<Part<'_>>) -> Result<(), Failure> {
        if parts.is_empty() {
            return Ok(());
        }
        self.session.settle("BEGIN").await?;
        parts.push(Part::Sql("COMMIT"));
        self.session.run(&parts, |_, _| {}).await.map(|_| ()).map_err(|(_, failure)| failure)
    }

    /// Runs one step in its own way.
    pub(super) async fn step(&mut self, step: &Step, unfinished: Option<&Last>, next: Next) -> Result<(), Error> {
        if step.directives.no_transaction {
            stepwise::run_step(self, step, unfinished).await
        } else {
            apply::transactional(self, &[step], next).await
        }
    }

    /// Reads the journal, oldest first; empty where there is none.
    pub async fn history(&mut self) -> anyhow::Result<Vec<crate::ledger::HistoryRow>> {
        if !self.facts.journal {
            return Ok(Vec::new());
        }
        Ok(self.ledger.history(&mut self.session).await.map_err(read_error)?)
    }

    /// Says goodbye. Where the lock was taken, waits until the server has released it.
    pub async fn close(self) {
        self.session.close(self.writes).await;
    }
}

/// Roles are the server's, and only few may make them or pass them on.
fn stand_in_error(role: &str, failure: &Failure) -> Error {
    let error = Error::new(Kind::Failed, format!("failed to install the Supabase stand-in: {failure}"));
    match failure.code() {
        Some(code) if *code == tokio_postgres::error::SqlState::INSUFFICIENT_PRIVILEGE => error
            .hint("Supabase's roles are missing: as a superuser, `migrate db clone` makes them on this server, once")
            .hint(format!("and then: `GRANT anon, authenticated, service_role TO {}`", quote::ident(role))),
        _ => error,
    }
}

fn read_error(failure: Failure) -> Error {
    let error = Error::new(Kind::Failed, format!("failed to read the ledger: {failure}"));
    match failure.code() {
        Some(code) if *code == SqlState::INSUFFICIENT_PRIVILEGE => {
            error.hint("connect as the role that owns schema migrate, or grant USAGE on it and SELECT on its tables")
        }
        _ => error,
    }
}

struct Probe {
    backend: i32,
    linux: bool,
    /// Whether the session became another role than the one that logged in.
    is_another_role: bool,
    facts: Facts,
}

async fn probe(session: &mut Session, ledger: &Ledger) -> anyhow::Result<Probe> {
    let sql = include_str!("probe.sql")
        .replace("{journal}", &quote::literal("migrate.journal"))
        .replace("{refinery}", &quote::literal(ledger.qualified()));
    let rows = session.simple(&sql).await.map_err(|f| anyhow::anyhow!("failed to ask the server what it is: {f}"))?;
    let row = rows.into_iter().next_back().unwrap_or_default();
    let text = |index: usize| row.get(index).cloned().flatten().unwrap_or_default();
    let flag = |index: usize| text(index) == "t";
    let width = match text(7).as_str() {
        "int4" => Some(Width::Int4),
        "int8" => Some(Width::Int8),
        _ => None,
    };
    Ok(Probe {
        backend: text(0).parse().unwrap_or(0),
        linux: flag(8),
        is_another_role: flag(13),
        facts: Facts {
            database: text(1),
            role: text(2),
            server_version: text(3).parse().unwrap_or(0),
            read_only: flag(4) || text(5) == "on",
            journal: flag(6),
            width,
            supabase: flag(9),
            history_in_public: flag(10),
            creates_databases: flag(11),
            supabase_ledger: row.get(12).cloned().flatten().map(|found| Columns::read(&found)),
            volume_progress: flag(14),
        },
    })
}
