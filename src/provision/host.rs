//! A session on a server in which databases are made and dropped: in `postgres`, where everybody's locks meet.

use crate::config::ConnectOptions;
use crate::database::connect;
use crate::database::interrupt::Interrupt;
use crate::database::session::Session;
use crate::error::{Error, Kind};
use crate::sql::quote;

/// What was learned of the server.
#[derive(Clone, Debug)]
pub struct Facts {
    /// `server_version_num`.
    pub version: i32,
    /// The role.
    pub role: String,
    /// Whether it may make databases.
    pub may_create: bool,
    /// Whether the server waits for the disk.
    pub fsync: bool,
    /// The server's clock when the session began, in seconds since 1970.
    pub now_s: i64,
    /// A sum of the extensions that could be installed, with their versions.
    pub extensions: String,
}

/// The session.
pub struct Host {
    /// What talks to the server.
    pub session: Session,
    /// What was learned.
    pub facts: Facts,
}

impl Host {
    /// Connects to the database `postgres` of the target's server, or, where that cannot be had, to the target's own.
    ///
    /// # Errors
    /// When neither lets us in, and when a pooler in transaction mode answers.
    pub async fn open(target: &ConnectOptions, interrupt: &Interrupt) -> anyhow::Result<Self> {
        let usual = target.with_database("postgres");
        let (options, connected) = match connect::open(&usual).await {
            Ok(connected) => (usual, connected),
            Err(error) if target.config.get_dbname().is_none_or(|name| name == "postgres") => return Err(error),
            Err(error) => (target.clone(), connect::open(target).await.map_err(|_| error)?),
        };
        let mut session = Session::new(connected, interrupt.clone());
        let rows = session.query(include_str!("facts.sql"), &[]).await;
        let rows = rows.map_err(|failure| anyhow::anyhow!("failed to ask the server what it is: {failure}"))?;
        let row = rows.first().ok_or_else(|| anyhow::anyhow!("the server does not know the role that it let in"))?;
        session.refuse_pooler(&options, row.get("backend")).await?;
        let facts = Facts {
            version: row.get("version"),
            role: row.get("role"),
            may_create: row.get("may_create"),
            fsync: row.get("fsync"),
            now_s: row.get("now_s"),
            extensions: row.get::<_, Option<String>>("extensions").unwrap_or_default(),
        };
        Ok(Self { session, facts })
    }

    /// Refuses a role that may not make databases, before anything is tried.
    ///
    /// # Errors
    /// Says what to grant.
    pub fn must_create(&self) -> Result<(), Error> {
        if self.facts.may_create {
            return Ok(());
        }
        let role = quote::ident(&self.facts.role);
        Err(Error::new(Kind::Failed, format!("role {role} may not create databases"))
            .hint(format!("let it, as a superuser: `ALTER ROLE {role} CREATEDB`")))
    }

    /// Says goodbye.
    pub async fn close(self) {
        self.session.close(false).await;
    }
}
