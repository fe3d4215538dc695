//! A real PostgreSQL server for a test, which cannot outlive the test's process.
//!
//! The server is the child of a small shell that waits for the end of its standard input, whose other end only the test's
//! process holds: however that process ends, the shell then stops the server and removes its folder. So one server can
//! be shared by all tests of a process, although Rust drops no static. As root the server runs as the user `postgres`.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// A running server. Its superuser is `postgres`, and who comes through the socket needs no password.
pub(crate) struct Cluster {
    folder: PathBuf,
    /// The port, on the socket and on 127.0.0.1.
    pub(crate) port: u16,
    keeper: Child,
}

/// What a server of its own is to have beyond the defaults.
#[derive(Default)]
pub(crate) struct Setup<'a> {
    /// Lines for `postgresql.conf`.
    pub(crate) conf: &'a str,
    /// Lines for `pg_hba.conf`, before the one that lets everybody in.
    pub(crate) hba: &'a str,
    /// Files of the data folder: name and text, for its owner alone.
    pub(crate) files: &'a [(&'a str, &'a str)],
    /// The folder to be in, if it is not the usual one for temporary files.
    pub(crate) place: Option<&'a Path>,
    /// Whether the server is given out while it still turns everybody away.
    pub(crate) is_rejecting: bool,
    /// How far its clock is from ours, as faketime writes it: `+366d`.
    pub(crate) clock: Option<&'a str>,
}

const KEEPER: &str = r#"
"$1/postgres" -D "$2/data" >"$2/log" 2>&1 </dev/null & server=$!
cat >/dev/null
kill -INT $server
wait $server
rm -rf "$2"
"#;

