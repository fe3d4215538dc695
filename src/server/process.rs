//! Which processes belong to a cluster: `postmaster.pid` read, and checked against what really runs.
//!
//! A pid file alone proves nothing: after a crash it stays, and its number may by now be another program's (in containers
//! it usually is). On Linux a server process is known by its working directory, which is the data folder, or, where we may
//! not look at that (root without CAP_SYS_PTRACE, as in Docker), by its command line. Elsewhere `ps` gives the latter.

use std::fs;
use std::path::{Path, PathBuf};

use rustix::process::{Pid, Signal};

use super::place::Place;
use super::socket;

/// What `postmaster.pid` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PidFile {
    pub(super) pid: Pid,
    /// When the server was started, in seconds since 1970.
    pub(super) started_s: i64,
    /// The folder of its socket.
    pub(super) socket: PathBuf,
    /// The server's own word: `starting`, `ready`, `stopping`, `standby`; empty while the file is being written.
    pub(super) state: String,
}

impl PidFile {
    pub(super) fn path(data: &Path) -> PathBuf {
        data.join("postmaster.pid")
    }

    /// None where there is no such file, or where it is not (yet) one that a server wrote.
    pub(super) fn read(data: &Path) -> Option<Self> {
        Self::parse(&fs::read_to_string(Self::path(data)).ok()?)
    }

    fn parse(text: &str) -> Option<Self> {
        // Lines: pid, data folder, start, port, socket folder, first address, shared memory key, state.
        let lines: Vec<&str> = text.lines().collect();
        Some(Self {
            pid: Pid::from_raw(lines.first()?.trim().parse().ok().filter(|pid| *pid > 0)?)?,
            started_s: lines.get(2).and_then(|line| line.trim().parse().ok()).unwrap_or_default(),
            socket: PathBuf::from(lines.get(4).copied().unwrap_or_default()),
            state: lines.get(7).map(|line| line.trim().to_owned()).unwrap_or_default(),
        })
    }

    pub(super) fn is_ready(&self) -> bool {
        self.state == "ready"
    }
}

/// Whether the process that a pid file names is alive and the server of `place`.
pub(super) fn is_server(file: &PidFile, place: &Place) -> bool {
    if let Some(answer) = works_in(file.pid, &place.data()) {
        return answer;
    }
    is_alive(file.pid)
        && command_line(file.pid).is_some_and(|command| {
            // A project that was renamed while its server runs: nobody else can listen in its private folder.
            names(&command, place) || (command.contains("postgres") && socket::listens(&socket::usual(place)))
        })
}

/// Whether `pid` is alive. A zombie is not: it holds nothing any more, and in a container nobody may ever wait for it.
pub(super) fn is_alive(pid: Pid) -> bool {
    rustix::process::test_kill_process(pid) != Err(rustix::io::Errno::SRCH) && command_line(pid).is_some()
}

fn is_of(pid: Pid, place: &Place) -> bool {
    works_in(pid, &place.data()).unwrap_or_else(|| command_line(pid).is_some_and(|command| names(&command, place)))
}

/// Every live process of the cluster: its postmaster, and backends that outlived one.
pub(super) fn all_of(place: &Place) -> Vec<Pid> {
    list().into_iter().filter(|pid| is_of(*pid, place)).collect()
}

/// Sends `signal` to every process of the cluster that is still there.
pub(super) fn signal_all(place: &Place, signal: Signal) {
    for pid in all_of(place) {
        // One that ended meanwhile is what we want.
        let _ = rustix::process::kill_process(pid, signal);
    }
}

/// Whether a command line is that of a postmaster on this data folder, or of one of its children, which carry the
/// cluster's name.
fn names(command: &str, place: &Place) -> bool {
    command.starts_with(&format!("postgres: {}:", place.cluster_name()))
        || command.contains(&format!(" -D {} ", place.data().display()))
}

/// Whether the working directory of `pid` is `data`; None where the system does not tell.
#[cfg(target_os = "linux")]
fn works_in(pid: Pid, data: &Path) -> Option<bool> {
    use std::os::unix::fs::MetadataExt;
    match fs::metadata(format!("/proc/{pid}/cwd")) {
        Ok(theirs) => {
            Some(fs::metadata(data).is_ok_and(|ours| (ours.dev(), ours.ino()) == (theirs.dev(), theirs.ino())))
        }
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => None,
        // Gone, or a zombie that nobody has waited for: it holds nothing any more.
        Err(_) => Some(false),
    }
}

#[cfg(not(target_os = "linux"))]
fn works_in(_pid: Pid, _data: &Path) -> Option<bool> {
    None
}

#[cfg(target_os = "linux")]
fn command_line(pid: Pid) -> Option<String> {
    let bytes = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
    Some(String::from_utf8_lossy(&bytes).replace('\0', " ")).filter(|text| !text.is_empty())
}

#[cfg(not(target_os = "linux"))]
fn command_line(pid: Pid) -> Option<String> {
    let output =
        std::process::Command::new("ps").args(["-ww", "-o", "command=", "-p"]).arg(pid.to_string()).output().ok()?;
    Some(format!("{} ", String::from_utf8_lossy(&output.stdout).trim())).filter(|text| text.len() > 1)
}

#[cfg(target_os = "linux")]
fn list() -> Vec<Pid> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| Pid::from_raw(entry.file_name().to_str()?.parse().ok()?)).collect()
}

#[cfg(not(target_os = "linux"))]
fn list() -> Vec<Pid> {
    let output = std::process::Command::new("ps").args(["-axo", "pid=,comm="]).output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let servers = text.lines().filter(|line| line.contains("postgres"));
    servers.filter_map(|line| Pid::from_raw(line.split_whitespace().next()?.parse().ok()?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pid_file_is_read_also_while_it_is_being_written() {
        let whole = "4711\n/p/data\n1795383000\n5432\n/p/socket\n\n  5432001    32768\nready   \n";
        let file = PidFile::parse(whole).unwrap();
        assert_eq!((file.pid.as_raw_nonzero().get(), file.started_s), (4711, 1_795_383_000));
        assert_eq!(file.socket, Path::new("/p/socket"));
        assert!(file.is_ready());
        assert!(!PidFile::parse("4711\n/p/data\n").unwrap().is_ready());
        assert_eq!(PidFile::parse(""), None);
        assert_eq!(PidFile::parse("-12\n").map(|file| file.pid), None);
    }

    #[test]
    fn a_process_is_of_a_cluster_by_its_command_line() {
        let place = Place { home: "/p/.migrate".into(), root: "/p/.migrate/postgres".into() };
        assert!(names("/usr/bin/postgres -D /p/.migrate/postgres/data -k /tmp ", &place));
        assert!(names(&format!("postgres: {}: checkpointer ", place.cluster_name()), &place));
        assert!(!names("/usr/bin/postgres -D /p/.migrate/postgres/data2 ", &place));
        assert!(!names("postgres: migrate-000000000000: checkpointer ", &place));
    }

    #[test]
    fn we_ourselves_are_of_no_cluster() {
        let place = Place { home: "/nowhere".into(), root: "/nowhere/postgres".into() };
        assert!(!is_of(rustix::process::getpid(), &place));
    }
}
