//! What was typed, the file and the environment become one [`Settings`].

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;

use super::environment::Environment;
use super::file::{self, File};
use super::interpolate::expand;
use super::keys::nearest;
use super::parameters::connect_options;
use super::source;
use super::supabase::{self, Cli};
use super::{ConnectOptions, EmbeddedOptions, Platform, Settings, Source, SupabaseProject, TableName, Target, dotenv};
use crate::error::{Error, Kind};

/// The variables that name the target whatever the project is.
const OURS: [&str; 2] = ["MIGRATE_DATABASE_URL", "DATABASE_URL"];

/// The environment when none is chosen.
const DEFAULT_ENVIRONMENT: &str = "local";

/// What was typed on the command line.
#[derive(Clone, Default)]
pub struct Overrides {
    /// `--url`
    pub url: Option<String>,
    /// `--local`: the database that `supabase start` runs
    pub local: bool,
    /// `--linked`: the project that `supabase link` named
    pub linked: bool,
    /// `--env`
    pub env: Option<String>,
    /// `--dir`
    pub dir: Option<PathBuf>,
    /// `--pg-bin`
    pub pg_bin: Option<PathBuf>,
    /// `--shadow-url`
    pub shadow_url: Option<String>,
    /// `--stand-in`
    pub stand_in: bool,
    /// `--lock-timeout`
    pub lock_timeout: Option<Duration>,
    /// `--statement-timeout`
    pub statement_timeout: Option<Duration>,
    /// `--lock-wait`
    pub lock_wait: Option<Duration>,
}

impl std::fmt::Debug for Overrides {
    /// Without the URL, which may hold a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Overrides").field("env", &self.env).field("dir", &self.dir).finish_non_exhaustive()
    }
}

/// Resolves everything that a command needs to know, and notes that deserve a line on standard error.
///
/// # Errors
/// Wrong usage ([`Kind::Usage`]): a folder that is not there, a mistake in `migrate.toml`, a malformed URL, an unknown
/// environment. No error repeats a password.
pub fn resolve(overrides: &Overrides, env: &Environment) -> anyhow::Result<(Settings, Vec<String>)> {
    let mut notes = Vec::new();
    let (root, file) = project(overrides, env)?;
    let has_file = file.is_some();
    let file = file.unwrap_or_default();
    let env = dotenv::complete(&root, env, &mut notes)?;
    let cli = Cli::find(&root, &env)?;
    let source = source::find(&root, &file, &mut notes)?;
    let chosen = Chosen::new(overrides, &file, has_file, &env)?;
    let mut project = Project { root: &root, file: &file, env: &env, cli: cli.as_ref(), notes: &mut notes };
    let target = project.target(overrides, &chosen)?;
    let protected = project.is_protected(&chosen, &target);
    let shadow = project.shadow(overrides)?;
    let embedded = project.embedded(overrides);
    let supabase = project.supabase(overrides)?;
    let platform = match file.platform {
        Some(name) => name.into(),
        None if source == Source::Bundled || cli.is_some() => Platform::Supabase,
        None => Platform::Postgres,
    };
    let time = |typed: Option<Duration>, configured: Option<file::Time>| typed.or(configured.map(|time| time.0));
    let settings = Settings {
        supabase_ledger: source::shared_ledger(file.ledger.supabase, &source, platform),
        source,
        supabase,
        target,
        shadow,
        embedded,
        environment: chosen.name,
        protected,
        platform,
        stand_in: overrides.stand_in,
        expose_new_tables: file.expose_new_tables.unwrap_or(false),
        refinery_table: file.ledger.refinery_table.map_or_else(default_refinery_table, |table| table.0),
        lock_timeout: time(overrides.lock_timeout, file.lock_timeout).unwrap_or(Duration::from_secs(5)),
        statement_timeout: time(overrides.statement_timeout, file.statement_timeout).filter(|time| !time.is_zero()),
        lock_retries: file.lock_retries.unwrap_or(5),
        lock_wait: time(overrides.lock_wait, file.lock_wait).unwrap_or(Duration::from_secs(600)),
        diff_ignore: file.diff.ignore,
        access: file.access.unwrap_or_default(),
        template_lifetime: time(None, file.template_lifetime).unwrap_or(Duration::from_secs(7 * 24 * 3600)),
        origin: env.origin(),
        root,
    };
    Ok((settings, notes))
}

