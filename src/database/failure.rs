//! Why a connection could not be opened, in words that name host, cause and cure. Never a password.

use std::io::ErrorKind;
use std::time::Duration;

use rustls::CertificateError;
use tokio_postgres::config::Host;
use tokio_postgres::error::{DbError, SqlState};

use crate::config::{ConnectOptions, SslMode};
use crate::error::{Error, Kind};

/// One try at one address.
pub(super) struct Attempt {
    /// Host and port, or the socket's path.
    pub(super) place: String,
    pub(super) host: Host,
    pub(super) failure: Failure,
}

/// How a try ended.
pub(super) enum Failure {
    /// The host's name has no address.
    NotResolved(std::io::Error),
    /// No answer.
    TimedOut(Duration),
    /// The driver or the server said no.
    Driver(tokio_postgres::Error),
}

impl Failure {
    fn code(&self) -> Option<&SqlState> {
        match self {
            Failure::Driver(error) => error.code(),
            _ => None,
        }
    }

    /// The server is there and will be ready soon.
    pub(super) fn is_starting_up(&self) -> bool {
        self.code() == Some(&SqlState::CANNOT_CONNECT_NOW)
    }

    /// All connections of the server, the database or the role are taken.
    pub(super) fn is_full(&self) -> bool {
        self.code() == Some(&SqlState::TOO_MANY_CONNECTIONS)
    }

    /// The server answered: other hosts are not asked.
    pub(super) fn is_final(&self) -> bool {
        match self {
            Failure::Driver(error) => (error.code().is_some() && !self.is_starting_up()) || lacks_password(error),
            _ => false,
        }
    }

    /// `pg_hba.conf` may let in with TLS, or without, whom it refuses the other way; and a broken handshake says
    /// nothing about a plain line.
    pub(super) fn may_differ_with_other_encryption(&self) -> bool {
        match self {
            Failure::Driver(error) => {
                self.code() == Some(&SqlState::INVALID_AUTHORIZATION_SPECIFICATION) || is_tls(error)
            }
            _ => false,
        }
    }
}

/// The error for all the tries together.
pub(super) fn explain(options: &ConnectOptions, attempts: &[Attempt]) -> Error {
    match attempts {
        [] => Error::new(Kind::Usage, "no host to connect to").hint("name one in the URL"),
        [only] => explain_one(options, only),
        several => {
            let errors: Vec<Error> = several.iter().map(|attempt| explain_one(options, attempt)).collect();
            // A host name with several addresses gives the same sentence for each.
            let mut lines: Vec<String> = Vec::new();
            let mut hints: Vec<String> = Vec::new();
            for error in errors {
                if !lines.contains(&error.message) {
                    lines.push(error.message);
                }
                hints.extend(error.hints.into_iter().filter(|hint| !hints.contains(hint)).collect::<Vec<_>>());
            }
            let message = match lines.as_slice() {
                [line] => line.clone(),
                lines => format!("none of the servers could be used:\n  {}", lines.join("\n  ")),
            };
            Error { kind: Kind::Failed, message, hints }
        }
    }
}

fn explain_one(options: &ConnectOptions, attempt: &Attempt) -> Error {
    let place = clean(&attempt.place);
    match &attempt.failure {
        Failure::NotResolved(cause) => not_resolved(attempt, &cause.to_string()),
        Failure::TimedOut(limit) => failed(format!("no answer from {place} within {} s", limit.as_secs())).hint(
            "is the address right, and does a firewall let this machine through? connect_timeout=SECONDS waits longer",
        ),
        Failure::Driver(error) => match error.as_db_error() {
            Some(said) => by_server(options, &place, said),
            None => by_driver(options, attempt, error),
        },
    }
}

fn failed(message: String) -> Error {
    Error::new(Kind::Failed, message)
}

fn not_resolved(attempt: &Attempt, cause: &str) -> Error {
    let name = match &attempt.host {
        Host::Tcp(name) => clean(name),
        Host::Unix(folder) => folder.display().to_string(),
    };
    let error = failed(format!("the host name {name} could not be resolved: {}", clean(cause)));
    with_supabase_hint(error, &attempt.host).hint("check the name's spelling, and that this machine has DNS")
}

/// Supabase's direct host names have only IPv6 addresses, which many networks cannot reach.
fn with_supabase_hint(error: Error, host: &Host) -> Error {
    match host {
        Host::Tcp(name) if name.starts_with("db.") && name.ends_with(".supabase.co") => error.hint(
            "Supabase's direct host is reachable by IPv6 only: elsewhere use the session pooler's URL, port 5432",
        ),
        _ => error,
    }
}

/// The server understood us and refused.
fn by_server(options: &ConnectOptions, place: &str, said: &DbError) -> Error {
    let user = clean(options.config.get_user().unwrap_or_default());
    let database = clean(options.config.get_dbname().unwrap_or_default());
    let message = clean(said.message());
    let code = said.code();
    let has_password = options.config.get_password().is_some() || options.host_passwords.iter().any(Option::is_some);
    if *code == SqlState::INVALID_PASSWORD && has_password {
        return failed(format!("{place} refused the password of user \"{user}\""))
            .hint("correct it in the URL, PGPASSWORD or ~/.pgpass; in a URL, special characters need percent-encoding: @ is %40");
    }
    if *code == SqlState::INVALID_PASSWORD {
        return password_missing(place, &user);
    }
    if *code == SqlState::INVALID_CATALOG_NAME {
        return failed(format!("the database \"{database}\" does not exist on {place}"))
            .hint("correct the name, or create it with `createdb`");
    }
    if *code == SqlState::CANNOT_CONNECT_NOW {
        return failed(format!("{place} is not ready: {message}"))
            .hint("wait until it accepts connections, then run the command again");
    }
    if *code == SqlState::TOO_MANY_CONNECTIONS {
        return failed(format!("{place} has no connection to spare: {message}"))
            .hint("close idle sessions (pg_stat_activity lists them), or raise max_connections");
    }
    if message.contains("unsupported startup parameter") {
        return failed(format!("{place} is a pooler that refuses our settings: {message}"))
            .hint("connect to the server itself, or add the parameter to ignore_startup_parameters in pgbouncer.ini");
    }
    if *code == SqlState::INVALID_AUTHORIZATION_SPECIFICATION && message.contains("pg_hba.conf") {
        return failed(format!("{place} lets no such connection in: {message}")).hint(
            "add a line for this user, database and address to the server's pg_hba.conf, or try another sslmode",
        );
    }
    failed(format!("{place} refused the connection: {message} (SQLSTATE {})", code.code()))
}

