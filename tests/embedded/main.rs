//! The embedded server, at library level, with real servers: first start, crashes, races, odd folders.
//!
//! Every test has its own `.migrate` and destroys its server at its end. As root the server runs as another user. All but
//! the tests of the first start share one cache of pre-initialised data folders, since an initdb takes half a second.
#![expect(clippy::unwrap_used, clippy::panic, reason = "whatever fails here fails the test")]

mod crash;
mod fetch;
mod first_start;
mod place;
mod programs;
mod running;

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::PathBuf;
use std::process::Command;
use std::sync::Barrier;
use std::time::{Duration, Instant};

use anyhow::Result;
use counterpose::config::{ConnectOptions, EmbeddedOptions};
use counterpose::error::{Kind, find, kind_of};
use counterpose::event::{Event, Observer, Silent};
use counterpose::server::{
    self,
    control::{self, State},
};
use postgres::{Client, NoTls};
use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use tempfile::TempDir;

/// A project folder that the server's user can enter, and its server.
struct Home {
    folder: TempDir,
    options: EmbeddedOptions,
}

impl Home {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let home = folder.path().join("project/.migrate");
        fs::create_dir(home.parent().unwrap()).unwrap();
        Self { options: options(home), folder }
    }

    fn start(&self) -> ConnectOptions {
        ensure(&self.options).unwrap()
    }

    fn client(&self) -> Client {
        connect(&self.start())
    }

    fn pid(&self) -> Pid {
        match control::status(&self.options).unwrap().state {
            State::Running { pid, .. } => Pid::from_raw(pid).unwrap(),
            other => panic!("not running: {other:?}"),
        }
    }

    fn data(&self) -> PathBuf {
        control::status(&self.options).unwrap().data
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let gone = control::destroy(&self.options, &mut Silent);
        if !std::thread::panicking() {
            gone.unwrap();
        }
    }
}

fn options(home: PathBuf) -> EmbeddedOptions {
    EmbeddedOptions {
        home,
        pg_bin: None,
        cache: Some(PathBuf::from(concat!(env!("CARGO_TARGET_TMPDIR"), "/embedded-cache"))),
        path: Some(OsString::from("/usr/local/bin:/usr/bin:/bin")),
        runtime: None,
        archive_url: None,
        database: "postgres".into(),
    }
}

fn never(question: &str) -> Result<bool> {
    panic!("asked: {question}")
}

fn ensure(options: &EmbeddedOptions) -> Result<ConnectOptions> {
    server::ensure(options, &mut Silent, &mut never)
}

fn connect(options: &ConnectOptions) -> Client {
    let mut config = postgres::Config::new();
    for host in options.config.get_hosts() {
        match host {
            tokio_postgres::config::Host::Unix(path) => config.host_path(path),
            tokio_postgres::config::Host::Tcp(name) => panic!("listens on {name}"),
        };
    }
    config.user(options.config.get_user().unwrap()).dbname(options.config.get_dbname().unwrap());
    config.port(options.config.get_ports()[0]).connect(NoTls).unwrap()
}

fn setting(client: &mut Client, name: &str) -> String {
    client.query_one(&format!("show {name}"), &[]).unwrap().get(0)
}

#[derive(Default)]
struct Told(Vec<String>);

impl Observer for Told {
    fn event(&mut self, event: Event) {
        match event {
            Event::Info(text) | Event::Warning(text) | Event::Busy(text) => self.0.push(text),
            other => panic!("unexpected {other:?}"),
        }
    }
}

fn is_alive(pid: Pid) -> bool {
    // A zombie is not alive: nobody in a container may ever wait for it.
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    test_kill_process(pid).is_ok() && !stat.contains(") Z ")
}

fn wait_until(what: &str, mut done: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !done() {
        assert!(begin.elapsed() < Duration::from_secs(30), "waited 30 s until {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
