//! A connection string and libpq's `PG*` variables resolved into [`ConnectOptions`].
//!
//! tokio-postgres reads connection strings too, but refuses half of libpq's keys and gives every host of a URL the
//! default port, which leaves no room for `PGPORT`; so the string is taken apart here and handed over piece by piece.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::{ChannelBinding, LoadBalanceHosts, SslNegotiation, TargetSessionAttrs};

use super::environment::Environment;
use super::keys;
use super::passfile;
use super::url::{self, Parameters};
use super::{ConnectOptions, SslMode};
use crate::error::{Error, Kind};

/// `connect_timeout` for each host, unless it is given.
const CONNECT_TIMEOUT_S: u64 = 10;
/// What `connect_timeout=0` means: libpq waits for ever, we do not.
const CONNECT_TIMEOUT_MOST_S: u64 = 600;

fn usage(message: impl Into<String>) -> Error {
    Error::new(Kind::Usage, message)
}

/// Reads a connection string, completed by `PG*` variables, the password file and libpq's defaults.
///
/// `place` says where the string comes from, for errors; relative file names in it start at `base`. What deserves to be
/// said without stopping anything is added to `notes`.
///
/// # Errors
/// When the string is malformed or says something that cannot be had. No error repeats any part of a password.
pub fn connect_options(
    text: &str,
    place: &str,
    base: &Path,
    env: &Environment,
    notes: &mut Vec<String>,
) -> anyhow::Result<ConnectOptions> {
    let mut given = url::parse(text).map_err(|wrong| {
        let error = usage(format!("{place}: {}", wrong.message));
        wrong.hint.into_iter().fold(error, Error::hint)
    })?;
    keys::check(&given, place)?;
    keys::make_absolute(&mut given, base);
    keys::complete(&mut given, env)?;
    keys::make_absolute(&mut given, &env.current_dir);
    let reading = Reading { given: &given, env };
    reading.options(notes).map_err(|error| match error.downcast::<Error>() {
        Ok(error) => Error { message: format!("{place}: {}", error.message), ..error }.into(),
        Err(other) => other,
    })
}

/// Complete parameters on their way to options.
struct Reading<'a> {
    given: &'a Parameters,
    env: &'a Environment,
}

