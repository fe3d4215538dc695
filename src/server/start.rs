//! Starting the server, and clearing away what a crashed one left.
//!
//! We start `postgres` itself and not pg_ctl, which looks for the result ten times a second: a start takes 50 ms.

use std::fs::{self, OpenOptions};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rustix::process::Signal;

use super::account::{self, Account};
use super::place::Place;
use super::process::{self, PidFile};
use super::programs::Programs;
use super::{running, socket};
use crate::error::{Error, Kind};
use crate::event::{Event, Observer};

/// A server that recovers from a crash first replays its log.
const START_WAIT: Duration = Duration::from_secs(120);
/// How long processes of a crashed server may go on by themselves, then after SIGTERM, then after SIGQUIT.
const ORPHAN_WAITS: [(Duration, Option<Signal>); 3] = [
    (Duration::from_secs(3), Some(Signal::TERM)),
    (Duration::from_secs(5), Some(Signal::QUIT)),
    (Duration::from_secs(10), None),
];
const LOG_LIMIT_BYTES: u64 = 16 * 1024 * 1024;
const PAUSE: Duration = Duration::from_millis(2);

/// Brings whatever is left of an earlier server to an end, so that a new one can start. Called under the lock.
///
/// Returns true when that server turned out to be well: it was only starting.
pub(super) fn clear(place: &Place, observer: &mut dyn Observer) -> Result<bool> {
    let data = place.data();
    let begin = Instant::now();
    while let Some(file) = PidFile::read(&data).filter(|file| process::is_server(file, place)) {
        if running(place).is_some() {
            return Ok(true);
        }
        // Ready without its socket: somebody cleaned up the folder, and nobody can connect any more.
        if file.is_ready() && begin.elapsed() > Duration::from_secs(1) {
            observer.event(Event::Warning("the server's socket is gone: restarting the server".into()));
            super::control::shut_down(place)?;
        }
        if begin.elapsed() > START_WAIT {
            return Err(
                failed(format!("the server (pid {}) has been {} for long", file.pid, file.state), place, 0).into()
            );
        }
        sleep(PAUSE);
    }
    end_orphans(place, observer)?;
    // Nothing of this cluster runs, so the file is stale. The server would refuse to start if its number now belongs to
    // another process of the same user, which after a restart of a container is likely.
    let folders = PidFile::read(&data).map(|file| file.socket).filter(|folder| socket::is_short(folder, place));
    folders.into_iter().chain([socket::usual(place)]).for_each(|folder| socket::remove_stale(&folder));
    match fs::remove_file(PidFile::path(&data)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", PidFile::path(&data).display()))
        }
        _ => Ok(false),
    }
}

/// Backends outlive a postmaster that was killed, hold its shared memory, and would write to the files under the new one.
fn end_orphans(place: &Place, observer: &mut dyn Observer) -> Result<()> {
    for (wait, then) in ORPHAN_WAITS {
        let begin = Instant::now();
        while begin.elapsed() < wait {
            let left = process::all_of(place);
            if left.is_empty() {
                return Ok(());
            }
            observer.event(Event::Busy(format!("waiting for {} processes of a crashed server", left.len())));
            sleep(Duration::from_millis(20));
        }
        if let Some(signal) = then {
            process::signal_all(place, signal);
        }
    }
    let left: Vec<String> = process::all_of(place).iter().map(ToString::to_string).collect();
    Err(Error::new(Kind::Failed, format!("processes of a crashed server do not end: {}", left.join(", ")))
        .hint(format!("end them (kill -9 {}), then try again", left.join(" ")))
        .into())
}

/// Starts the server and waits until it answers. Called under the lock, after [`clear`].
pub(super) fn start(
    place: &Place,
    programs: &Programs,
    account: Option<&Account>,
    socket_folder: &Path,
    observer: &mut dyn Observer,
) -> Result<()> {
    let log_start = prepare_log(place, account)?;
    let child = spawn(place, programs, account, socket_folder)?;
    let pid = child.id();
    let result = wait_ready(place, child, observer);
    result.map_err(|message| failed(message, place, log_start))?;
    observer.event(Event::Info(format!("started PostgreSQL {} (pid {pid})", programs.short_version())));
    Ok(())
}

fn spawn(place: &Place, programs: &Programs, account: Option<&Account>, socket_folder: &Path) -> Result<Child> {
    let log = place.log();
    let open = || OpenOptions::new().append(true).open(&log).with_context(|| format!("cannot write {}", log.display()));
    let mut command = account::command(programs.path("postgres"), account);
    command.arg("-D").arg(place.data()).arg("-k").arg(socket_folder);
    command.args(["-c", "listen_addresses=", "-p", &socket::PORT.to_string()]);
    command.args(["-c", &format!("cluster_name={}", place.cluster_name())]);
    // Its own process group: Ctrl-C in our terminal is not for the server.
    command.process_group(0).stdout(Stdio::from(open()?)).stderr(Stdio::from(open()?));
    command.spawn().with_context(|| format!("cannot run {}", programs.path("postgres").display()))
}

/// Opens the log to the server's user, puts a long one aside, and returns its length.
fn prepare_log(place: &Place, account: Option<&Account>) -> Result<u64> {
    let log = place.log();
    let mut length = fs::metadata(&log).map_or(0, |meta| meta.len());
    if length > LOG_LIMIT_BYTES {
        let old = place.root.join("server.log.1");
        fs::rename(&log, &old).with_context(|| format!("cannot rename {}", log.display()))?;
        length = 0;
    }
    OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(&log)
        .and_then(|_| account::give(&log, account))
        .with_context(|| format!("cannot write {}", log.display()))?;
    Ok(length)
}

fn wait_ready(place: &Place, mut child: Child, observer: &mut dyn Observer) -> Result<(), String> {
    let (data, begin) = (place.data(), Instant::now());
    let mut told = false;
    loop {
        if let Ok(Some(status)) = child.try_wait() {
            return Err(format!("PostgreSQL did not start ({status})"));
        }
        let file =
            PidFile::read(&data).filter(|file| i64::from(file.pid.as_raw_nonzero().get()) == i64::from(child.id()));
        if file.is_some_and(|file| file.is_ready()) {
            // Whoever lives longer than the server must wait for it, or it stays behind as a zombie.
            std::thread::spawn(move || child.wait());
            return Ok(());
        }
        if begin.elapsed() > START_WAIT {
            let _ = child.kill();
            let _ = child.wait();
            return Err(format!("PostgreSQL was not ready after {} s", START_WAIT.as_secs()));
        }
        if !told && begin.elapsed() > Duration::from_secs(1) {
            observer.event(Event::Busy("waiting for PostgreSQL to be ready".into()));
            told = true;
        }
        sleep(PAUSE);
    }
}

/// An error that shows what the server itself said since `log_start`.
fn failed(message: String, place: &Place, log_start: u64) -> Error {
    let mut said = String::new();
    if let Ok(mut file) = fs::File::open(place.log())
        && file.seek(SeekFrom::Start(log_start)).is_ok()
    {
        let _ = file.take(LOG_LIMIT_BYTES).read_to_string(&mut said);
    }
    let lines: Vec<&str> = said.lines().collect();
    let last = lines[lines.len().saturating_sub(6)..].join("\n");
    let text = if last.is_empty() { message } else { format!("{message}:\n{last}") };
    let mut error = Error::new(Kind::Failed, text).hint(format!("the server's log is {}", place.log().display()));
    if said.contains("No space left on device") {
        error = error.hint(format!("the disk of {} is full: make room and try again", place.root.display()));
    }
    error
}
