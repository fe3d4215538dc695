//! The two sides of a comparison: what each is, and how its catalog is had.
//!
//! Both are read at the same time. What has to be built is built in scratch databases, each over connections of its own.

use std::path::PathBuf;

use super::compare::{Line, Standing, compare};
use super::elsewhere;
use super::plan::Until;
use super::run::Run;
use super::shadow::{self, Host};
use crate::catalog::{self, Catalog, snapshot};
use crate::config::{ConnectOptions, Platform, Settings};
use crate::database::connect;
use crate::database::interrupt::Interrupt;
use crate::database::session::Session;
use crate::diff::versions;
use crate::error::{Error, Kind};
use crate::migration::{self, Pair};

/// One side of a comparison.
#[derive(Clone, Debug)]
pub enum Side {
    /// The target as it is.
    Live,
    /// What all migrations make.
    Expected,
    /// What those make that the target's ledger says are applied.
    Applied,
    /// A database without anything, but with what the project expects of its server.
    Empty,
    /// What the migrations make up to and with a version.
    Version(i64),
    /// What the migrations of a git revision make.
    Revision(String),
    /// Another database.
    Database(Box<ConnectOptions>),
    /// A file that a catalog was written to.
    Snapshot(PathBuf),
}

impl Side {
    /// Whether a scratch database is needed for it.
    #[must_use]
    pub fn is_built(&self) -> bool {
        matches!(self, Side::Expected | Side::Applied | Side::Empty | Side::Version(_) | Side::Revision(_))
    }

    /// Whether it needs the project's files.
    #[must_use]
    pub fn needs_files(&self) -> bool {
        matches!(self, Side::Expected | Side::Applied | Side::Version(_))
    }

    /// Whether it needs the target: to be read, to tell what is applied, or to hold the scratch database.
    #[must_use]
    pub fn needs_target(&self, settings: &Settings) -> bool {
        matches!(self, Side::Live | Side::Applied) || (self.is_built() && settings.shadow.is_none())
    }
}

/// A side, read.
#[derive(Clone, Debug)]
pub struct Read {
    /// How a person names it; no password is in it.
    pub name: String,
    /// Its schema.
    pub catalog: Catalog,
    /// Who read it, and so would run a script there; none of a file.
    pub role: Option<String>,
}

/// What is applied to the target.
struct Applied {
    pairs: Vec<Pair>,
    /// What is there besides.
    platform: Platform,
}

/// What sides are read from.
pub struct Sources<'a> {
    /// The settings.
    pub settings: &'a Settings,
    /// The project's pairs, if a side needs them.
    pub pairs: &'a [Pair],
    /// How a person names the target.
    pub target: &'a str,
    /// The wish to stop.
    pub interrupt: Interrupt,
}