impl Reading<'_> {
    /// A parameter's value; an empty one counts as absent.
    fn get(&self, key: &str) -> Option<&str> {
        self.given.get(key).map(String::as_str).filter(|value| !value.is_empty())
    }

    fn invalid(&self, key: &str, allowed: &str) -> Error {
        usage(format!("the connection parameter {key} has a value that is not understood"))
            .hint(format!("{key} is {allowed}"))
    }

    fn number<T: std::str::FromStr>(&self, key: &str) -> Result<Option<T>, Error> {
        let parsed = self.get(key).map(|value| value.trim().parse().map_err(|_| self.invalid(key, "a whole number")));
        parsed.transpose()
    }

    /// One of several words. `None` when the parameter is not given.
    fn word<T: Copy>(&self, key: &str, words: &[(&str, T)]) -> Result<Option<T>, Error> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let found = words.iter().find(|(word, _)| *word == value).map(|(_, meaning)| *meaning);
        let allowed = || words.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
        found.map(Some).ok_or_else(|| self.invalid(key, &format!("one of {}", allowed())))
    }

    fn options(&self, notes: &mut Vec<String>) -> anyhow::Result<ConnectOptions> {
        self.refuse()?;
        let mut config = Config::new();
        self.identity(&mut config)?;
        self.hosts(&mut config)?;
        self.timeouts(&mut config)?;
        self.session(&mut config)?;
        let mut options = ConnectOptions::new(config);
        self.tls(&mut options, notes)?;
        if options.config.get_password().is_none() {
            options.host_passwords = self.passwords(&options.config, notes)?;
        }
        Ok(options)
    }

    /// What libpq can do and we cannot: said at once, not found out later.
    fn refuse(&self) -> Result<(), Error> {
        if self.get("service").is_some() {
            let error = usage("connection service files are not supported, and PGSERVICE or `service` names one");
            return Err(error.hint("unset PGSERVICE, and give the connection as a URL"));
        }
        if self.get("gssencmode") == Some("require") {
            return Err(usage("gssencmode=require cannot be had").hint("use sslmode=verify-full instead"));
        }
        match self.get("client_encoding") {
            Some(name) if !["utf8", "utf-8", "unicode", "auto"].contains(&name.to_ascii_lowercase().as_str()) => {
                Err(usage("client_encoding can only be UTF8")
                    .hint("remove client_encoding: scripts are UTF-8 throughout"))
            }
            _ => Ok(()),
        }
    }

    fn identity(&self, config: &mut Config) -> Result<(), Error> {
        let user = self.get("user").or(self.env.user.as_deref());
        let user = user.ok_or_else(|| {
            usage("the connection names no user, and the operating system's user has no name")
                .hint("add the user to the URL")
        })?;
        config.user(user).dbname(self.get("dbname").unwrap_or(user));
        if let Some(password) = self.get("password") {
            config.password(password);
        }
        let name = self.given.get("application_name").or_else(|| self.given.get("fallback_application_name"));
        config.application_name(name.map_or("migrate", String::as_str));
        if let Some(options) = self.get("options") {
            config.options(options);
        }
        Ok(())
    }

    fn hosts(&self, config: &mut Config) -> Result<(), Error> {
        let hosts: Vec<&str> =
            self.get("host").map(|value| value.split(',').map(str::trim).collect()).unwrap_or_default();
        let addresses: Vec<&str> =
            self.get("hostaddr").map(|value| value.split(',').map(str::trim).collect()).unwrap_or_default();
        if !hosts.is_empty() && !addresses.is_empty() && hosts.len() != addresses.len() {
            return Err(usage(format!("{} hosts are given and {} host addresses", hosts.len(), addresses.len())));
        }
        let count = hosts.len().max(addresses.len()).max(1);
        let ports = self.ports(count)?;
        for (at, port) in ports.iter().enumerate() {
            let address = addresses.get(at).copied().filter(|address| !address.is_empty());
            match hosts.get(at).copied().filter(|host| !host.is_empty()).or(address) {
                Some(host) => config.host(host),
                None => config.host(default_host(*port)),
            };
            if !addresses.is_empty() {
                let parsed = address.and_then(|text| text.parse().ok());
                config.hostaddr(parsed.ok_or_else(|| self.invalid("hostaddr", "an IP address for each host"))?);
            }
            config.port(*port);
        }
        Ok(())
    }

    /// One port for each host.
    fn ports(&self, count: usize) -> Result<Vec<u16>, Error> {
        let given: Vec<&str> = self.get("port").unwrap_or_default().split(',').map(str::trim).collect();
        if given.len() > 1 && given.len() != count {
            return Err(usage(format!("{} ports are given for {count} hosts", given.len())));
        }
        let port = |text: &str| match text {
            "" => Ok(5432),
            text => text
                .parse()
                .ok()
                .filter(|port| *port != 0)
                .ok_or_else(|| self.invalid("port", "a number from 1 to 65535")),
        };
        (0..count).map(|at| port(given.get(at).or(given.first()).copied().unwrap_or_default())).collect()
    }

    fn timeouts(&self, config: &mut Config) -> Result<(), Error> {
        let seconds = match self.number::<i64>("connect_timeout")? {
            None => CONNECT_TIMEOUT_S,
            Some(seconds) if seconds <= 0 => CONNECT_TIMEOUT_MOST_S,
            Some(seconds) => seconds.unsigned_abs().clamp(1, CONNECT_TIMEOUT_MOST_S),
        };
        config.connect_timeout(Duration::from_secs(seconds));
        config.keepalives(self.number::<u32>("keepalives")? != Some(0));
        if let Some(seconds) = self.number("keepalives_idle")?.filter(|seconds| *seconds > 0) {
            config.keepalives_idle(Duration::from_secs(seconds));
        }
        if let Some(seconds) = self.number("keepalives_interval")?.filter(|seconds| *seconds > 0) {
            config.keepalives_interval(Duration::from_secs(seconds));
        }
        if let Some(count) = self.number("keepalives_count")?.filter(|count| *count > 0) {
            config.keepalives_retries(count);
        }
        // Milliseconds, as libpq has it.
        if let Some(ms) = self.number("tcp_user_timeout")?.filter(|ms| *ms > 0) {
            config.tcp_user_timeout(Duration::from_millis(ms));
        }
        Ok(())
    }

    fn session(&self, config: &mut Config) -> Result<(), Error> {
        // A primary that accepts writes is what both words ask for here; a standby cannot be migrated.
        let attributes = [
            ("any", TargetSessionAttrs::Any),
            ("read-write", TargetSessionAttrs::ReadWrite),
            ("primary", TargetSessionAttrs::ReadWrite),
            ("read-only", TargetSessionAttrs::ReadOnly),
        ];
        if let Some(attributes) = self.word("target_session_attrs", &attributes)? {
            config.target_session_attrs(attributes);
        }
        let bindings = [
            ("disable", ChannelBinding::Disable),
            ("prefer", ChannelBinding::Prefer),
            ("require", ChannelBinding::Require),
        ];
        if let Some(binding) = self.word("channel_binding", &bindings)? {
            config.channel_binding(binding);
        }
        let orders = [("disable", LoadBalanceHosts::Disable), ("random", LoadBalanceHosts::Random)];
        if let Some(order) = self.word("load_balance_hosts", &orders)? {
            config.load_balance_hosts(order);
        }
        Ok(())
    }

    fn tls(&self, options: &mut ConnectOptions, notes: &mut Vec<String>) -> Result<(), Error> {
        let mode = self.word("sslmode", &SslMode::WORDS)?;
        let root = self.get("sslrootcert");
        options.ssl_mode = match (mode, root) {
            (None, Some("system")) => SslMode::VerifyFull,
            (Some(mode), Some("system")) if mode != SslMode::VerifyFull => {
                let error = usage(format!("sslmode={} is too weak for sslrootcert=system", mode.name()));
                return Err(
                    error.hint("use sslmode=verify-full: anyone can have a certificate from a public authority")
                );
            }
            (mode, _) => mode.unwrap_or(SslMode::Prefer),
        };
        let negotiations = [("postgres", SslNegotiation::Postgres), ("direct", SslNegotiation::Direct)];
        if let Some(negotiation) = self.word("sslnegotiation", &negotiations)? {
            if negotiation == SslNegotiation::Direct && options.ssl_mode < SslMode::Require {
                let error = usage(format!("sslmode={} is too weak for sslnegotiation=direct", options.ssl_mode.name()));
                return Err(error.hint("use sslmode=require or stronger"));
            }
            options.config.ssl_negotiation(negotiation);
        }
        options.ssl_root_cert = root.map(PathBuf::from);
        if options.ssl_root_cert.is_none() && options.ssl_mode >= SslMode::Require {
            options.ssl_root_cert = self.file_at_home("root.crt");
        }
        if options.ssl_root_cert.is_none() && options.ssl_mode >= SslMode::VerifyCa {
            notes.push(format!(
                "sslmode={} without sslrootcert: the system's authorities are trusted",
                options.ssl_mode.name()
            ));
        }
        options.ssl_identity = match (self.get("sslcert"), self.get("sslkey")) {
            (Some(cert), Some(key)) => Some((cert.into(), key.into())),
            (Some(_), None) => return Err(usage("sslcert is given without sslkey")),
            (None, Some(_)) => return Err(usage("sslkey is given without sslcert")),
            (None, None) => self.file_at_home("postgresql.crt").zip(self.file_at_home("postgresql.key")),
        };
        Ok(())
    }

    /// A file in `~/.postgresql`, if it exists.
    fn file_at_home(&self, name: &str) -> Option<PathBuf> {
        let path = self.env.home.as_ref()?.join(".postgresql").join(name);
        path.exists().then_some(path)
    }

    /// What the password file says for each host.
    fn passwords(&self, config: &Config, notes: &mut Vec<String>) -> anyhow::Result<Vec<Option<String>>> {
        let at_home = || self.env.home.as_ref().map(|home| home.join(".pgpass"));
        match self.get("passfile").map(PathBuf::from).or_else(at_home) {
            Some(path) => passfile::look_up(&path, config, notes),
            None => Ok(Vec::new()),
        }
    }
}

/// Where servers put their sockets: Debian and Fedora first, then PostgreSQL's own default.
pub(super) const SOCKET_FOLDERS: [&str; 3] = ["/var/run/postgresql", "/run/postgresql", "/tmp"];

/// The host when none is named: the socket folder that has a socket for this port, or else this machine.
fn default_host(port: u16) -> &'static str {
    let socket = format!(".s.PGSQL.{port}");
    SOCKET_FOLDERS.into_iter().find(|folder| Path::new(folder).join(&socket).exists()).unwrap_or("localhost")
}

impl SslMode {
    /// libpq's words, weakest first.
    pub(super) const WORDS: [(&'static str, SslMode); 6] = [
        ("disable", SslMode::Disable),
        ("allow", SslMode::Allow),
        ("prefer", SslMode::Prefer),
        ("require", SslMode::Require),
        ("verify-ca", SslMode::VerifyCa),
        ("verify-full", SslMode::VerifyFull),
    ];

    /// libpq's word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::WORDS.iter().find(|(_, mode)| *mode == self).map_or("prefer", |(word, _)| word)
    }
}
