//! A server for the length of a CI job: it never waits for the disk, its data is in memory where there is room, and stopping it
//! deletes it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::account::Account;
use super::place::{self, Place};
use super::{Confirm, bring_up};
use crate::config::{ConnectOptions, EmbeddedOptions};
use crate::error::{Error, Kind};
use crate::event::{Event, Observer};

/// The file that says so in the cluster's folder.
const MARK: &str = "ephemeral";
/// A fresh cluster takes 60 MB, and tests want some, too. Containers have 64 MB there unless told otherwise.
const ROOM_BYTES: u64 = 512 * 1024 * 1024;

/// Makes an ephemeral server and starts it, unless it runs already.
///
/// # Errors
/// As [`super::ensure`], and where the project has a server whose data stays.
pub fn start(options: &EmbeddedOptions, observer: &mut dyn Observer, confirm: Confirm<'_>) -> Result<ConnectOptions> {
    bring_up(options, true, observer, confirm)
}

/// Whether a cluster is an ephemeral one.
pub(super) fn is_marked(place: &Place) -> bool {
    place.root.join(MARK).is_file()
}

/// Refuses to hide a cluster that stays behind one that does not.
pub(super) fn refuse_other(place: &Place) -> Result<()> {
    if !place.is_ours() || is_marked(place) {
        return Ok(());
    }
    let message = format!("the project has a PostgreSQL whose data stays, in {}", place.root.display());
    Err(Error::new(Kind::Refused, message)
        .hint("use it as it is, or delete it with its data: `migrate db destroy`")
        .hint("or make the ephemeral one for another folder: `--dir`")
        .into())
}

/// The place of an ephemeral cluster: in memory, or else where others are.
pub(super) fn prepare(
    place: Place,
    options: &EmbeddedOptions,
    account: Option<&Account>,
    observer: &mut dyn Observer,
) -> Result<Place> {
    let place = match in_memory(&place, options, account) {
        Some(root) => {
            // The pointer first: what a crash leaves then is found again.
            let pointer = place.pointer();
            fs::write(&pointer, format!("{}\n", root.display()))
                .with_context(|| format!("cannot write {}", pointer.display()))?;
            Place { root, ..place }
        }
        None => {
            observer
                .event(Event::Info("no memory-backed folder has 512 MB to spare: the data goes to the disk".into()));
            place
        }
    };
    let place = place.prepare(account)?;
    let mark = place.root.join(MARK);
    fs::write(&mark, "deleted when it is stopped\n").with_context(|| format!("cannot write {}", mark.display()))?;
    Ok(place)
}

/// A folder in memory that the server's user can enter. Others cannot: it is made for that user alone.
fn in_memory(place: &Place, options: &EmbeddedOptions, account: Option<&Account>) -> Option<PathBuf> {
    let runtime = options.runtime.as_deref().filter(|_| account.is_none());
    let bases = [Some(Path::new("/dev/shm")), runtime, Some(Path::new("/tmp"))];
    let base = bases.into_iter().flatten().find(|base| has_room(base))?;
    Some(base.join(place::memory_name(&place.home)))
}

#[cfg(target_os = "linux")]
fn has_room(folder: &Path) -> bool {
    rustix::fs::statfs(folder).is_ok_and(|fs| {
        let free_bytes = u64::try_from(fs.f_bsize).unwrap_or(0).saturating_mul(fs.f_bavail);
        // TMPFS_MAGIC of statfs(2); the number's type differs between architectures.
        fs.f_type == 0x0102_1994 && free_bytes >= ROOM_BYTES
    })
}

#[cfg(not(target_os = "linux"))]
fn has_room(_folder: &Path) -> bool {
    false
}