impl Cluster {
    /// The server that the tests of a process share. Each test takes a database of its own.
    pub(crate) fn shared() -> &'static Cluster {
        static SHARED: OnceLock<Cluster> = OnceLock::new();
        SHARED.get_or_init(|| Cluster::start(&Setup::default()))
    }

    /// A server of one's own.
    pub(crate) fn start(setup: &Setup<'_>) -> Cluster {
        let place = setup.place.map_or_else(std::env::temp_dir, Path::to_owned);
        let folder = tempfile::Builder::new().prefix("pg").tempdir_in(place).unwrap().keep();
        if let Some((uid, gid)) = server_account() {
            chown(&folder, Some(uid), Some(gid)).unwrap();
        }
        let data = folder.join("data");
        succeed(as_server(Command::new("cp")).arg("-a").arg(initialised()).arg(&data));
        let port = free_port();
        let conf = format!(
            "port = {port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = '{}'\nfsync = off\n\
             shared_buffers = '16MB'\nmax_connections = 60\n{}\n",
            folder.display(),
            setup.conf
        );
        write_owned(&data.join("postgresql.conf"), &conf);
        write_owned(
            &data.join("pg_hba.conf"),
            &format!("local all all trust\n{}\nhost all all all trust\n", setup.hba),
        );
        for (name, text) in setup.files {
            write_owned(&data.join(name), text);
        }
        Self::launch(folder, port, setup)
    }

    /// A streaming standby, whose primary must let `replication` in.
    pub(crate) fn standby(primary: &Cluster) -> Cluster {
        let folder = tempfile::Builder::new().prefix("pg").tempdir().unwrap().keep();
        if let Some((uid, gid)) = server_account() {
            chown(&folder, Some(uid), Some(gid)).unwrap();
        }
        let data = folder.join("data");
        let mut command = as_server(Command::new(format!("{SERVER_PROGRAMS}/pg_basebackup")));
        command
            .args(["-R", "-c", "fast", "-X", "stream", "--no-sync", "-U", "postgres"])
            .arg("-h")
            .arg(&primary.folder);
        succeed(command.arg(format!("-p{}", primary.port)).arg("-D").arg(&data));
        let port = free_port();
        let copied = fs::read_to_string(data.join("postgresql.conf")).unwrap();
        let own = format!("{copied}port = {port}\nunix_socket_directories = '{}'\n", folder.display());
        write_owned(&data.join("postgresql.conf"), &own);
        Self::launch(folder, port, &Setup::default())
    }

    /// Runs the server whose data is in a folder.
    fn launch(folder: PathBuf, port: u16, setup: &Setup<'_>) -> Cluster {
        let shell = match setup.clock {
            None => Command::new("/bin/sh"),
            Some(clock) => {
                let mut command = Command::new("/usr/bin/faketime");
                command.args(["-f", clock, "/bin/sh"]);
                command
            }
        };
        let mut command = as_server(shell);
        // Waits of the server itself go by the clock that nobody turns.
        command.env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        command.args(["-c", KEEPER, "keeper", SERVER_PROGRAMS]).arg(&folder).stdin(Stdio::piped());
        // A signal to the test's own group, such as Ctrl-C, must leave the keeper to do its work.
        let keeper = command.process_group(0).spawn().unwrap();
        let cluster = Cluster { folder, port, keeper };
        cluster.wait_until_ready(if setup.is_rejecting { 1 } else { 0 });
        cluster
    }

    /// Waits for pg_isready to say 0, accepting, or 1, rejecting.
    fn wait_until_ready(&self, wanted: i32) {
        let begin = Instant::now();
        let mut question = Command::new(format!("{SERVER_PROGRAMS}/pg_isready"));
        question.arg("-qh").arg(&self.folder).arg(format!("-p{}", self.port));
        while question.status().unwrap().code() != Some(wanted) {
            let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            assert!(begin.elapsed() < Duration::from_secs(30), "the server did not start: {log}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Ends the recovery of a standby.
    pub(crate) fn promote(&self) {
        let mut command = as_server(Command::new(format!("{SERVER_PROGRAMS}/pg_ctl")));
        succeed(command.args(["promote", "--no-wait", "-sD"]).arg(self.folder.join("data")));
    }

    /// The folder of the server's socket.
    pub(crate) fn socket(&self) -> &Path {
        &self.folder
    }

    /// A fresh database: its name.
    pub(crate) fn create_database(&self) -> String {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("test_{}", COUNT.fetch_add(1, Ordering::Relaxed));
        self.sql(&format!("create database {name}"));
        name
    }

    /// A fresh database: its URL, through the socket.
    pub(crate) fn database(&self) -> String {
        format!("postgres://postgres@/{}?host={}&port={}", self.create_database(), self.folder.display(), self.port)
    }

    /// Runs a script as superuser in the database `postgres`; gives what psql prints.
    pub(crate) fn sql(&self, script: &str) -> String {
        let mut psql = Command::new(format!("{SERVER_PROGRAMS}/psql"));
        psql.env_clear().args(["-XAtqU", "postgres", "-v", "ON_ERROR_STOP=1", "-c", script, "-h"]).arg(&self.folder);
        let output = succeed(psql.arg(format!("-p{}", self.port)));
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

const SERVER_PROGRAMS: &str = "/usr/lib/postgresql/15/bin";

/// A data folder that servers start from as a copy: initdb takes half a second, copying far less.
fn initialised() -> &'static Path {
    static TEMPLATE: OnceLock<PathBuf> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        // Kept between runs; made under another name first, so that no one sees half of it.
        let place = std::env::temp_dir().join("counterpose-tests-initdb-15");
        if !place.join("PG_VERSION").exists() {
            let fresh = tempfile::Builder::new().prefix("initdb").tempdir().unwrap().keep();
            if let Some((uid, gid)) = server_account() {
                chown(&fresh, Some(uid), Some(gid)).unwrap();
            }
            let mut initdb = as_server(Command::new(format!("{SERVER_PROGRAMS}/initdb")));
            let options = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "-D"];
            succeed(initdb.args(options).arg(&fresh));
            // Another process may have been first: then its folder serves.
            if fs::rename(&fresh, &place).is_err() {
                let _ = fs::remove_dir_all(&fresh);
            }
        }
        place
    })
}

/// Makes a command run as the server's user, when this process is root.
pub(crate) fn as_server(mut command: Command) -> Command {
    if let Some((uid, gid)) = server_account() {
        command.uid(uid).gid(gid);
    }
    command.env_clear().env("PATH", "/usr/bin:/bin").current_dir("/");
    command
}

/// Writes a file that the server will take: owned by its user and closed to others.
pub(crate) fn write_owned(path: &Path, text: &str) {
    let mut file = fs::File::create(path).unwrap();
    file.set_permissions(fs::Permissions::from_mode(0o600)).unwrap();
    file.write_all(text.as_bytes()).unwrap();
    if let Some((uid, gid)) = server_account() {
        chown(path, Some(uid), Some(gid)).unwrap();
    }
}

/// The ids of the user `postgres`, when this process is root and must not run the server itself.
fn server_account() -> Option<(u32, u32)> {
    let id = |option: &str, user: &[&str]| {
        let output = succeed(Command::new("id").arg(option).args(user));
        String::from_utf8(output.stdout).unwrap().trim().parse::<u32>().unwrap()
    };
    static ACCOUNT: OnceLock<Option<(u32, u32)>> = OnceLock::new();
    *ACCOUNT.get_or_init(|| (id("-u", &[]) == 0).then(|| (id("-u", &["postgres"]), id("-g", &["postgres"]))))
}

/// Runs a command and shows what it said if it failed.
pub(crate) fn succeed(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

/// A port of 127.0.0.1 that nobody listens on.
pub(crate) fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
