//! Connect options as text again: a URL to use elsewhere, and one line for people, both safe to print.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode, utf8_percent_encode};
use tokio_postgres::Config;
use tokio_postgres::config::{ChannelBinding, Host, LoadBalanceHosts, SslNegotiation, TargetSessionAttrs};

use super::{ConnectOptions, SslMode};

/// Encoded in every part of a URL: all but letters, digits and what RFC 3986 leaves unreserved.
const PART: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// An IPv6 address in brackets keeps its colons.
const ADDRESS: &AsciiSet = &PART.remove(b':');
/// In the query, paths stay readable.
const QUERY: &AsciiSet = &PART.remove(b'/').remove(b':').remove(b',');

fn part(text: &str) -> String {
    utf8_percent_encode(text, PART).to_string()
}

impl ConnectOptions {
    /// One line without the password: `postgres://app@db.example.com:5432/shop (sslmode verify-full)`.
    ///
    /// Whatever the options hold, the line is printable ASCII.
    #[must_use]
    pub fn describe(&self) -> String {
        let mut line = self.address(false).finish();
        if self.config.get_hosts().iter().any(|host| matches!(host, Host::Tcp(_))) {
            line.push_str(" (sslmode ");
            line.push_str(self.ssl_mode.name());
            line.push(')');
        }
        line
    }

    /// A URL that means these options, with the password or without. One from a password file is left to that file.
    #[must_use]
    pub fn to_url(&self, with_password: bool) -> String {
        let mut url = self.address(with_password);
        if self.ssl_mode != SslMode::Prefer {
            url.parameter("sslmode", self.ssl_mode.name());
        }
        if let Some(path) = &self.ssl_root_cert {
            url.parameter("sslrootcert", &path.to_string_lossy());
        }
        if let Some((cert, key)) = &self.ssl_identity {
            url.parameter("sslcert", &cert.to_string_lossy());
            url.parameter("sslkey", &key.to_string_lossy());
        }
        url.session_parameters(&self.config);
        url.finish()
    }

    /// The same with another database: its password file was read for this one, so that stays as it is.
    #[must_use]
    pub fn with_database(&self, name: &str) -> Self {
        let mut other = self.clone();
        other.config.dbname(name);
        other
    }

    /// User, hosts, ports and database.
    fn address(&self, with_password: bool) -> Url {
        let config = &self.config;
        let mut url = Url { text: "postgres://".to_owned(), separator: '?' };
        if let Some(user) = config.get_user() {
            url.text.push_str(&part(user));
            if let Some(password) = config.get_password().filter(|_| with_password) {
                url.text.push(':');
                url.text.extend(percent_encode(password, PART));
            }
            url.text.push('@');
        }
        let ports = config.get_ports();
        let port = |at: usize| ports.get(at).or(ports.first()).copied().unwrap_or(5432);
        let sockets = config.get_hosts().iter().any(|host| matches!(host, Host::Unix(_)));
        let hosts: Vec<String> = config.get_hosts().iter().map(host_name).collect();
        if !sockets {
            let host = |(at, name): (usize, &String)| match name.contains(':') {
                true => format!("[{}]:{}", utf8_percent_encode(name, ADDRESS), port(at)),
                false => format!("{}:{}", part(name), port(at)),
            };
            url.text.push_str(&hosts.iter().enumerate().map(host).collect::<Vec<_>>().join(","));
        }
        url.text.push('/');
        url.text.push_str(&part(config.get_dbname().unwrap_or_default()));
        if sockets {
            url.parameter("host", &hosts.join(","));
            let ports: Vec<String> = (0..hosts.len()).map(|at| port(at).to_string()).collect();
            if ports.iter().any(|port| port != "5432") {
                url.parameter("port", &ports.join(","));
            }
        }
        url
    }
}

fn host_name(host: &Host) -> String {
    match host {
        Host::Tcp(name) => name.clone(),
        Host::Unix(folder) => folder.to_string_lossy().into_owned(),
    }
}

/// A URL that grows.
struct Url {
    text: String,
    separator: char,
}

impl Url {
    fn parameter(&mut self, key: &str, value: &str) {
        self.text.push(self.separator);
        self.text.push_str(key);
        self.text.push('=');
        self.text.extend(utf8_percent_encode(value, QUERY));
        self.separator = '&';
    }

    fn finish(self) -> String {
        self.text
    }