/// The database of an environment of `migrate.toml`, whatever else is chosen.
///
/// # Errors
/// Wrong usage: no such environment, or one without a url.
pub fn environment_options(overrides: &Overrides, env: &Environment, name: &str) -> anyhow::Result<ConnectOptions> {
    let mut notes = Vec::new();
    let (root, file) = project(overrides, env)?;
    let (file, env) = (file.unwrap_or_default(), dotenv::complete(&root, env, &mut notes)?);
    let found = Project { root: &root, file: &file, env: &env, cli: None, notes: &mut notes }.section_options(name)?;
    found.ok_or_else(|| {
        let shown: String = name.chars().filter(|c| !c.is_control()).take(60).collect();
        Error::new(Kind::Usage, format!("migrate.toml has no environment `{shown}` with a url"))
            .hint(format!("add url = \"${{SOME_VARIABLE}}\" to [env.{shown}]"))
            .into()
    })
}

fn default_refinery_table() -> TableName {
    TableName { schema: "migrate".to_owned(), name: "refinery_schema_history".to_owned() }
}

/// The project's folder and its `migrate.toml`: `--dir` itself, or the nearest one upward that has it or is a project of
/// Supabase's CLI, or the CLI's own `SUPABASE_WORKDIR`, or the current folder.
fn project(overrides: &Overrides, env: &Environment) -> anyhow::Result<(PathBuf, Option<File>)> {
    let root = match &overrides.dir {
        Some(dir) => {
            let dir = env.absolute(dir);
            if !dir.is_dir() {
                return Err(Error::new(Kind::Usage, format!("--dir {}: no such folder", dir.display())).into());
            }
            dir
        }
        None => match (file::find_upward(&env.current_dir), env.os("SUPABASE_WORKDIR")) {
            (Some(root), _) => root,
            (None, Some(dir)) if env.absolute(Path::new(dir)).join(supabase::FILE).is_file() => {
                env.absolute(Path::new(dir))
            }
            (None, _) => env.current_dir.clone(),
        },
    };
    // Links and `..` removed, so that one folder is one project however it is named.
    let root = std::fs::canonicalize(&root).with_context(|| format!("open the folder {}", root.display()))?;
    let file = file::read(&root)?;
    Ok((root, file))
}

/// The environment's name, and how much weight it has.
struct Chosen {
    name: String,
    typed: bool,
}

impl Chosen {
    fn new(overrides: &Overrides, file: &File, has_file: bool, env: &Environment) -> anyhow::Result<Self> {
        let (name, typed) = match (&overrides.env, env.text("MIGRATE_ENV")?) {
            (Some(name), _) => (name.as_str(), true),
            (None, Some(name)) => (name, false),
            (None, None) => (DEFAULT_ENVIRONMENT, false),
        };
        let url_given = overrides.url.is_some()
            || overrides.local
            || overrides.linked
            || OURS.iter().any(|name| env.os(name).is_some());
        // A name without a section is harmless only where it chooses nothing: next to a URL, out of MIGRATE_ENV.
        if !file.env.contains_key(name) && name != DEFAULT_ENVIRONMENT && (typed || !url_given) {
            let shown: String = name.chars().filter(|c| !c.is_control()).take(60).collect();
            let place = if has_file { "migrate.toml has no" } else { "there is no migrate.toml, and so no" };
            let error = Error::new(Kind::Usage, format!("{place} environment `{shown}`"));
            let known: Vec<&str> = file.env.keys().map(String::as_str).collect();
            return Err(error
                .hint(match nearest(name, known.iter().copied()) {
                    Some(known) => format!("did you mean `{known}`?"),
                    None if known.is_empty() => format!("add [env.{shown}] with its url to migrate.toml"),
                    None => format!("it has: {}", known.join(", ")),
                })
                .into());
        }
        Ok(Self { name: name.to_owned(), typed })
    }
}

