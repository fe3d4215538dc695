//! The names of connection parameters: which are known, and which variables stand for them.

use std::path::Path;

use super::environment::Environment;
use super::url::Parameters;
use crate::error::{Error, Kind};

/// libpq's variables and the parameters that they stand for.
const VARIABLES: &[(&str, &str)] = &[
    ("PGHOST", "host"),
    ("PGHOSTADDR", "hostaddr"),
    ("PGPORT", "port"),
    ("PGUSER", "user"),
    ("PGPASSWORD", "password"),
    ("PGPASSFILE", "passfile"),
    ("PGDATABASE", "dbname"),
    ("PGSSLMODE", "sslmode"),
    ("PGSSLNEGOTIATION", "sslnegotiation"),
    ("PGSSLROOTCERT", "sslrootcert"),
    ("PGSSLCERT", "sslcert"),
    ("PGSSLKEY", "sslkey"),
    ("PGAPPNAME", "application_name"),
    ("PGCONNECT_TIMEOUT", "connect_timeout"),
    ("PGOPTIONS", "options"),
    ("PGTARGETSESSIONATTRS", "target_session_attrs"),
    ("PGCHANNELBINDING", "channel_binding"),
    ("PGLOADBALANCEHOSTS", "load_balance_hosts"),
    ("PGSERVICE", "service"),
];

/// The parameters that are understood beyond those of [`VARIABLES`].
const OTHERS: &[&str] = &[
    "ssl",
    "fallback_application_name",
    "client_encoding",
    "keepalives",
    "keepalives_idle",
    "keepalives_interval",
    "keepalives_count",
    "tcp_user_timeout",
    "gssencmode",
    "sslcompression",
    "sslsni",
    // Written into URLs by Supabase's integration with Vercel.
    "supa",
];

/// Makes the names of files absolute.
pub(super) fn make_absolute(given: &mut Parameters, base: &Path) {
    for key in ["sslrootcert", "sslcert", "sslkey", "passfile"] {
        if let Some(value) = given.get_mut(key).filter(|value| !value.is_empty() && *value != "system") {
            *value = base.join(&*value).to_string_lossy().into_owned();
        }
    }
}

/// Adds what the string does not say and the environment does.
pub(super) fn complete(given: &mut Parameters, env: &Environment) -> anyhow::Result<()> {
    if given.remove("ssl").as_deref() == Some("true") {
        given.entry("sslmode".to_owned()).or_insert_with(|| "require".to_owned());
    }
    for (variable, key) in VARIABLES {
        // An empty value is a value: as in libpq, no variable takes its place.
        if given.contains_key(*key) {
            continue;
        }
        if let Some(value) = env.text(variable)? {
            given.insert((*key).to_owned(), value.to_owned());
        }
    }
    Ok(())
}

/// Refuses parameters that nobody knows, and says which was probably meant.
pub(super) fn check(given: &Parameters, place: &str) -> Result<(), Error> {
    let known = || VARIABLES.iter().map(|(_, key)| *key).chain(OTHERS.iter().copied());
    let Some(key) = given.keys().find(|key| !known().any(|name| name == key.as_str())) else { return Ok(()) };
    let shown: String = key.chars().filter(|c| !c.is_control()).take(40).collect();
    let hint = match key.as_str() {
        "pgbouncer" | "connection_limit" | "pool_timeout" | "schema" | "sslaccept" | "statement_cache_size" => {
            format!("`{shown}` is Prisma's, not PostgreSQL's: remove it here")
        }
        "search_path" => "write options=-csearch_path%3D… instead".to_owned(),
        "servicefile" | "requirepeer" | "krbsrvname" | "gsslib" | "sslcrl" | "sslcrldir" | "sslpassword"
        | "require_auth" => {
            format!("libpq knows `{shown}`, migrate does not: remove it here")
        }
        _ => match nearest(key, known()) {
            Some(name) => format!("did you mean `{name}`?"),
            None => "docs/configuration.md lists the parameters that are understood".to_owned(),
        },
    };
    Err(Error::new(Kind::Usage, format!("{place}: unknown connection parameter `{shown}`")).hint(hint))
}

/// The name that a mistyped one was probably meant to be.
pub(super) fn nearest<'a>(typed: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let likeness = |name: &str| strsim::jaro_winkler(typed, name);
    known.filter(|name| likeness(name) > 0.8).max_by(|a, b| likeness(a).total_cmp(&likeness(b)))
}
