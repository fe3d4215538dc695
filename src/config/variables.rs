//! Connect options as the variables that libpq and those who follow it read.

use std::ffi::OsString;

use tokio_postgres::config::Host;

use super::{ConnectOptions, SslMode};

impl ConnectOptions {
    /// `PGHOST`, `PGPORT`, … as far as the options say something, the password included.
    #[must_use]
    pub fn variables(&self) -> Vec<(&'static str, OsString)> {
        let config = &self.config;
        let list = |items: Vec<String>| (!items.is_empty()).then(|| OsString::from(items.join(",")));
        let hosts = config.get_hosts().iter().map(|host| match host {
            Host::Tcp(name) => name.clone(),
            Host::Unix(folder) => folder.to_string_lossy().into_owned(),
        });
        let password = config.get_password().map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        let path = |path: &std::path::PathBuf| path.clone().into_os_string();
        let identity = self.ssl_identity.as_ref();
        [
            ("PGHOST", list(hosts.collect())),
            ("PGHOSTADDR", list(config.get_hostaddrs().iter().map(ToString::to_string).collect())),
            ("PGPORT", list(config.get_ports().iter().map(ToString::to_string).collect())),
            ("PGUSER", config.get_user().map(OsString::from)),
            ("PGPASSWORD", password.map(OsString::from)),
            ("PGDATABASE", config.get_dbname().map(OsString::from)),
            ("PGOPTIONS", config.get_options().map(OsString::from)),
            ("PGSSLMODE", (self.ssl_mode != SslMode::Prefer).then(|| self.ssl_mode.name().into())),
            ("PGSSLROOTCERT", self.ssl_root_cert.as_ref().map(path)),
            ("PGSSLCERT", identity.map(|(cert, _)| path(cert))),
            ("PGSSLKEY", identity.map(|(_, key)| path(key))),
        ]
        .into_iter()
        .filter_map(|(name, value)| value.map(|value| (name, value)))
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Environment, connect_options};

    #[test]
    fn what_is_said_becomes_a_variable() {
        let env = Environment::empty("/");
        let url = "postgres://app:s%40cret@db.example.com:6543/shop?sslmode=require";
        let options = connect_options(url, "test", std::path::Path::new("/"), &env, &mut Vec::new()).unwrap();
        let text: Vec<String> =
            options.variables().iter().map(|(name, value)| format!("{name}={}", value.display())).collect();
        assert_eq!(
            text.join(" "),
            "PGHOST=db.example.com PGPORT=6543 PGUSER=app PGPASSWORD=s@cret PGDATABASE=shop PGSSLMODE=require"
        );
    }
}