/// What the target is looked up in.
struct Project<'a> {
    root: &'a Path,
    file: &'a File,
    env: &'a Environment,
    cli: Option<&'a Cli<'a>>,
    notes: &'a mut Vec<String>,
}

impl Project<'_> {
    /// What is typed, `MIGRATE_DATABASE_URL`, `DATABASE_URL`, the environment's url, the variables of Supabase's tools, or the
    /// embedded server.
    fn target(&mut self, overrides: &Overrides, chosen: &Chosen) -> anyhow::Result<Target> {
        if let Some(url) = &overrides.url {
            return connect_options(url, "--url", &self.env.current_dir, self.env, self.notes).map(Target::Given);
        }
        if overrides.local || overrides.linked {
            return self.of_cli(overrides).map(Target::Given);
        }
        if let Some((name, options)) = self.of_variables(&OURS)? {
            self.note_conflict(chosen, name, &options);
            return Ok(Target::Given(options));
        }
        let section = self.file.env.get(&chosen.name);
        if let Some(options) = self.section_options(&chosen.name)? {
            return Ok(Target::Given(options));
        }
        if section.is_some() && chosen.name != DEFAULT_ENVIRONMENT {
            let message = format!("[env.{}] in migrate.toml has no url", chosen.name);
            return Err(Error::new(Kind::Usage, message).hint("add url = \"${SOME_VARIABLE}\" or a URL to it").into());
        }
        if self.cli.is_some()
            && !chosen.typed
            && let Some((name, options)) = self.of_variables(&supabase::VARIABLES)?
        {
            if name == "POSTGRES_URL" {
                let better =
                    "POSTGRES_URL usually leads to a pooler in transaction mode: POSTGRES_URL_NON_POOLING is better";
                self.notes.push(better.to_owned());
            }
            return Ok(Target::Given(options));
        }
        if self.env.os("PGHOST").is_some() || self.env.os("PGSERVICE").is_some() {
            self.notes.push(
                "PGHOST alone chooses no target, it only completes a URL: use --url postgres:// to connect by PG* variables".to_owned(),
            );
        }
        Ok(Target::Embedded(self.embedded(overrides)))
    }

    /// `--local` and `--linked`.
    fn of_cli(&mut self, overrides: &Overrides) -> anyhow::Result<ConnectOptions> {
        let Some(cli) = self.cli else {
            let flag = if overrides.local { "--local" } else { "--linked" };
            let error =
                Error::new(Kind::Usage, format!("{flag}: there is no {} in {}", supabase::FILE, self.root.display()));
            return Err(error.hint("`supabase init` makes it; without it, give the database with --url").into());
        };
        if overrides.local { cli.local(self.notes) } else { cli.linked(self.notes) }
    }

    /// The first of these variables that is set.
    fn of_variables(&mut self, names: &[&'static str]) -> anyhow::Result<Option<(&'static str, ConnectOptions)>> {
        for name in names {
            if let Some(url) = self.env.text(name)? {
                let options = connect_options(url, name, self.root, self.env, self.notes)?;
                return Ok(Some((name, options)));
            }
        }
        Ok(None)
    }

    /// What the CLI's project says beside its targets.
    fn supabase(&self, overrides: &Overrides) -> anyhow::Result<Option<SupabaseProject>> {
        let Some(cli) = self.cli else { return Ok(None) };
        let reference = overrides.linked.then(|| cli.reference()).transpose()?;
        cli.project(reference.as_deref()).map(Some)
    }

    /// `--shadow-url`, `MIGRATE_SHADOW_URL`, or `shadow_url` in `migrate.toml`.
    fn shadow(&mut self, overrides: &Overrides) -> anyhow::Result<Option<ConnectOptions>> {
        let (text, place, folder) = match (&overrides.shadow_url, self.env.text("MIGRATE_SHADOW_URL")?) {
            (Some(url), _) => (url.clone(), "--shadow-url", &*self.env.current_dir),
            (None, Some(url)) => (url.to_owned(), "MIGRATE_SHADOW_URL", self.root),
            (None, None) => match &self.file.shadow_url {
                Some(url) => {
                    (expand(url, self.env, "shadow_url in migrate.toml")?, "shadow_url in migrate.toml", self.root)
                }
                None => return Ok(None),
            },
        };
        connect_options(&text, place, folder, self.env, self.notes).map(Some)
    }

    /// The options of a section of `migrate.toml`, if it has a url.
    fn section_options(&mut self, name: &str) -> anyhow::Result<Option<ConnectOptions>> {
        let Some(url) = self.file.env.get(name).and_then(|section| section.url.as_deref()) else { return Ok(None) };
        let place = format!("url in [env.{name}] of {}", file::NAME);
        let text = expand(url, self.env, &place)?;
        connect_options(&text, &place, self.root, self.env, self.notes).map(Some)
    }

    /// `--env NAME` beside a `DATABASE_URL` that leads elsewhere is probably not what was meant.
    fn note_conflict(&mut self, chosen: &Chosen, variable: &str, options: &ConnectOptions) {
        if !chosen.typed {
            return;
        }
        let kept = self.notes.len();
        let section = self.section_options(&chosen.name);
        self.notes.truncate(kept);
        let same = matches!(&section, Ok(Some(other)) if same_database(other, options));
        if !same && !matches!(section, Ok(None)) {
            let name = &chosen.name;
            self.notes.push(format!("{variable} wins over the url of [env.{name}]: unset it to use that one"));
        }
    }

    /// Whether the chosen environment is protected, or the target is the database of one that is.
    fn is_protected(&mut self, chosen: &Chosen, target: &Target) -> bool {
        if self.file.env.get(&chosen.name).is_some_and(|section| section.protected) {
            return true;
        }
        let Target::Given(options) = target else { return false };
        let kept = self.notes.len();
        let mut names = self
            .file
            .env
            .iter()
            .filter(|(_, section)| section.protected)
            .map(|(name, _)| name.clone())
            .collect::<Vec<_>>();
        names.retain(|name| matches!(self.section_options(name), Ok(Some(other)) if same_database(&other, options)));
        self.notes.truncate(kept);
        if let Some(name) = names.first() {
            self.notes.push(format!("this is the database of [env.{name}], which is protected"));
        }
        !names.is_empty()
    }

    fn embedded(&self, overrides: &Overrides) -> EmbeddedOptions {
        let env = self.env;
        let absolute = |name: &str| env.os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let at_home = || {
            env.home.as_ref().map(|home| home.join(if cfg!(target_os = "macos") { "Library/Caches" } else { ".cache" }))
        };
        EmbeddedOptions {
            home: self.root.join(".migrate"),
            pg_bin: overrides.pg_bin.as_ref().map(|path| env.absolute(path)),
            cache: absolute("XDG_CACHE_HOME").or_else(at_home).map(|folder| folder.join("counterpose")),
            path: env.os("PATH").map(ToOwned::to_owned),
            runtime: absolute("XDG_RUNTIME_DIR"),
            archive_url: env.os("MIGRATE_PG_ARCHIVE_URL").and_then(|url| url.to_str()).map(ToOwned::to_owned),
            database: "postgres".to_owned(),
        }
    }
}

/// Whether two connections lead to one database, as far as their text tells.
fn same_database(a: &ConnectOptions, b: &ConnectOptions) -> bool {
    let key = |options: &ConnectOptions| {
        let config = &options.config;
        (config.get_hosts().to_vec(), config.get_ports().to_vec(), config.get_dbname().map(ToOwned::to_owned))
    };
    key(a) == key(b)
}
