//! A project of Supabase's CLI: its `config.toml`, its `.env` files, its targets.
//!
//! The file is theirs, so that what we do not know in it is left alone. Every key can be given by a variable as well
//! (`db.port` by `SUPABASE_DB_PORT`), and a text `env(NAME)` is the variable's value.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use toml::{Table, Value};

use super::environment::Environment;
use super::parameters::connect_options;
use super::{ConnectOptions, SupabaseProject};
use crate::error::{Error, Kind};

/// The file that makes a folder a project of the CLI.
pub(super) const FILE: &str = "supabase/config.toml";

/// Where `supabase start` puts the database unless the file says otherwise.
const LOCAL_PORT: u16 = 54322;

/// The variables that Supabase's tools, templates and hosts write, the one to prefer first.
pub(super) const VARIABLES: [&str; 3] = ["SUPABASE_DB_URL", "POSTGRES_URL_NON_POOLING", "POSTGRES_URL"];

/// Names of the `.env` files, from the project's folder. The first one that names a variable wins.
pub(super) fn dotenv_files(root: &Path, env: &Environment) -> anyhow::Result<Vec<PathBuf>> {
    let stage = env.text("SUPABASE_ENV")?.unwrap_or("development");
    let names = [format!(".env.{stage}.local"), ".env.local".to_owned(), format!(".env.{stage}"), ".env".to_owned()];
    // Settings of one's own machine are none of a test's.
    let names: Vec<String> = names.into_iter().filter(|name| stage != "test" || name != ".env.local").collect();
    Ok([root.join("supabase"), root.to_owned()].iter().flat_map(|dir| names.iter().map(|n| dir.join(n))).collect())
}

/// The project's `config.toml`, read.
pub(super) struct Cli<'a> {
    root: &'a Path,
    env: &'a Environment,
    table: Table,
}

