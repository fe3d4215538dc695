//! `migrate db stop|url|psql|destroy` and what `status` says about the embedded server.

use std::fs;
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use rustix::process::Signal;

use super::place::{self, Place};
use super::process::{self, PidFile};
use super::{cluster, ephemeral, lock, programs, running, socket};
use crate::config::EmbeddedOptions;
use crate::error::{Error, Kind};
use crate::event::{Event, Observer};

/// How long a server may take to write everything down and end, and then to simply end.
const STOP_WAITS: [(Signal, Duration); 2] =
    [(Signal::INT, Duration::from_secs(60)), (Signal::QUIT, Duration::from_secs(10))];

/// What is not plain in a URL.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What the embedded server is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// There is no cluster yet.
    Absent,
    /// There is a cluster, and no server on it.
    Stopped,
    /// The server runs.
    Running {
        /// The process.
        pid: i32,
        /// When it was started, in seconds since 1970.
        started_s: i64,
    },
}

/// The embedded server as it stands.
#[derive(Clone, Debug)]
pub struct Status {
    /// What it is doing.
    pub state: State,
    /// The major version of its data folder.
    pub major: Option<u32>,
    /// The data folder, there or not.
    pub data: PathBuf,
    /// The server's log, there or not.
    pub log: PathBuf,
    /// The folder of its socket, while it runs.
    pub socket: Option<PathBuf>,
}

/// Looks at the embedded server without touching it.
///
/// # Errors
/// When its files cannot be read.
pub fn status(options: &EmbeddedOptions) -> Result<Status> {
    let place = Place::locate(options)?;
    let major = cluster::major_version(&place.data())?;
    let server = running(&place);
    let state = match (&server, major) {
        (Some((file, _)), _) => State::Running { pid: file.pid.as_raw_nonzero().get(), started_s: file.started_s },
        (None, Some(_)) => State::Stopped,
        (None, None) => State::Absent,
    };
    Ok(Status { state, major, data: place.data(), log: place.log(), socket: server.map(|(_, folder)| folder) })
}

/// Stops the server; open transactions are rolled back. Returns false when it was not running. An ephemeral one is deleted.
///
/// # Errors
/// When it does not end within 70 s.
pub fn stop(options: &EmbeddedOptions, observer: &mut dyn Observer) -> Result<bool> {
    let place = Place::locate(options)?;
    if !place.home.is_dir() {
        return Ok(false);
    }
    let _lock = lock::take(&place.lock(), observer)?;
    if !ephemeral::is_marked(&place) {
        return shut_down(&place);
    }
    let was_running = running(&place).is_some();
    delete(&place, observer)?;
    Ok(was_running)
}

/// Deletes the cluster with everything in it. Returns false when there was none. Asking first is the caller's.
///
/// # Errors
/// When the folder does not carry our marker, or the server does not stop.
pub fn destroy(options: &EmbeddedOptions, observer: &mut dyn Observer) -> Result<bool> {
    let place = Place::locate(options)?;
    if !place.home.is_dir() {
        return Ok(false);
    }
    let _lock = lock::take(&place.lock(), observer)?;
    delete(&place, observer)
}

/// Deletes a cluster. Called under the lock.
fn delete(place: &Place, observer: &mut dyn Observer) -> Result<bool> {
    let exists = match fs::symlink_metadata(&place.root) {
        Ok(meta) if meta.is_dir() && place.is_ours() => true,
        Err(error) if error.kind() == ErrorKind::NotFound => false,
        Err(error) => return Err(error).with_context(|| format!("cannot look at {}", place.root.display())),
        Ok(_) => return Err(place::not_ours(&place.root).into()),
    };
    if exists {
        observer.event(Event::Busy(format!("deleting {}", place.root.display())));
        // Also of a server that crashed.
        let socket_folder = PidFile::read(&place.data()).map(|file| file.socket);
        shut_down(place)?;
        process::signal_all(place, Signal::QUIT);
        remove_short_folder(place, socket_folder);
        // The data first and the marker last, with the folder: what a crash leaves behind can still be destroyed.
        for path in [place.data(), place.root.clone()] {
            remove(&path, |path| fs::remove_dir_all(path))?;
        }
        observer.event(Event::Info(format!("deleted {}", place.root.display())));
    }
    remove(&place.pointer(), |path| fs::remove_file(path))?;
    Ok(exists)
}

