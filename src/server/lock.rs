//! One process at a time makes, starts, stops or destroys a cluster.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::error::{Error, Kind};
use crate::event::{Event, Observer};

/// An initdb on a slow disk takes half a minute, a server that recovers from a crash can take longer.
const WAIT: Duration = Duration::from_secs(180);
const PAUSE: Duration = Duration::from_millis(5);

/// Takes the lock; dropping the file gives it back, and so does the end of the process.
pub(super) fn take(path: &Path, observer: &mut dyn Observer) -> Result<File> {
    let file = open(path)?;
    let start = Instant::now();
    let mut told = false;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if start.elapsed() < WAIT => {
                if !told && start.elapsed() > Duration::from_millis(300) {
                    observer.event(Event::Busy("waiting for another migrate to start the server".into()));
                    told = true;
                }
                sleep(PAUSE);
            }
            Err(TryLockError::WouldBlock) => {
                let message = format!("another migrate has held {} for {} s", path.display(), WAIT.as_secs());
                return Err(Error::new(Kind::Locked, message)
                    .hint("look for a hanging `migrate`, end it, and try again")
                    .into());
            }
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("cannot lock {}", path.display()));
            }
        }
    }
}

/// Reading is enough to lock: whoever made the file, the next user can lock it too.
fn open(path: &Path) -> Result<File> {
    let made = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let made = OpenOptions::new().write(true).create(true).truncate(false).open(path);
            if made.is_ok() && rustix::process::geteuid().is_root() {
                give_to_owner_of_folder(path);
            }
            made
        }
        other => other,
    };
    made.with_context(|| format!("cannot open {}", path.display()))
}

fn give_to_owner_of_folder(path: &Path) {
    if let Some(owner) = path.parent().and_then(|parent| parent.metadata().ok()) {
        // Others can lock a file of root's as well; this only lets the project's owner remove it.
        let _ = std::os::unix::fs::lchown(path, Some(owner.uid()), Some(owner.gid()));
    }
}