impl Sources<'_> {
    /// Reads both sides, the target through `run`. Where their servers' versions differ, what differs for that reason alone is
    /// levelled.
    ///
    /// # Errors
    /// When a side cannot be had; the message names it.
    pub async fn read(&self, sides: [&Side; 2], mut run: Option<&mut Run<'_>>) -> anyhow::Result<[Read; 2]> {
        let host = self.host(&sides, run.as_deref_mut()).await?;
        let applied = self.applied(&sides, run.as_deref_mut()).await?;
        let is_live = sides.iter().any(|side| matches!(side, Side::Live));
        let live = async {
            match run.filter(|_| is_live) {
                Some(run) => self.live(run).await.map(Some),
                None => Ok(None),
            }
        };
        let [from, to] = sides;
        let (live, from, to) =
            tokio::join!(live, self.other(from, host.as_ref(), &applied), self.other(to, host.as_ref(), &applied));
        let (mut from, mut to) = match (from?, to?, live?) {
            (Some(from), Some(to), _) => (from, to),
            (Some(from), None, Some(live)) => (from, live),
            (None, Some(to), Some(live)) => (live, to),
            (None, None, Some(live)) => (live.clone(), live),
            _ => anyhow::bail!("no target is open"),
        };
        versions::level(&mut from.catalog, &mut to.catalog);
        Ok([from, to])
    }

    /// Reads one side.
    ///
    /// # Errors
    /// When it cannot be had.
    pub async fn read_one(&self, side: &Side, mut run: Option<&mut Run<'_>>) -> anyhow::Result<Read> {
        let host = self.host(&[side], run.as_deref_mut()).await?;
        let applied = self.applied(&[side], run.as_deref_mut()).await?;
        match (self.other(side, host.as_ref(), &applied).await?, run) {
            (Some(read), _) => Ok(read),
            (None, Some(run)) => self.live(run).await,
            (None, None) => anyhow::bail!("no target is open"),
        }
    }

    /// The server for scratch databases, if a side needs one.
    async fn host(&self, sides: &[&Side], run: Option<&mut Run<'_>>) -> anyhow::Result<Option<Host>> {
        if !sides.iter().any(|side| side.is_built()) {
            return Ok(None);
        }
        Host::choose(self.settings, run, self.interrupt.clone()).await.map(Some)
    }

    /// The pairs that the target's ledger says are applied, if a side asks.
    async fn applied(&self, sides: &[&Side], run: Option<&mut Run<'_>>) -> anyhow::Result<Applied> {
        let platform = self.settings.platform;
        let Some(run) = run.filter(|_| sides.iter().any(|side| matches!(side, Side::Applied))) else {
            return Ok(Applied { pairs: Vec::new(), platform });
        };
        let state = elsewhere::state(run, self.pairs).await?;
        let width = run.width(self.pairs.last().map_or(0, |pair| pair.version));
        let pairs = applied(&compare(self.pairs, &state, width))?;
        // What the project expects of its server is installed with the first migration.
        let platform = if pairs.is_empty() && !run.facts.supabase { Platform::Postgres } else { platform };
        Ok(Applied { pairs, platform })
    }

    async fn live(&self, run: &mut Run<'_>) -> anyhow::Result<Read> {
        let catalog = catalog::read(&mut run.session, run.facts.server_version).await?;
        Ok(Read { name: self.target.to_owned(), catalog, role: Some(run.facts.role.clone()) })
    }

    /// Every side but the target, which is none here.
    async fn other(&self, side: &Side, host: Option<&Host>, applied: &Applied) -> anyhow::Result<Option<Read>> {
        let mut role = None;
        let (name, catalog) = match (side, host) {
            (Side::Live, _) => return Ok(None),
            (Side::Database(options), _) => {
                let (catalog, reader) = self.database(options).await?;
                role = Some(reader);
                (options.describe(), catalog)
            }
            (Side::Snapshot(path), _) => (path.display().to_string(), snapshot::read(path)?),
            (_, None) => anyhow::bail!("there is no server for scratch databases"),
            (Side::Empty, Some(host)) => ("an empty database".to_owned(), self.build(host, &[], Until::End).await?),
            (Side::Expected, Some(host)) => {
                ("the expected schema".to_owned(), self.build(host, self.pairs, Until::End).await?)
            }
            (Side::Applied, Some(host)) => {
                let settings = Settings { platform: applied.platform, ..self.settings.clone() };
                let catalog = shadow::build(host, &settings, &applied.pairs, Until::End).await?;
                ("what is applied".to_owned(), catalog)
            }
            (Side::Version(version), Some(host)) => {
                let pair = self.pairs.iter().find(|pair| pair.version == *version).ok_or_else(|| {
                    Error::new(Kind::Usage, format!("there is no migration with version {version}"))
                        .hint("`migrate status` lists the versions")
                })?;
                let name = format!("the migrations up to {}", pair.label());
                (name, self.build(host, self.pairs, Until::Version(*version)).await?)
            }
            (Side::Revision(revision), Some(host)) => {
                let (pairs, commit) = migration::at_revision(&self.settings.source, revision)?;
                let name = if commit.starts_with(revision.as_str()) {
                    format!("the migrations of {commit}")
                } else {
                    format!("the migrations of {revision} ({commit})")
                };
                (name, self.build(host, &pairs, Until::End).await?)
            }
        };
        // What is built has the owner that made it.
        if let Some(host) = host.filter(|_| side.is_built()) {
            role = host.role.clone();
        }
        Ok(Some(Read { name, catalog, role }))
    }

    async fn build(&self, host: &Host, pairs: &[Pair], until: Until) -> anyhow::Result<Catalog> {
        shadow::build(host, self.settings, pairs, until).await
    }

    /// Reads a database of which nothing is known yet, and who reads it.
    async fn database(&self, options: &ConnectOptions) -> anyhow::Result<(Catalog, String)> {
        let mut session = Session::new(connect::open(options).await?, self.interrupt.clone());
        let rows = session.simple("select current_setting('server_version_num'), current_user").await?;
        let answer = |at: usize| rows.first().and_then(|row| row.get(at)?.as_deref());
        let version = answer(0).and_then(|version| version.parse().ok());
        let version = version.ok_or_else(|| anyhow::anyhow!("the server does not tell its version"))?;
        let role = answer(1).unwrap_or_default().to_owned();
        let catalog = catalog::read(&mut session, version).await;
        session.close(false).await;
        Ok((catalog?, role))
    }
}

/// The pairs that are applied, as their files are.
///
/// # Errors
/// [`Kind::LedgerMismatch`] where the files do not tell what was applied: changed, missing, half done.
pub fn applied(lines: &[Line<'_>]) -> Result<Vec<Pair>, Error> {
    let mut pairs = Vec::new();
    for line in lines {
        match (line.standing, line.pair) {
            (Standing::Pending | Standing::Failed | Standing::OutOfOrder, _) => {}
            (
                Standing::Applied | Standing::AppliedElsewhere | Standing::RollbackChanged | Standing::Renamed,
                Some(pair),
            ) => {
                pairs.push(pair.clone());
            }
            (standing, _) => {
                let what = format!("what is applied cannot be built: {} is {}", line.label(), standing.word());
                return Err(Error::new(Kind::LedgerMismatch, what).hint("`migrate up` says what mends it"));
            }
        }
    }
    Ok(pairs)
}
