//! What refinery would call a migration and how it would sum it, in both widths of its version column.
//!
//! The crate is the authority: names and `int8` checksums come from its `Migration`, its order rules from its own code over a
//! snapshot in memory. Its `int4` checksum is a feature of another build of it, so that one is computed here: the hash of
//! name, version and text with `DefaultHasher`, which is SipHash-1-3 with zero keys; golden values guard it.

use std::hash::{DefaultHasher, Hash, Hasher};

use refinery_core::Migration;
use refinery_core::traits::sync::{Migrate, Query, Transaction};

use super::Pair;

/// Width of refinery's version column. An application that embeds refinery reads only the one that it was built for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// refinery's default.
    Int4,
    /// refinery's feature `int8-versions`.
    Int8,
}

impl Width {
    /// The narrowest that holds `largest`.
    #[must_use]
    pub fn for_version(largest: i64) -> Self {
        if i32::try_from(largest).is_ok() { Width::Int4 } else { Width::Int8 }
    }

    /// The type's name.
    #[must_use]
    pub fn type_name(self) -> &'static str {
        match self {
            Width::Int4 => "int4",
            Width::Int8 => "int8",
        }
    }
}

/// The name that refinery records. Its grammar holds letters, digits and `_` (the regex `\w`): anything else becomes `_`.
#[must_use]
pub fn name(pair: &Pair) -> String {
    pair.name.chars().map(|c| if is_word(c) { c } else { '_' }).collect()
}

fn is_word(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric() || c == '_';
    }
    // Which other characters a regex takes for `\w` is refinery's to say: its grammar stops before one that it does not.
    Migration::unapplied(&format!("V1__a{c}"), "").is_ok_and(|found| found.name().chars().count() == 2)
}

/// refinery's checksum of a pair's migration: of the file as it is, since refinery does not normalise.
///
/// A version that an `int4` cannot hold never gets into a table of that width; for it both widths give the same number.
#[must_use]
pub fn checksum(pair: &Pair, width: Width) -> u64 {
    checksum_of(pair, pair.up.unnormalised.as_ref().unwrap_or(&pair.up.text), width)
}

/// The same for another text: an application that was built from another checkout may have embedded other line ends.
#[must_use]
pub fn checksum_of(pair: &Pair, text: &str, width: Width) -> u64 {
    let name = name(pair);
    match (width, i32::try_from(pair.version)) {
        (Width::Int4, Ok(version)) => hash(&name, version, text),
        _ => Migration::unapplied(&format!("V{}__{name}", pair.version), text)
            .map_or_else(|_| hash(&name, pair.version, text), |migration| migration.checksum()),
    }
}

/// Every checksum that an application built from the same file may have recorded: of the normalised text, with CRLF line
/// ends, with a BOM, and with both; and of the file as it is here.
#[must_use]
pub fn checksums(pair: &Pair, width: Width) -> Vec<u64> {
    let crlf = pair.up.text.replace('\n', "\r\n");
    let bom = |text: &str| format!("\u{feff}{text}");
    let texts = [pair.up.text.clone(), crlf.clone(), bom(&pair.up.text), bom(&crlf)];
    texts.iter().chain(pair.up.unnormalised.as_ref()).map(|text| checksum_of(pair, text, width)).collect()
}

fn hash(name: &str, version: impl Hash, sql: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    version.hash(&mut hasher);
    sql.hash(&mut hasher);
    hasher.finish()
}

/// A row of refinery's table: version, name, checksum (`int8` flavour).
pub type Applied = (i64, String, u64);

/// What refinery's own runner would apply on top of what is applied, by its own rules and without a database.
///
/// # Errors
/// The first thing that its runner would refuse: a changed, missing or late file, in its words.
pub fn order_rules(pairs: &[Pair], applied: &[Applied]) -> Result<Vec<i64>, String> {
    let files: Result<Vec<_>, _> = pairs.iter().map(migration).collect();
    let files = files.map_err(|error| error.to_string())?;
    let rows = applied
        .iter()
        .map(|(version, name, sum)| Migration::applied(*version, name.clone(), time::OffsetDateTime::UNIX_EPOCH, *sum))
        .collect();
    let pending =
        Snapshot(rows).get_unapplied_migrations(&files, true, true, "snapshot").map_err(|error| error.to_string())?;
    Ok(pending.iter().map(Migration::version).collect())
}

fn migration(pair: &Pair) -> Result<Migration, refinery_core::Error> {
    let text = pair.up.unnormalised.as_ref().unwrap_or(&pair.up.text);
    Migration::unapplied(&format!("V{}__{}", pair.version, name(pair)), text)
}

/// refinery's table, in memory: its rules ask for rows and execute nothing that matters.
struct Snapshot(Vec<Migration>);

impl Transaction for Snapshot {
    type Error = std::convert::Infallible;

    fn execute<'a, T: Iterator<Item = &'a str>>(&mut self, _queries: T) -> Result<usize, Self::Error> {
        Ok(0)
    }
}

impl Query<Vec<Migration>> for Snapshot {
    fn query(&mut self, _query: &str) -> Result<Vec<Migration>, Self::Error> {
        Ok(self.0.clone())
    }
}

impl Migrate for Snapshot {}

#[cfg(test)]
#[path = "refinery_tests.rs"]
mod tests;
