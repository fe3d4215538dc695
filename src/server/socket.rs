//! The folder of the server's socket: short enough for the system, closed to everybody but the server's user.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::account::{self, Account};
use super::place::{self, Place};
use crate::config::EmbeddedOptions;

/// The port that only names the socket's file: the server listens on no network.
pub(super) const PORT: u16 = 5432;

/// A socket's path must fit 104 bytes with its end mark on macOS and the BSDs, 108 on Linux.
const LONGEST_PATH_BYTES: usize = 100;

/// How often another name is tried in a shared folder where somebody else took ours.
const NAMES: u32 = 8;

/// The socket of a server whose socket folder this is.
pub(super) fn file(folder: &Path) -> PathBuf {
    folder.join(format!(".s.PGSQL.{PORT}"))
}

/// Whether a server answers in this folder.
pub(super) fn listens(folder: &Path) -> bool {
    std::os::unix::net::UnixStream::connect(file(folder)).is_ok()
}

/// Removes what a server leaves in its folder. A lock file whose number is another process's by now would keep the next
/// server from starting.
pub(super) fn remove_stale(folder: &Path) {
    for stale in [file(folder).with_added_extension("lock"), file(folder)] {
        // The server itself says so if one stays.
        let _ = std::fs::remove_file(stale);
    }
}

/// The folder beside the data, which is used unless its path is too long.
pub(super) fn usual(place: &Place) -> PathBuf {
    place.root.join("socket")
}

/// Makes the folder for a server about to start.
pub(super) fn make_folder(options: &EmbeddedOptions, place: &Place, account: Option<&Account>) -> Result<PathBuf> {
    let usual = usual(place);
    if file(&usual).as_os_str().as_bytes().len() <= LONGEST_PATH_BYTES {
        place::make_private(&usual, account)?;
        return Ok(usual);
    }
    let uid = account::server_uid(account);
    let name = short_name(place);
    // Another user's runtime folder cannot be entered.
    let runtime = options.runtime.as_ref().filter(|path| account.is_none() && path.is_absolute() && path.is_dir());
    let mut candidates: Vec<PathBuf> = runtime.map(|path| path.join(&name)).into_iter().collect();
    candidates.extend((0..NAMES).map(|n| PathBuf::from(format!("/tmp/{name}-{uid}-{n}"))));
    let mut last = None;
    for folder in candidates {
        if file(&folder).as_os_str().as_bytes().len() > LONGEST_PATH_BYTES {
            continue;
        }
        match place::make_private(&folder, account) {
            Ok(()) => return Ok(folder),
            Err(error) => last = Some(error),
        }
    }
    Err(last.unwrap_or_else(|| anyhow::anyhow!("every candidate is too long a path")))
        .with_context(|| format!("cannot make a folder for the socket of {}", place.root.display()))
}

/// Whether `folder` is one of the short ones that [`make_folder`] makes for this place.
pub(super) fn is_short(folder: &Path, place: &Place) -> bool {
    folder.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&short_name(place)))
}

fn short_name(place: &Place) -> String {
    format!("counterpose-{}", &place::hash(&place.root)[..16])
}
