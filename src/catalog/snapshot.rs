//! A catalog as a file: a line that says what the file is, then one line for each object, so that git shows what changed.

use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use super::{Catalog, Object};
use crate::error::{Error, Kind};

/// What the first line says first.
const FORMAT: &str = "counterpose catalog";
/// Raised whenever an attribute gets another meaning or a catalog more of them: what is compared must say the same.
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Header {
    format: String,
    version: u32,
    server_version: u32,
    objects: usize,
}

/// Writes a catalog to a file, in place of what is there.
///
/// # Errors
/// When the file cannot be written; then what was there is there still.
pub fn write(catalog: &Catalog, path: &Path) -> Result<()> {
    let aside = path.with_extension(format!("{}.new", std::process::id()));
    let written = lines(catalog, &aside).and_then(|()| std::fs::rename(&aside, path));
    if written.is_err() {
        // It may never have been made.
        drop(std::fs::remove_file(&aside));
    }
    written.with_context(|| format!("failed to write {}", path.display()))
}

fn lines(catalog: &Catalog, path: &Path) -> std::io::Result<()> {
    let mut out = BufWriter::new(std::fs::File::create(path)?);
    let (server_version, objects) = (catalog.server_version, catalog.objects.len());
    serde_json::to_writer(&mut out, &Header { format: FORMAT.to_owned(), version: VERSION, server_version, objects })?;
    writeln!(out)?;
    for object in &catalog.objects {
        serde_json::to_writer(&mut out, object)?;
        writeln!(out)?;
    }
    out.into_inner()?.sync_all()
}

/// Reads a catalog from a file.
///
/// # Errors
/// [`Kind::Usage`] when the file is not there, is something else, is of a version that this program does not know, or was cut.
pub fn read(path: &Path) -> Result<Catalog> {
    let wrong = |what: String| Error::new(Kind::Usage, format!("{}: {what}", path.display()));
    let file = std::fs::File::open(path).map_err(|error| wrong(format!("failed to open it: {error}")))?;
    let mut lines = BufReader::new(file).lines();
    let first = lines.next().and_then(std::io::Result::ok).unwrap_or_default();
    let header: Header =
        serde_json::from_str(&first).ok().filter(|header: &Header| header.format == FORMAT).ok_or_else(|| {
            wrong("is no snapshot of a schema".to_owned()).hint("`migrate diff --snapshot FILE` writes one")
        })?;
    if header.version != VERSION {
        return Err(wrong(format!("is a snapshot of version {}, and this program knows {VERSION}", header.version))
            .hint("write it anew with `migrate diff --snapshot FILE`")
            .into());
    }
    let mut objects: Vec<Object> = Vec::new();
    for (at, line) in lines.enumerate() {
        let line = line.with_context(|| format!("failed to read {}", path.display()))?;
        let object = serde_json::from_str(&line).map_err(|error| wrong(format!("line {}: {error}", at + 2)))?;
        objects.push(object);
    }
    if objects.len() != header.objects {
        let what = format!("holds {} objects where it says {}: it was cut or edited", objects.len(), header.objects);
        return Err(wrong(what).into());
    }
    objects.sort_unstable_by(|a, b| a.id.cmp(&b.id));
    Ok(Catalog { server_version: header.server_version, objects })
}