/// The last `lines` lines of the server's log, at most 256 KiB of it.
///
/// # Errors
/// When there is a log that cannot be read.
pub fn log_tail(options: &EmbeddedOptions, lines: usize) -> Result<String> {
    const MOST_BYTES: u64 = 256 * 1024;
    let log = Place::locate(options)?.log();
    let read = || {
        let mut file = fs::File::open(&log)?;
        let start = file.metadata()?.len().saturating_sub(MOST_BYTES);
        file.seek(SeekFrom::Start(start))?;
        let mut bytes = Vec::new();
        file.take(MOST_BYTES).read_to_end(&mut bytes).map(|_| bytes)
    };
    match read() {
        Ok(bytes) => {
            let text = String::from_utf8_lossy(&bytes);
            let all: Vec<&str> = text.lines().collect();
            Ok(all[all.len().saturating_sub(lines)..].join("\n"))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", log.display())),
    }
}

/// `psql` of the server's installation, or on the path.
///
/// # Errors
/// When there is none.
pub fn psql_path(options: &EmbeddedOptions) -> Result<PathBuf> {
    programs::psql(options).ok_or_else(|| {
        Error::new(Kind::Failed, "this machine has no psql")
            .hint("Debian, Ubuntu: apt-get install postgresql-client")
            .hint("Fedora: dnf install postgresql; macOS: brew install libpq")
            .into()
    })
}

/// The URL of a database on the running server, for other programs: `postgresql://postgres@/name?host=…&port=5432`.
///
/// # Errors
/// When the server does not run.
pub fn url(options: &EmbeddedOptions) -> Result<String> {
    let folder = running(&Place::locate(options)?).map(|(_, folder)| folder);
    let folder = folder.ok_or_else(|| {
        Error::new(Kind::Failed, "the embedded server does not run").hint("start it with `migrate db start`")
    })?;
    let (user, port) = (cluster::SUPERUSER, socket::PORT);
    let (name, host) = (
        percent_encode(options.database.as_bytes(), ENCODED),
        percent_encode(folder.as_os_str().as_encoded_bytes(), ENCODED),
    );
    Ok(format!("postgresql://{user}@/{name}?host={host}&port={port}"))
}

/// Ends the server of `place`, gently first. Called under the lock.
pub(super) fn shut_down(place: &Place) -> Result<bool> {
    let Some(file) = PidFile::read(&place.data()).filter(|file| process::is_server(file, place)) else {
        return Ok(false);
    };
    for (signal, wait) in STOP_WAITS {
        let _ = rustix::process::kill_process(file.pid, signal);
        let begin = Instant::now();
        while begin.elapsed() < wait {
            if !process::is_alive(file.pid) {
                remove_short_folder(place, Some(file.socket));
                return Ok(true);
            }
            sleep(Duration::from_millis(3));
        }
    }
    let message = format!("the server (pid {}) does not stop", file.pid);
    Err(Error::new(Kind::Failed, message).hint(format!("its log is {}", place.log().display())).into())
}

/// A socket folder outside the cluster goes with the server. Only what a server leaves in it is removed with it.
fn remove_short_folder(place: &Place, folder: Option<PathBuf>) {
    if let Some(folder) = folder.filter(|folder| socket::is_short(folder, place)) {
        socket::remove_stale(&folder);
        let _ = fs::remove_dir(folder);
    }
}

fn remove(path: &std::path::Path, how: impl Fn(&std::path::Path) -> std::io::Result<()>) -> Result<()> {
    match how(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", path.display()))
        }
        _ => Ok(()),
    }
}
