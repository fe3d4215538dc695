//! Where the queries are: `bench/queries/` of the project, or what the binary carries; and which of them are meant.

use std::path::Path;

use anyhow::Context as _;
use include_dir::{Dir, include_dir};

use super::query::Query;
use crate::config::{Settings, Source};
use crate::error::{Error, Kind};
use crate::migration;

static BUNDLED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/bench/queries");

/// The folder, from the project's.
const FOLDER: &str = "bench/queries";

/// All queries of the project, in the order of their files' names.
///
/// # Errors
/// When there are none, or a file cannot be read; everything that is wrong with the files at once.
pub fn discover(settings: &Settings) -> anyhow::Result<Vec<Query>> {
    let folder = settings.root.join(FOLDER);
    let files = if folder.is_dir() {
        in_folder(&folder)?
    } else if settings.source == Source::Bundled {
        bundled()
    } else {
        return Err(none(&folder).into());
    };
    if files.is_empty() {
        return Err(none(&folder).into());
    }
    read(files)
}

fn none(folder: &Path) -> Error {
    Error::new(Kind::Usage, format!("there are no queries in {}", folder.display()))
        .hint(format!("write one: a file such as {FOLDER}/q1_newest_orders.sql, with the statement and who asks it"))
}

/// A name for people, the name without its ending, and the bytes.
type File = (String, String, Vec<u8>);

fn in_folder(folder: &Path) -> anyhow::Result<Vec<File>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| format!("read {}", folder.display()))? {
        let path = entry.with_context(|| format!("read {}", folder.display()))?.path();
        if let Some(name) = named(&path) {
            let bytes = std::fs::read(&path).with_context(|| format!("read {}", path.display()))?;
            files.push((format!("{FOLDER}/{name}.sql"), name, bytes));
        }
    }
    files.sort();
    Ok(files)
}

fn bundled() -> Vec<File> {
    let mut files: Vec<File> = BUNDLED
        .files()
        .filter_map(|file| {
            let name = named(file.path())?;
            Some((format!("bundled:{FOLDER}/{name}.sql"), name, file.contents().to_vec()))
        })
        .collect();
    files.sort();
    files
}

/// The name of an SQL file without its ending; hidden files are none of ours.
fn named(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?.strip_suffix(".sql")?;
    (!name.starts_with('.') && !name.is_empty()).then(|| name.to_owned())
}

fn read(files: Vec<File>) -> anyhow::Result<Vec<Query>> {
    let (mut queries, mut errors) = (Vec::<Query>::new(), Vec::new());
    for (path, name, bytes) in files {
        let text = match migration::script(path.clone(), bytes) {
            Ok(script) => script.text,
            Err(message) => {
                errors.push(format!("{path} {message}"));
                continue;
            }
        };
        match Query::read(&path, &name, &text) {
            Ok(query) => match queries.iter().find(|other| other.id.eq_ignore_ascii_case(&query.id)) {
                Some(other) => errors.push(format!("{path}:1: {} is called {}, too", other.path, query.id)),
                None => queries.push(query),
            },
            Err(wrong) => {
                errors.extend(wrong.into_iter().map(|(line, message)| format!("{path}:{line}: {message}")));
            }
        }
    }
    if errors.is_empty() { Ok(queries) } else { Err(Error::new(Kind::Usage, errors.join("\n")).into()) }
}

/// Those that the names mean: an id, a file's name, or the beginning of some. All, where none is named.
///
/// # Errors
/// A name that means nothing.
pub fn choose<'a>(queries: &'a [Query], names: &[String]) -> Result<Vec<&'a Query>, Error> {
    let lower = |text: &str| text.trim_end_matches(".sql").to_ascii_lowercase();
    let mut chosen = vec![names.is_empty(); queries.len()];
    for name in names {
        let wanted = lower(name);
        let exact = |query: &Query| lower(&query.id) == wanted || lower(&query.name) == wanted;
        let near = |query: &Query| lower(&query.id).starts_with(&wanted) || lower(&query.name).starts_with(&wanted);
        let is_exact = queries.iter().any(exact);
        let mut found = false;
        for (query, chosen) in queries.iter().zip(&mut chosen) {
            if if is_exact { exact(query) } else { near(query) } {
                *chosen = true;
                found = true;
            }
        }
        if !found {
            let ids: Vec<&str> = queries.iter().map(|query| query.id.as_str()).collect();
            return Err(Error::new(Kind::Usage, format!("no query is called `{name}`; there are {}", ids.join(", ")))
                .hint("`migrate bench --list` shows them"));
        }
    }
    Ok(queries.iter().zip(chosen).filter_map(|(query, chosen)| chosen.then_some(query)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_binary_carries_can_be_read() {
        let queries = read(bundled()).unwrap();
        assert!(queries.iter().all(|query| query.path.starts_with("bundled:bench/queries/")));
    }

    #[test]
    fn a_name_is_an_id_or_the_beginning_of_some() {
        let file = |name: &str| (format!("{name}.sql"), name.to_owned(), b"select 1".to_vec());
        let queries = read(["c01_menu", "c10_days", "y01_classes", "y01b_same", "other"].map(file).to_vec()).unwrap();
        let chosen = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
            choose(&queries, &names).map(|some| some.iter().map(|q| q.id.clone()).collect::<Vec<_>>().join(" "))
        };
        assert_eq!(chosen(&[]).unwrap(), "C1 C10 Y1 Y1b other");
        assert_eq!(chosen(&["c"]).unwrap(), "C1 C10");
        assert_eq!(chosen(&["y1", "C1"]).unwrap(), "C1 Y1");
        assert_eq!(chosen(&["y01"]).unwrap(), "Y1 Y1b");
        assert_eq!(chosen(&["y01b_same.sql"]).unwrap(), "Y1b");
        assert!(chosen(&["z"]).unwrap_err().message.contains("there are C1, C10, Y1, Y1b, other"));
    }

    #[test]
    fn two_files_of_one_id_are_refused() {
        let file = |name: &str| (format!("{name}.sql"), name.to_owned(), b"select 1".to_vec());
        let error = read(["c01_a", "c1_b"].map(file).to_vec()).unwrap_err();
        assert_eq!(error.to_string(), "c1_b.sql:1: c01_a.sql is called C1, too");
    }
}
