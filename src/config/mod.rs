//! `migrate.toml`, the environment and URLs resolved into one [`Settings`].
//!
//! Everything below takes an [`Environment`] as a value: [`Environment::capture`] alone reads the process's own. What
//! was typed is an [`Overrides`], what it means is a [`Settings`], and [`resolve`] is the one conversion.

mod access;
mod describe;
mod dotenv;
pub mod duration;
mod environment;
mod file;
mod interpolate;
mod keys;
mod parameters;
mod passfile;
mod resolve;
mod source;
mod supabase;
mod url;
mod variables;

pub use access::{Access, Identity};
pub use environment::Environment;
pub use parameters::connect_options;
pub use resolve::{Overrides, environment_options, resolve};

use std::path::PathBuf;
use std::time::Duration;

/// What the project expects of its server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Platform {
    /// Nothing.
    Postgres,
    /// Supabase's roles, `auth` schema and publication.
    Supabase,
}

/// What a project of Supabase's CLI says in its `config.toml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SupabaseProject {
    /// `[db.migrations] enabled`
    pub migrations_enabled: bool,
    /// `[db.seed] enabled`
    pub seed_enabled: bool,
    /// `[db.seed] sql_paths`: patterns from the folder `supabase/`.
    pub seed_paths: Vec<String>,
}

/// When Supabase's ledger, `supabase_migrations.schema_migrations`, is read and written beside ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SharedLedger {
    /// It is not looked at.
    Never,
    /// Where it is there and holds nothing that this project does not have: a project of its CLI is elsewhere otherwise.
    Found,
    /// Always; it is made where it is not there. This is a project of Supabase's CLI.
    Always,
}

/// Where migrations come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A folder with `migrations/` and `rollbacks/`.
    Folder { migrations: PathBuf, rollbacks: PathBuf },
    /// The same in a project of Supabase's CLI, whose rules for file names hold.
    Supabase { migrations: PathBuf, rollbacks: PathBuf },
    /// The project that the binary carries.
    Bundled,
}

/// The database that a command works on.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "a program has one of them, and a box would only be in the way")]
pub enum Target {
    /// A server given by URL, key-value string or environment.
    Given(ConnectOptions),
    /// The private cluster in `<home>/` (that is `.migrate/` beside `migrate.toml`).
    Embedded(EmbeddedOptions),
}

/// What the embedded server needs to know. Paths are absolute.
#[derive(Clone, Debug)]
pub struct EmbeddedOptions {
    /// The `.migrate` folder.
    pub home: PathBuf,
    /// `--pg-bin`: the folder of the server programs, searched first and alone.
    pub pg_bin: Option<PathBuf>,
    /// The folder in which pre-initialised data folders are kept, per user (`XDG_CACHE_HOME/counterpose`, or like it).
    pub cache: Option<PathBuf>,
    /// `PATH`, captured: the library does not read the environment itself.
    pub path: Option<std::ffi::OsString>,
    /// The folder for short-lived private files (`XDG_RUNTIME_DIR`, captured): the socket goes there when `home` is too
    /// long a path for one.
    pub runtime: Option<PathBuf>,
    /// Where an archive of the server programs is fetched from when none are installed (`MIGRATE_PG_ARCHIVE_URL`): the
    /// `.tar.gz` itself, its checksum beside it as `.sha256`. None: the releases of theseus-rs/postgresql-binaries.
    pub archive_url: Option<String>,
    /// The database to use on it.
    pub database: String,
}

/// How to reach a server: libpq's parameters, resolved. Never printed with its password.
#[derive(Clone)]
pub struct ConnectOptions {
    /// What tokio-postgres needs: hosts, ports, user, password, dbname, options, application_name, timeouts.
    pub config: tokio_postgres::Config,
    /// `sslmode` as libpq defines it.
    pub ssl_mode: SslMode,
    /// `sslrootcert`: a PEM file, or `system`.
    pub ssl_root_cert: Option<PathBuf>,
    /// `sslcert` and `sslkey`: PEM files with which to prove who we are.
    pub ssl_identity: Option<(PathBuf, PathBuf)>,
    /// What a password file says for each host, in their order: it may differ between them.
    pub host_passwords: Vec<Option<String>>,
    /// The user of each host, in their order, where it is not that of the configuration.
    pub host_users: Vec<Option<String>>,
    /// How long a server whose connections are all taken is asked again; not at all unless said.
    pub full_wait: Duration,
}

impl ConnectOptions {
    /// Options that say no more than the configuration does: `sslmode=prefer`, no certificates.
    #[must_use]
    pub fn new(config: tokio_postgres::Config) -> Self {
        Self {
            config,
            ssl_mode: SslMode::Prefer,
            ssl_root_cert: None,
            ssl_identity: None,
            host_passwords: Vec::new(),
            host_users: Vec::new(),
            full_wait: Duration::ZERO,
        }
    }
}

/// libpq's `sslmode`, ordered from the weakest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SslMode {
    /// Never TLS.
    Disable,
    /// TLS only if plain is refused.
    Allow,
    /// TLS if the server has it.
    Prefer,
    /// TLS, without looking at the certificate (unless a root certificate is given).
    Require,
    /// TLS, certificate signed by a trusted CA.
    VerifyCa,
    /// TLS, certificate signed by a trusted CA and made for this host.
    VerifyFull,
}

/// A schema-qualified table name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableName {
    /// Schema, unquoted.
    pub schema: String,
    /// Table, unquoted.
    pub name: String,
}

/// Everything that a command needs to know, resolved once.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The folder of `migrate.toml`, or the one given with `--dir`. Absolute.
    pub root: PathBuf,
    /// Where migrations come from.
    pub source: Source,
    /// What its `config.toml` says, where it is a project of Supabase's CLI.
    pub supabase: Option<SupabaseProject>,
    /// The database that commands work on.
    pub target: Target,
    /// `--shadow-url`: the server on which scratch databases are made, if it is not the target's.
    pub shadow: Option<ConnectOptions>,
    /// The embedded server, which is the target or can hold scratch databases.
    pub embedded: EmbeddedOptions,
    /// The environment's name (`local` unless chosen).
    pub environment: String,
    /// Whether the environment is marked `protected`.
    pub protected: bool,
    /// What the project expects of its server.
    pub platform: Platform,
    /// `--stand-in`: install the Supabase stand-in on a given plain server.
    pub stand_in: bool,
    /// Whether the stand-in's default privileges expose new tables to API roles (Supabase before 2026-10-30).
    pub expose_new_tables: bool,
    /// When Supabase's ledger is kept beside ours.
    pub supabase_ledger: SharedLedger,
    /// refinery's table: `migrate.refinery_schema_history` unless configured.
    pub refinery_table: TableName,
    /// `lock_timeout` for transactional scripts (5 s).
    pub lock_timeout: Duration,
    /// `statement_timeout`, none unless configured.
    pub statement_timeout: Option<Duration>,
    /// How often a transactional script is tried again after a lock timeout (5).
    pub lock_retries: u32,
    /// How long to wait for another runner (10 min).
    pub lock_wait: Duration,
    /// `[diff] ignore`: patterns of objects that no diff looks at, as they were typed.
    pub diff_ignore: Vec<String>,
    /// As whom `migrate access` tries, and on which rows.
    pub access: Access,
    /// How long a template database that nobody uses is kept (7 d).
    pub template_lifetime: Duration,
    /// Who runs the program, from where: `user@host`. Written into the journal.
    pub origin: String,
}

impl std::fmt::Debug for ConnectOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ConnectOptions").field("ssl_mode", &self.ssl_mode).finish_non_exhaustive()
    }
}