    /// What differs from the defaults.
    fn session_parameters(&mut self, config: &Config) {
        let addresses: Vec<String> = config.get_hostaddrs().iter().map(ToString::to_string).collect();
        if !addresses.is_empty() {
            self.parameter("hostaddr", &addresses.join(","));
        }
        if let Some(name) = config.get_application_name().filter(|name| *name != "migrate") {
            self.parameter("application_name", name);
        }
        if let Some(options) = config.get_options() {
            self.parameter("options", options);
        }
        if let Some(timeout) = config.get_connect_timeout().filter(|timeout| timeout.as_secs() != 10) {
            self.parameter("connect_timeout", &timeout.as_secs().to_string());
        }
        match config.get_target_session_attrs() {
            TargetSessionAttrs::ReadWrite => self.parameter("target_session_attrs", "read-write"),
            TargetSessionAttrs::ReadOnly => self.parameter("target_session_attrs", "read-only"),
            _ => {}
        }
        match config.get_channel_binding() {
            ChannelBinding::Require => self.parameter("channel_binding", "require"),
            ChannelBinding::Disable => self.parameter("channel_binding", "disable"),
            _ => {}
        }
        if config.get_load_balance_hosts() == LoadBalanceHosts::Random {
            self.parameter("load_balance_hosts", "random");
        }
        if config.get_ssl_negotiation() == SslNegotiation::Direct {
            self.parameter("sslnegotiation", "direct");
        }
        self.keepalive_parameters(config);
    }

    fn keepalive_parameters(&mut self, config: &Config) {
        if !config.get_keepalives() {
            self.parameter("keepalives", "0");
        }
        if config.get_keepalives_idle().as_secs() != 7200 {
            self.parameter("keepalives_idle", &config.get_keepalives_idle().as_secs().to_string());
        }
        if let Some(interval) = config.get_keepalives_interval() {
            self.parameter("keepalives_interval", &interval.as_secs().to_string());
        }
        if let Some(count) = config.get_keepalives_retries() {
            self.parameter("keepalives_count", &count.to_string());
        }
        if let Some(timeout) = config.get_tcp_user_timeout() {
            self.parameter("tcp_user_timeout", &timeout.as_millis().to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;

    use super::super::{Environment, connect_options};
    use super::*;

    fn read(text: &str) -> ConnectOptions {
        let mut env = Environment::empty("/");
        env.user = Some("me".to_owned());
        connect_options(text, "--url", Path::new("/"), &env, &mut Vec::new()).unwrap()
    }

    #[test]
    fn one_line_without_the_password() {
        for (text, line) in [
            (
                "postgres://app:secret@db.example.com/shop?sslmode=require",
                "postgres://app@db.example.com:5432/shop (sslmode require)",
            ),
            ("host=/run/pg user=app password=secret", "postgres://app@/app?host=/run/pg"),
            ("postgres://a,b:6000,[::1]/d", "postgres://me@a:5432,b:6000,[::1]:5432/d (sslmode prefer)"),
            (
                "host=h dbname='a b/\u{1b}[31m\u{202e}' user=u",
                "postgres://u@h:5432/a%20b%2F%1B%5B31m%E2%80%AE (sslmode prefer)",
            ),
        ] {
            assert_eq!(read(text).describe(), line);
        }
    }

    #[test]
    fn every_parameter_survives_being_written() {
        let text = "postgres://u:p%40@a:1,b:2/d?hostaddr=10.0.0.1,10.0.0.2&sslmode=verify-full&sslrootcert=/ca&sslcert=/c\
            &sslkey=/k&application_name=x%20y&options=-c%20a%3Db%26c&connect_timeout=3&target_session_attrs=read-write\
            &channel_binding=require&load_balance_hosts=random&sslnegotiation=direct&keepalives=0&keepalives_idle=60\
            &keepalives_interval=5&keepalives_count=4&tcp_user_timeout=1500";
        let options = read(text);
        let again = read(&options.to_url(true));
        assert_eq!(again.config, options.config);
        assert_eq!(again.to_url(true), options.to_url(true));
        assert!(!options.to_url(false).contains("p%40@"));
    }

    proptest! {
        #[test]
        fn a_url_reads_back_as_it_was(user in ".{1,12}", password in ".{1,12}", name in ".{1,12}", socket: bool) {
            prop_assume!(![&user, &password, &name].iter().any(|text| text.contains('\0')));
            let mut config = Config::new();
            config.user(&user).password(&password).dbname(&name).port(5433).application_name("migrate");
            config.connect_timeout(std::time::Duration::from_secs(10));
            config.host(if socket { "/tmp/a b" } else { "::1" });
            let options = ConnectOptions::new(config);
            prop_assert_eq!(&read(&options.to_url(true)).config, &options.config);
            let line = options.describe();
            prop_assert!(line.chars().all(|c| c.is_ascii() && !c.is_ascii_control()), "{}", line);
        }
    }
}
