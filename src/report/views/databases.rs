//! `db create`, `reset`, `clone`, `drop`, `list`, `wait`.

use std::io::{Result, Write};
use std::time::Duration;

use serde::Serialize;

use crate::provision::list::{Entry, Kind};
use crate::provision::{Database, Template};
use crate::report::{View, plural, table};

/// `db create`, `reset`, `clone`.
#[derive(Debug, Serialize)]
pub struct Databases {
    /// In the order of their numbers.
    pub databases: Vec<Named>,
    /// The template that they were copied from.
    pub template: Option<String>,
    /// Whether it was built for them.
    pub built: bool,
    /// The whole command.
    pub elapsed_ms: f64,
    /// Shown instead of the URLs.
    #[serde(skip)]
    variables: Option<Vec<(String, String)>>,
}

/// A database that was made.
#[derive(Debug, Serialize)]
pub struct Named {
    /// Its name.
    pub name: String,
    /// Its URL.
    pub url: String,
}

impl Databases {
    /// With passwords or without; `as_variables` for a shell instead of URLs.
    #[must_use]
    pub fn new(
        databases: &[Database],
        template: Option<&Template>,
        elapsed: Duration,
        with_password: bool,
        as_variables: bool,
    ) -> Self {
        let named: Vec<Named> = databases
            .iter()
            .map(|database| Named { name: database.name.clone(), url: database.options.to_url(with_password) })
            .collect();
        let variables = as_variables.then(|| {
            let first = databases.first().map(|database| database.options.variables()).unwrap_or_default();
            let url = |number: usize| named.get(number).map(|named| named.url.clone()).unwrap_or_default();
            let numbered = (0..named.len()).map(|number| (format!("DATABASE_URL_{}", number + 1), url(number)));
            std::iter::once(("DATABASE_URL".to_owned(), url(0)))
                .chain(numbered)
                .chain(first.into_iter().map(|(name, value)| (name.to_owned(), value.to_string_lossy().into_owned())))
                .filter(|(name, _)| with_password || name != "PGPASSWORD")
                .collect()
        });
        Self {
            databases: named,
            template: template.map(|template| template.name.clone()),
            built: template.is_some_and(|template| template.built),
            elapsed_ms: elapsed.as_secs_f64() * 1000.0,
            variables,
        }
    }
}

impl View for Databases {
    fn human(&self, out: &mut dyn Write) -> Result<()> {
        match &self.variables {
            // In quotes that both a shell and readers of `.env` files take off.
            Some(variables) => variables
                .iter()
                .try_for_each(|(name, value)| writeln!(out, "{name}='{}'", value.replace('\'', r"'\''"))),
            None => self.databases.iter().try_for_each(|database| writeln!(out, "{}", database.url)),
        }
    }
}

/// `db drop`.
#[derive(Debug, Serialize)]
pub struct Dropped<'a> {
    /// Those that were there.
    pub dropped: &'a [String],
}

impl View for Dropped<'_> {
    fn human(&self, out: &mut dyn Write) -> Result<()> {
        self.dropped.iter().try_for_each(|name| writeln!(out, "dropped {name}"))?;
        if self.dropped.is_empty() { writeln!(out, "nothing to drop") } else { Ok(()) }
    }
}

/// `db wait`.
#[derive(Debug, Serialize)]
pub struct Waited<'a> {
    /// `ready`.
    pub state: &'a str,
    /// How long it took.
    pub elapsed_ms: f64,
}

impl View for Waited<'_> {
    fn human(&self, out: &mut dyn Write) -> Result<()> {
        writeln!(out, "{}", self.state)
    }
}

/// `db list`.
#[derive(Debug, Serialize)]
pub struct Listed<'a> {
    /// By name.
    pub databases: &'a [Entry],
}

impl View for Listed<'_> {
    fn human(&self, out: &mut dyn Write) -> Result<()> {
        if self.databases.is_empty() {
            return writeln!(out, "no databases");
        }
        let rows: Vec<Vec<String>> = self
            .databases
            .iter()
            .map(|entry| vec![entry.name.clone(), word(entry.kind).to_owned(), size(entry.size_bytes), standing(entry)])
            .collect();
        table::write(out, &["database", "kind", "size", "state"], &rows)
    }
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Template => "template",
        Kind::Clone => "clone",
        Kind::Leased => "leased",
        Kind::Named => "named",
    }
}

pub(super) fn size(bytes: i64) -> String {
    format!("{:.1} MB", bytes as f64 / 1_048_576.0)
}

fn standing(entry: &Entry) -> String {
    let mut words = Vec::new();
    if entry.sessions > 0 {
        words.push(plural(usize::try_from(entry.sessions).unwrap_or(0), "session"));
    }
    match entry.expires_in_s {
        _ if entry.abandoned => words.push("dropped by the next command".to_owned()),
        Some(left) if left < 0 => words.push("dropped when nobody is in there".to_owned()),
        Some(left) => words.push(format!("for another {}", span(left))),
        None => {}
    }
    if let Some(unused) = entry.unused_s {
        words.push(if unused < 7200 { "used lately".to_owned() } else { format!("unused for {}", span(unused)) });
    }
    words.join(", ")
}

/// Seconds in the largest unit that fits.
fn span(seconds: i64) -> String {
    match seconds {
        ..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86400),
    }
}