impl<'a> Cli<'a> {
    /// Reads the file; None where the folder is no project of the CLI.
    pub(super) fn find(root: &'a Path, env: &'a Environment) -> anyhow::Result<Option<Self>> {
        let path = root.join(FILE);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).with_context(|| format!("read {}", path.display())),
        };
        // The parser's message would quote the line, which may hold a secret.
        let table = text.parse().map_err(|error: toml::de::Error| {
            let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
            Error::new(Kind::Usage, format!("{}:{line}: this is not TOML", path.display()))
        })?;
        Ok(Some(Self { root, env, table }))
    }

    /// What commands need to know of it. `remote`: the project on the platform, whose own settings come first.
    pub(super) fn project(&self, remote: Option<&str>) -> anyhow::Result<SupabaseProject> {
        let paths = match self.value(&["db", "seed", "sql_paths"], remote)? {
            None => vec!["./seed.sql".to_owned()],
            Some(Value::Array(paths)) => {
                let text = |path: &Value| path.as_str().map(|text| self.expanded(text)).transpose();
                paths.iter().filter_map(|path| text(path).transpose()).collect::<anyhow::Result<_>>()?
            }
            Some(Value::String(one)) => one.split(',').map(|path| path.trim().to_owned()).collect(),
            Some(_) => return Err(wrong("db.seed.sql_paths", "a list of paths").into()),
        };
        Ok(SupabaseProject {
            migrations_enabled: self.flag(&["db", "migrations", "enabled"], remote)?.unwrap_or(true),
            seed_enabled: self.flag(&["db", "seed", "enabled"], remote)?.unwrap_or(true),
            seed_paths: paths,
        })
    }

    /// The database that `supabase start` runs on this machine.
    pub(super) fn local(&self, notes: &mut Vec<String>) -> anyhow::Result<ConnectOptions> {
        let port = match self.value(&["db", "port"], None)? {
            None => Some(LOCAL_PORT),
            Some(Value::Integer(port)) => u16::try_from(port).ok(),
            Some(Value::String(text)) => text.trim().parse().ok(),
            Some(_) => None,
        };
        let port = port.filter(|port| *port != 0).ok_or_else(|| wrong("db.port", "a number from 1 to 65535"))?;
        let host = self.env.text("SUPABASE_SERVICES_HOSTNAME")?.unwrap_or("127.0.0.1");
        let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
        let url = format!("postgres://postgres:postgres@{host}:{port}/postgres?connect_timeout=2");
        connect_options(&url, "--local", self.root, self.env, notes)
    }

    /// The project on the platform that `supabase link` named: its own address, and behind it the pooler's session mode for
    /// those who have no IPv6.
    pub(super) fn linked(&self, notes: &mut Vec<String>) -> anyhow::Result<ConnectOptions> {
        let reference = self.reference()?;
        let mut url = format!("postgres://postgres@db.{reference}.supabase.co:5432/postgres?sslmode=require");
        if self.env.os("PGSSLMODE").is_some() {
            url.truncate(url.find('?').unwrap_or(url.len()));
        }
        let mut options = connect_options(&url, "--linked", self.root, self.env, notes)?;
        if let Some(password) = self.env.text("SUPABASE_DB_PASSWORD")? {
            options.config.password(password);
            options.host_passwords.clear();
        }
        if let Some(pooler) = self.temp("pooler-url")? {
            self.add_pooler(&mut options, &pooler)?;
        }
        let has_password =
            options.config.get_password().is_some() || options.host_passwords.iter().any(Option::is_some);
        if !has_password {
            let error = Error::new(Kind::Usage, format!("--linked needs the password of the database of {reference}"));
            return Err(error.hint("set SUPABASE_DB_PASSWORD, in the environment or in supabase/.env").into());
        }
        Ok(options)
    }

    /// The name of the linked project.
    pub(super) fn reference(&self) -> anyhow::Result<String> {
        let said = self.env.text("SUPABASE_PROJECT_ID")?.map(ToOwned::to_owned);
        let reference = match said {
            Some(reference) => reference,
            None => self.temp("project-ref")?.ok_or_else(|| {
                Error::new(Kind::Usage, "--linked: this folder is not linked to a project")
                    .hint("`supabase link --project-ref REF` links it, or SUPABASE_PROJECT_ID names the project")
            })?,
        };
        if reference.is_empty() || !reference.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
            return Err(Error::new(Kind::Usage, "--linked: the name of the linked project is not one").into());
        }
        Ok(reference)
    }

    /// Adds the pooler's host with its own user. Its transaction mode keeps no session, its session mode is on port 5432.
    fn add_pooler(&self, options: &mut ConnectOptions, url: &str) -> anyhow::Result<()> {
        let place = "supabase/.temp/pooler-url";
        // What the dashboard shows in a password's place.
        let url = url.replace(":[YOUR-PASSWORD]", "");
        let pooler = connect_options(&url, place, self.root, self.env, &mut Vec::new())?;
        let Some(tokio_postgres::config::Host::Tcp(host)) = pooler.config.get_hosts().first() else { return Ok(()) };
        let port = pooler.config.get_ports().first().copied().unwrap_or(5432);
        options.config.host(host).port(if port == 6543 { 5432 } else { port });
        options.host_users = vec![None, pooler.config.get_user().map(ToOwned::to_owned)];
        if let Some(direct) = options.host_passwords.first().cloned() {
            options.host_passwords = vec![direct, pooler.host_passwords.first().cloned().flatten()];
        }
        Ok(())
    }

    /// A file that `supabase link` left.
    fn temp(&self, name: &str) -> anyhow::Result<Option<String>> {
        let path = self.root.join("supabase/.temp").join(name);
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("read {}", path.display())),
        }
    }

    /// A key's value: from its variable, from the remote's own section, from the file.
    fn value(&self, keys: &[&str], remote: Option<&str>) -> anyhow::Result<Option<Value>> {
        if let Some(text) = self.env.text(&format!("SUPABASE_{}", keys.join("_").to_uppercase()))? {
            return Ok(Some(Value::String(text.to_owned())));
        }
        let is_meant = |table: &&Table| remote.is_some() && table.get("project_id").and_then(Value::as_str) == remote;
        let remotes = self.table.get("remotes").and_then(Value::as_table).into_iter().flat_map(Table::values);
        let of_remote = remotes.filter_map(Value::as_table).find(is_meant).and_then(|table| at(table, keys));
        match of_remote.or_else(|| at(&self.table, keys)) {
            Some(Value::String(text)) => Ok(Some(Value::String(self.expanded(text)?))),
            other => Ok(other.cloned()),
        }
    }

    fn flag(&self, keys: &[&str], remote: Option<&str>) -> anyhow::Result<Option<bool>> {
        Ok(match self.value(keys, remote)? {
            None => None,
            Some(Value::Boolean(flag)) => Some(flag),
            Some(Value::String(text)) if matches!(text.as_str(), "true" | "1") => Some(true),
            Some(Value::String(text)) if matches!(text.as_str(), "false" | "0") => Some(false),
            Some(_) => return Err(wrong(&keys.join("."), "true or false").into()),
        })
    }

    /// A text, or the variable's value where it is `env(NAME)`. Like the CLI, what is not set stays as it is written.
    fn expanded(&self, text: &str) -> anyhow::Result<String> {
        let name = text.strip_prefix("env(").and_then(|rest| rest.strip_suffix(')'));
        let value = name.map(|name| self.env.text(name.trim())).transpose()?.flatten();
        Ok(value.unwrap_or(text).to_owned())
    }
}

fn at<'t>(table: &'t Table, keys: &[&str]) -> Option<&'t Value> {
    let (last, path) = keys.split_last()?;
    path.iter().try_fold(table, |table, key| table.get(*key)?.as_table())?.get(*last)
}

fn wrong(key: &str, wanted: &str) -> Error {
    Error::new(Kind::Usage, format!("{FILE}: {key} is not {wanted}"))
        .hint(format!("correct it, or set SUPABASE_{}", key.replace('.', "_").to_uppercase()))
}