fn password_missing(place: &str, user: &str) -> Error {
    failed(format!("{place} asks for the password of user \"{user}\", and none is given"))
        .hint("give it in PGPASSWORD, in the URL, or in ~/.pgpass (which nobody else may be able to read)")
}

/// The driver gave up before the server could say why.
fn by_driver(options: &ConnectOptions, attempt: &Attempt, error: &tokio_postgres::Error) -> Error {
    let place = clean(&attempt.place);
    if lacks_password(error) {
        return password_missing(&place, &clean(options.config.get_user().unwrap_or_default()));
    }
    if let Some(tls) = cause::<rustls::Error>(error) {
        return by_tls(options, &place, tls);
    }
    if is_tls(error) && chain(error).contains("does not support TLS") {
        let mode = options.ssl_mode.name();
        return failed(format!("{place} offers no TLS, and sslmode={mode} asks for it")).hint(
            "turn on ssl in the server's postgresql.conf, or use sslmode=prefer where the network itself is trusted",
        );
    }
    let Some(io) = cause::<std::io::Error>(error) else {
        return failed(format!("{place} broke off the connection: {}", clean(&chain(error))));
    };
    match (io.kind(), &attempt.host) {
        (ErrorKind::ConnectionRefused, Host::Tcp(_)) => failed(format!("connection to {place} refused")).hint(
            "is the server running, and is this its port? it must listen there: listen_addresses in postgresql.conf",
        ),
        (ErrorKind::ConnectionRefused | ErrorKind::NotFound, Host::Unix(_)) => {
            failed(format!("no server listens on the socket {place}"))
                .hint("is the server running, and are folder (host) and port right?")
        }
        (ErrorKind::PermissionDenied, Host::Unix(_)) => failed(format!("this user may not open the socket {place}"))
            .hint("try host=localhost, or run as another user"),
        (ErrorKind::PermissionDenied, Host::Tcp(_)) => failed(format!("{place}: {}", clean(&io.to_string())))
            .hint("target_session_attrs asks for a server of another kind: name the primary"),
        (ErrorKind::NetworkUnreachable | ErrorKind::HostUnreachable, host) => {
            let error = failed(format!("{place} cannot be reached from here: {}", clean(&io.to_string())));
            with_supabase_hint(error, host)
        }
        _ => failed(format!("{place} broke off the connection: {}", clean(&io.to_string())))
            .hint("does a PostgreSQL server listen there? its log may say more"),
    }
}

fn by_tls(options: &ConnectOptions, place: &str, error: &rustls::Error) -> Error {
    let mode = options.ssl_mode.name();
    let rustls::Error::InvalidCertificate(wrong) = error else {
        return failed(format!("no TLS session with {place}: {}", clean(&error.to_string())));
    };
    match wrong {
        // A bad signature is what another authority of the same name leads to.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            failed(format!("the certificate of {place} is not signed by a trusted authority (sslmode={mode})"))
                .hint("name its authority's certificate with sslrootcert=FILE")
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            let names = match wrong {
                CertificateError::NotValidForNameContext { presented, .. } if !presented.is_empty() => {
                    presented.join(", ")
                }
                _ => "no subject alternative name at all".to_owned(),
            };
            let error =
                failed(format!("the certificate of {place} is made for another host; it has {}", clean(&names)));
            error.hint("connect by a name that it has (hostaddr=IP can say where that is), or use sslmode=verify-ca")
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            failed(format!("the certificate of {place} has expired"))
                .hint("renew the server's certificate, or set this machine's clock right")
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            failed(format!("the certificate of {place} is not valid yet")).hint("set this machine's clock right")
        }
        other => failed(format!("the certificate of {place} is not accepted: {}", clean(&other.to_string()))).hint(
            if options.ssl_mode > SslMode::Require {
                "have the server's certificate made anew as X.509 version 3 with a subject alternative name"
            } else {
                "have the server's certificate made anew as X.509 version 3"
            },
        ),
    }
}

fn is_tls(error: &tokio_postgres::Error) -> bool {
    error.to_string().contains("TLS handshake")
}

fn lacks_password(error: &tokio_postgres::Error) -> bool {
    std::error::Error::source(error).is_some_and(|cause| cause.to_string() == "password missing")
}

/// The first cause of a type. `io::Error` hides what it wraps from `source`, so it is looked into by hand.
fn cause<'a, T: std::error::Error + 'static>(error: &'a tokio_postgres::Error) -> Option<&'a T> {
    let mut next: Option<&'a (dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<T>() {
            return Some(found);
        }
        let inner = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        if let Some(found) = inner.and_then(|inner| inner.downcast_ref::<T>()) {
            return Some(found);
        }
        next = error.source();
    }
    None
}

/// An error with all its causes on one line.
pub(super) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// Text from elsewhere without control characters, so that it cannot play with the terminal.
fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
