//! Seed files: `seeds/<vertical>/NN_name.csv|.sql`, found, read and checked before anything is asked of a server.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;
use sha2::{Digest as _, Sha256};

use super::sheet::{self, Sheet};
use super::{bundled, script};
use crate::config::{Settings, Source};
use crate::engine::step::Step;
use crate::error::{Error, Kind};
use crate::migration;
use crate::sql::quote;

/// The folder of the verticals, in a project's.
const FOLDER: &str = "seeds";
/// Stands for every vertical.
const ALL: &str = "all";

/// A table's name as the catalog spells it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Name {
    pub(super) schema: String,
    pub(super) name: String,
}

impl Name {
    /// Reads a dotted name; without a schema it is in `public`.
    pub(super) fn read(text: &str) -> Self {
        let mut parts = quote::split_shown(text);
        let name = parts.pop().unwrap_or_default();
        Self { schema: parts.pop().unwrap_or_else(|| "public".to_owned()), name }
    }

    /// Quoted, for a statement.
    pub(super) fn sql(&self) -> String {
        quote::qualified(&self.schema, &self.name)
    }
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&quote::shown_qualified(&self.schema, &self.name))
    }
}

/// The seed files of one kind of business, in their order.
#[derive(Clone, Debug)]
pub struct Vertical {
    /// The folder's name.
    pub name: String,
    pub(super) files: Vec<File>,
}

impl Vertical {
    /// Names and checksums of the files, in their order.
    pub fn hashes(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|file| (file.name.as_str(), file.sha256.as_str()))
    }
}

/// A seed file.
#[derive(Clone, Debug)]
pub(super) struct File {
    /// `01_products.csv`.
    pub(super) name: String,
    /// As a person names it: `seeds/coffee-shop/01_products.csv`.
    pub(super) path: String,
    pub(super) sha256: String,
    pub(super) body: Body,
}

/// What a file holds.
#[derive(Clone, Debug)]
pub(super) enum Body {
    Rows(Sheet),
    Script {
        step: Box<Step>,
        /// The tables whose own triggers are off meanwhile.
        without_triggers: Vec<Name>,
    },
}

/// The names of a project's verticals, sorted.
///
/// # Errors
/// A folder that cannot be read.
pub fn names(settings: &Settings) -> anyhow::Result<Vec<String>> {
    let mut names = if settings.source == Source::Bundled { bundled::names() } else { Vec::new() };
    let folder = settings.root.join(FOLDER);
    let entries = match std::fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(names),
        Err(error) => return Err(error).with_context(|| format!("failed to read {}", folder.display())),
    };
    for entry in entries {
        let entry = entry.with_context(|| format!("failed to read {}", folder.display()))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_dir() && !name.starts_with('.') && !names.contains(&name) {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// Reads the verticals of these names, each once, in the order of their names; `all` is every one.
///
/// # Errors
/// [`Kind::Usage`] for a name that there is not, and for everything that is wrong with the files, in one error.
pub fn read(settings: &Settings, wanted: &[String]) -> anyhow::Result<Vec<Vertical>> {
    let known = names(settings)?;
    if let Some(name) = wanted.iter().find(|name| *name != ALL && !known.contains(name)) {
        return Err(unknown(name, &known).into());
    }
    let is_all = wanted.iter().any(|name| name == ALL);
    if is_all && known.is_empty() {
        return Err(none().into());
    }
    let mut problems = Vec::new();
    let mut verticals = Vec::new();
    for name in known.into_iter().filter(|name| is_all || wanted.contains(name)) {
        let found = contents(settings, &name)?;
        verticals.push(vertical(name, found, &mut problems));
    }
    match problems.as_slice() {
        [] => Ok(verticals),
        [one] => Err(Error::new(Kind::Usage, one.clone()).into()),
        many => {
            let text = format!("{} problems with the seed files:\n  {}", many.len(), many.join("\n  "));
            Err(Error::new(Kind::Usage, text).into())
        }
    }
}

/// The error of a command that needs a vertical and was given none.
#[must_use]
pub fn unnamed(known: &[String]) -> Error {
    if known.is_empty() {
        return none();
    }
    Error::new(Kind::Usage, "no vertical is named")
        .hint(format!("there are {}; `migrate seed all` takes every one", known.join(", ")))
}

fn none() -> Error {
    Error::new(Kind::Usage, "this project has no seeds")
        .hint("a folder `seeds/NAME` with files `01_table.csv` or `01_what.sql` is a vertical: see docs/seed.md")
}

fn unknown(name: &str, known: &[String]) -> Error {
    if known.is_empty() {
        return none();
    }
    let likeness = |known: &str| strsim::normalized_damerau_levenshtein(name, known);
    let close = known.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b))).filter(|close| likeness(close) > 0.4);
    let error = Error::new(Kind::Usage, format!("there is no vertical {name}"));
    let error = match close {
        Some(close) => error.hint(format!("did you mean {close}?")),
        None => error,
    };
    error.hint(format!("there are {}", known.join(", ")))
}

