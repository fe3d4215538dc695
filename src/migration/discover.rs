//! The files of both folders, read, hashed and paired. All that is wrong is told at once.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::name::{self, FileName, Reading};
use super::{Files, Pair, Script, bundled, supabase, text};
use crate::config::Source;
use crate::error::{Error, Kind};

/// A file with its name read.
type Found = (FileName, Script);

/// Everything that is wrong with the set of files.
#[derive(Default)]
struct Problems {
    lines: Vec<String>,
    hints: Vec<String>,
    /// Two files share a number: the ledger cannot say which of them it means.
    duplicate: bool,
}

impl Problems {
    fn add(&mut self, line: String) {
        self.lines.push(line);
    }

    fn append(&mut self, other: Problems) {
        self.lines.extend(other.lines);
        self.hints.extend(other.hints);
        self.duplicate |= other.duplicate;
    }

    fn into_result(self) -> Result<()> {
        if self.lines.is_empty() {
            return Ok(());
        }
        let kind = if self.duplicate { Kind::LedgerMismatch } else { Kind::Usage };
        let message = match self.lines.as_slice() {
            [one] => one.clone(),
            many => format!("{} problems with the migration files:\n  {}", many.len(), many.join("\n  ")),
        };
        Err(self.hints.into_iter().fold(Error::new(kind, message), Error::hint).into())
    }
}

/// Reads all migrations with their rollbacks, sorted by version.
///
/// # Errors
/// One error with every problem: [`Kind::LedgerMismatch`] if two files share a number, else [`Kind::Usage`].
pub fn discover(source: &Source) -> Result<Vec<Pair>> {
    let mut problems = Problems::default();
    let is_supabase = matches!(source, Source::Supabase { .. });
    let (ups, downs) = match source {
        Source::Folder { migrations, rollbacks } | Source::Supabase { migrations, rollbacks } => {
            let root = common_parent(migrations, rollbacks);
            let root = if is_supabase { root.parent().map(Path::to_path_buf).unwrap_or(root) } else { root };
            // Opening thousands of small files is the kernel's work, and there are as many of one kind as of the other.
            let mut of_downs = Problems::default();
            let (ups, downs) = std::thread::scope(|scope| {
                let downs = scope.spawn(|| folder(rollbacks, &root, false, &mut of_downs));
                (folder(migrations, &root, is_supabase, &mut problems), downs.join())
            });
            let ups = ups.unwrap_or_else(|error| {
                // `supabase init` makes no folder.
                if !(is_supabase && error.kind() == io::ErrorKind::NotFound) {
                    missing(migrations, &error, &mut problems);
                }
                Vec::new()
            });
            problems.append(of_downs);
            let downs = downs.unwrap_or_else(|_| Err(io::Error::other("its reader ended in the middle")));
            // Without the folder there are no rollbacks, which `check` tells for every migration that needs one.
            let downs = downs.unwrap_or_else(|error| {
                if error.kind() != io::ErrorKind::NotFound {
                    missing(rollbacks, &error, &mut problems);
                }
                Vec::new()
            });
            (ups, downs)
        }
        Source::Bundled => return from_files("bundled", source, bundled::files()),
    };
    paired(ups, downs, is_supabase, problems)
}

/// The same for files of a source that are in no folder; `place` is what people see before their names.
pub(super) fn from_files(place: &str, source: &Source, (ups, downs): (Files, Files)) -> Result<Vec<Pair>> {
    let mut problems = Problems::default();
    let is_supabase = matches!(source, Source::Supabase { .. });
    let ups = scripts(&format!("{place}:migrations"), ups, is_supabase, &mut problems);
    let downs = scripts(&format!("{place}:rollbacks"), downs, false, &mut problems);
    paired(ups, downs, is_supabase, problems)
}

fn paired(ups: Vec<Found>, downs: Vec<Found>, is_supabase: bool, mut problems: Problems) -> Result<Vec<Pair>> {
    let mut pairs = pair(ups, downs, &mut problems);
    problems.into_result()?;
    if is_supabase {
        supabase::excuse_history(&mut pairs);
    }
    Ok(pairs)
}

fn missing(folder: &Path, error: &io::Error, problems: &mut Problems) {
    problems.add(match error.kind() {
        io::ErrorKind::NotFound => format!("there is no folder {}", folder.display()),
        _ => format!("failed to read the folder {}: {error}", folder.display()),
    });
    problems.hints.push("`migrate new NAME` makes the folders with a first pair".to_owned());
}

/// What both folders have in common is left out of the paths that people see.
fn common_parent(a: &Path, b: &Path) -> PathBuf {
    a.ancestors().skip(1).find(|parent| b.starts_with(parent)).map(Path::to_path_buf).unwrap_or_default()
}

