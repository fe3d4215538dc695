//! A new data folder: copied from the pre-initialised one, or made by initdb.
//!
//! It is made under another name and renamed when it is whole and safe on disk: after a crash in between there is no data
//! folder, never half of one.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use anyhow::{Context, Result};

use super::account::{self, Account};
use super::ephemeral;
use super::place::Place;
use super::programs::Programs;
use super::template;
use crate::config::EmbeddedOptions;
use crate::error::{Error, Kind};
use crate::event::{Event, Observer};

/// The superuser of the embedded server.
pub(super) const SUPERUSER: &str = "postgres";

const UNFINISHED: &str = "data.unfinished-";

const SETTINGS: &str = include_str!("embedded.conf");
const EPHEMERAL: &str = include_str!("ephemeral.conf");

/// The major version of a data folder. None where there is none.
pub(super) fn major_version(data: &Path) -> Result<Option<u32>> {
    let file = data.join("PG_VERSION");
    match fs::read_to_string(&file) {
        Ok(text) => text.trim().parse().map(Some).with_context(|| format!("{} holds no version", file.display())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", file.display())),
    }
}

/// Makes the data folder. Called under the lock, when there is none.
pub(super) fn make(
    options: &EmbeddedOptions,
    place: &Place,
    programs: &Programs,
    account: Option<&Account>,
    observer: &mut dyn Observer,
) -> Result<()> {
    // A name of our own: the initdb of a migrate that was killed may still write to its folder.
    let (data, unfinished) = (place.data(), place.root.join(format!("{UNFINISHED}{}", std::process::id())));
    remove_unfinished(place);
    observer.event(Event::Busy(format!("making a private PostgreSQL {} cluster", programs.short_version())));
    let is_ephemeral = ephemeral::is_marked(place);
    let result = fill(options, programs, &unfinished, account, observer)
        .and_then(|()| match is_ephemeral {
            true => append(&unfinished, EPHEMERAL),
            false => template::sync(&unfinished),
        })
        .and_then(|()| {
            fs::rename(&unfinished, &data).with_context(|| format!("cannot rename {}", unfinished.display()))
        })
        .and_then(|()| template::sync_folder(&place.root));
    if let Err(error) = result {
        // Whatever is left is of no use, and on a full disk it is in the way.
        let _ = fs::remove_dir_all(&unfinished);
        return Err(explain(error, place));
    }
    remove_unfinished(place);
    observer.event(Event::Info(format!(
        "made a private PostgreSQL {} cluster in {}",
        programs.short_version(),
        place.root.display()
    )));
    Ok(())
}

/// Removes what killed first starts left, as far as it goes: it costs room, no more.
fn remove_unfinished(place: &Place) {
    for entry in fs::read_dir(&place.root).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn fill(
    options: &EmbeddedOptions,
    programs: &Programs,
    folder: &Path,
    account: Option<&Account>,
    observer: &mut dyn Observer,
) -> Result<()> {
    let kept = template::kept(options, programs);
    if let Some(kept) = kept.as_deref().filter(|kept| kept.is_dir())
        && template::copy_kept(kept, folder, account)?
    {
        return Ok(());
    }
    initdb(programs, folder, account)?;
    if let Some(kept) = kept
        && let Err(error) = template::keep(folder, &kept)
    {
        observer.event(Event::Warning(format!("no pre-initialised cluster was kept for later: {error:#}")));
    }
    Ok(())
}

fn initdb(programs: &Programs, folder: &Path, account: Option<&Account>) -> Result<()> {
    let mut said = String::new();
    for locale in locales(programs.major) {
        let mut command = account::command(programs.path("initdb"), account);
        command.arg("-D").arg(folder).args(["-U", SUPERUSER, "-E", "UTF8", "-T", "english"]);
        // Nobody but the server's user passes the socket's folder (0700), so whoever is there is trusted.
        command.args(["--auth-local=trust", "--auth-host=reject", "--data-checksums", "--no-instructions"]);
        // We flush the whole folder ourselves, once.
        let output = command.arg("--no-sync").args(*locale).output();
        let output = output.with_context(|| format!("cannot run {}", programs.path("initdb").display()))?;
        if output.status.success() {
            return append(folder, SETTINGS);
        }
        said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        if !said.contains("locale") {
            break;
        }
        remove(folder)?;
    }
    let message = format!("initdb ({}) could not make {}:\n{said}", programs.short_version(), folder.display());
    Err(Error::new(Kind::Failed, message).into())
}

/// `C.UTF-8` in the forms that versions and systems know, best first.
fn locales(major: u32) -> &'static [&'static [&'static str]] {
    const ALL: [&[&str]; 4] = [
        &["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8"],
        // macOS has no C.UTF-8 of its own, but the server has.
        &["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"],
        &["--locale=C.UTF-8"],
        &["--locale=C"],
    ];
    if major >= 17 { &ALL } else { &ALL[2..] }
}

fn append(folder: &Path, settings: &str) -> Result<()> {
    let file = folder.join("postgresql.conf");
    let result =
        fs::OpenOptions::new().append(true).open(&file).and_then(|mut file| file.write_all(settings.as_bytes()));
    result.with_context(|| format!("cannot write {}", file.display()))
}

fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", folder.display()))
        }
        _ => Ok(()),
    }
}

/// A full disk is said as such, whoever met it.
fn explain(error: anyhow::Error, place: &Place) -> anyhow::Error {
    let full = error.chain().any(|cause| {
        cause.downcast_ref::<io::Error>().is_some_and(|cause| cause.kind() == ErrorKind::StorageFull)
            || cause.to_string().contains("No space left on device")
    });
    if !full {
        return error;
    }
    let message = format!("the disk of {} is full: a new PostgreSQL cluster takes about 60 MB", place.root.display());
    error.context(Error::new(Kind::Failed, message).hint("make room and try again; nothing half-made was left behind"))
}