/// The files of a vertical: their names, as people name them, and their bytes.
fn contents(settings: &Settings, vertical: &str) -> anyhow::Result<Vec<(String, String, Vec<u8>)>> {
    let folder = settings.root.join(FOLDER).join(vertical);
    if !folder.is_dir() {
        return Ok(bundled::files(vertical));
    }
    let mut found = Vec::new();
    let unread = |path: &Path| format!("failed to read {}", path.display());
    for entry in std::fs::read_dir(&folder).with_context(|| unread(&folder))? {
        let path = entry.with_context(|| unread(&folder))?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if is_seed(&name) && path.is_file() {
            let bytes = std::fs::read(&path).with_context(|| unread(&path))?;
            found.push((format!("{FOLDER}/{vertical}/{name}"), name, bytes));
        }
    }
    Ok(found)
}

/// Whether a file is meant as a seed: a README, say, is not.
pub(super) fn is_seed(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    !name.starts_with('.') && (lower.ends_with(".csv") || lower.ends_with(".sql"))
}

fn vertical(name: String, found: Vec<(String, String, Vec<u8>)>, problems: &mut Vec<String>) -> Vertical {
    let mut files: BTreeMap<u64, File> = BTreeMap::new();
    let mut found = found;
    found.sort();
    for (path, file, bytes) in found {
        let Some((number, rest)) = number(&file) else {
            problems.push(format!("{path}: its name has no number; name it `01_table.csv` or `01_what.sql`"));
            continue;
        };
        if let Some(other) = files.get(&number) {
            problems.push(format!("{path}: {} has the same number", other.path));
            continue;
        }
        match body(&path, rest, bytes) {
            Ok((sha256, body)) => drop(files.insert(number, File { name: file, path, sha256, body })),
            Err(why) => problems.extend(why),
        }
    }
    Vertical { name, files: files.into_values().collect() }
}

/// The number of a file's name, and what comes after it.
fn number(file: &str) -> Option<(u64, &str)> {
    let (digits, rest) = file.split_once('_')?;
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten().map(|number| (number, rest))
}

/// What a file holds, or everything that is wrong with it.
fn body(path: &str, rest: &str, bytes: Vec<u8>) -> Result<(String, Body), Vec<String>> {
    let text = migration::script(path.to_owned(), bytes).map_err(|why| vec![format!("{path}: {why}")])?.text;
    let sha256 = Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    let at = |(line, why): (usize, String)| format!("{path}:{line}: {why}");
    let body = match rest.strip_suffix(".csv") {
        Some(table) if !table.is_empty() => {
            let read = sheet::read(Name::read(table), &text);
            Body::Rows(read.map_err(|wrong| wrong.into_iter().map(at).collect::<Vec<_>>())?)
        }
        Some(_) => return Err(vec![format!("{path}: it names no table; name it `01_table.csv`")]),
        None if rest.ends_with(".sql") => {
            let (step, without_triggers) = script::read(path, &text).map_err(|wrong| vec![at(wrong)])?;
            Body::Script { step: Box::new(step), without_triggers }
        }
        None => return Err(vec![format!("{path}: its ending must be in lower case")]),
    };
    Ok((sha256, body))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(files: &[(&str, &str)]) -> Vec<String> {
        let found =
            files.iter().map(|(name, text)| (format!("seeds/x/{name}"), (*name).to_owned(), text.as_bytes().to_vec()));
        let mut problems = Vec::new();
        let read = vertical("x".to_owned(), found.collect(), &mut problems);
        if problems.is_empty() {
            return read.files.iter().map(|file| file.name.clone()).collect();
        }
        problems
    }

    #[test]
    fn files_are_taken_in_the_order_of_their_numbers() {
        let files = [("10_b.sql", "select 1"), ("9_auth.users.csv", "id\n"), ("010a_x.csv", "")];
        assert_eq!(problems(&files[..2]), ["9_auth.users.csv", "10_b.sql"]);
        assert_eq!(
            problems(&files),
            ["seeds/x/010a_x.csv: its name has no number; name it `01_table.csv` or `01_what.sql`"]
        );
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        let files =
            [("1_a.csv", "id,id\n1\n"), ("01_b.sql", "begin"), ("2_b.sql", "select 1;\ncommit;"), ("3_.csv", "id")];
        assert_eq!(
            problems(&files),
            [
                "seeds/x/01_b.sql:1: BEGIN cannot stand in a seed: all of them run in one transaction",
                "seeds/x/1_a.csv:1: column id is there twice",
                "seeds/x/2_b.sql:2: COMMIT cannot stand in a seed: all of them run in one transaction",
                "seeds/x/3_.csv: it names no table; name it `01_table.csv`",
            ]
        );
        assert_eq!(
            problems(&[("1_a.csv", "id"), ("01_b.sql", "")]),
            ["seeds/x/1_a.csv: seeds/x/01_b.sql has the same number"]
        );
    }

    #[test]
    fn a_name_without_schema_is_public() {
        assert_eq!(Name::read("orders").to_string(), "public.orders");
        assert_eq!(Name::read("auth.users").sql(), "\"auth\".\"users\"");
    }
}