fn shown(path: &Path, root: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).display().to_string()
}

/// What a file's name says; `by_cli`: to Supabase's CLI.
fn name_of(file: &str, is_first: bool, by_cli: bool) -> Reading {
    if by_cli { supabase::read(file, is_first) } else { name::read(file) }
}

/// Reads a folder; `by_cli`: as Supabase's CLI takes its files.
fn folder(folder: &Path, root: &Path, by_cli: bool, problems: &mut Problems) -> io::Result<Vec<Found>> {
    let mut found = Vec::new();
    let mut entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_unstable_by_key(fs::DirEntry::file_name);
    for (at, entry) in entries.into_iter().enumerate() {
        let path = entry.path();
        let told = shown(&path, root);
        let Some(file) = entry.file_name().to_str().map(str::to_owned) else {
            if path.extension().is_some_and(|ending| ending == "sql") {
                problems.add(format!("{told}: its name is not UTF-8; rename it"));
            }
            continue;
        };
        if entry.file_type()?.is_dir() {
            if !by_cli {
                subfolder(&path, &told, problems);
            }
            continue;
        }
        match name_of(&file, at == 0, by_cli) {
            Reading::Other => {}
            Reading::Wrong(why) => problems.add(format!("{told}: {why}")),
            Reading::Script(name) => match read(&path) {
                Ok(bytes) => found.extend(script(&told, name, bytes, by_cli, problems)),
                Err(why) => problems.add(format!("{told}: {why}")),
            },
        }
    }
    Ok(found)
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => "is a symbolic link to nothing".to_owned(),
        io::ErrorKind::IsADirectory => "is a folder, or a symbolic link to one; a migration is a file".to_owned(),
        _ if fs::symlink_metadata(path).is_ok_and(|meta| meta.is_symlink()) && fs::metadata(path).is_err() => {
            format!("is a symbolic link that leads nowhere: {error}")
        }
        _ => format!("failed to read it: {error}"),
    })
}

/// refinery reads folders within folders, we do not: a script there would be applied by one and not by the other.
fn subfolder(path: &Path, told: &str, problems: &mut Problems) {
    let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
    let Ok(entries) = fs::read_dir(path) else { return };
    let first = entries
        .filter_map(Result::ok)
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .find(|name| name.ends_with(".sql"));
    if let (false, Some(first)) = (hidden, first) {
        problems.add(format!("{told}/{first}: scripts in subfolders are not read; move it up, or out of the folder"));
    }
}

fn scripts(folder: &str, files: Files, by_cli: bool, problems: &mut Problems) -> Vec<Found> {
    let mut found = Vec::new();
    for (at, (file, bytes)) in files.into_iter().enumerate() {
        let path = format!("{folder}/{file}");
        match name_of(&file, at == 0, by_cli) {
            Reading::Other => {}
            Reading::Wrong(why) => problems.add(format!("{path}: {why}")),
            Reading::Script(name) => found.extend(script(&path, name, bytes, by_cli, problems)),
        }
    }
    found
}

fn script(path: &str, name: FileName, bytes: Vec<u8>, by_cli: bool, problems: &mut Problems) -> Option<Found> {
    match text::script(path.to_owned(), bytes) {
        Ok(script) => Some((name, if by_cli { supabase::without_header(script) } else { script })),
        Err(why) => {
            problems.add(format!("{path}: {why}"));
            None
        }
    }
}

fn pair(ups: Vec<Found>, downs: Vec<Found>, problems: &mut Problems) -> Vec<Pair> {
    let ups = by_version(ups, problems);
    let mut downs = by_version(downs, problems);
    let pairs = ups
        .into_iter()
        .map(|(version, (name, up))| {
            let down = downs.remove(&version).map(|(_, script)| script);
            Pair { version, digits: name.digits, name: name.name, up, down }
        })
        .collect();
    for (version, (_, script)) in downs {
        problems.add(format!(
            "{}: a rollback without its migration: no file in migrations/ has number {version}",
            script.path
        ));
    }
    pairs
}

fn by_version(found: Vec<Found>, problems: &mut Problems) -> BTreeMap<i64, Found> {
    let mut result: BTreeMap<i64, Found> = BTreeMap::new();
    for (name, script) in found {
        if let Some((_, first)) = result.get(&name.version) {
            problems.add(format!("{} and {} share number {}", first.path, script.path, name.version));
            if !problems.duplicate {
                problems.hints.push(
                    "give the newer of the two a number of its own; `migrate new NAME` picks a free one".to_owned(),
                );
            }
            problems.duplicate = true;
            continue;
        }
        result.insert(name.version, (name, script));
    }
    result
}

#[cfg(test)]
#[path = "discover_tests.rs"]
mod tests;
