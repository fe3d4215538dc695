//! A server of its own for CI: waits for no disk, in memory where there is room, gone when it is stopped.

use std::path::PathBuf;
use std::process::Output;

use crate::project::{Project, wait_for};

/// A project without a database: the program takes its embedded server. Stopped however the test ends.
struct Job(Project);

impl Job {
    fn new() -> Self {
        let project = Project::on(String::new());
        project.tables(1);
        // The server's user must be able to enter.
        std::fs::set_permissions(project.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        Self(project)
    }

    fn migrate(&self, arguments: &[&str]) -> Output {
        self.0.command(arguments).env_remove("DATABASE_URL").output().unwrap()
    }

    /// What the program prints when all is well.
    fn prints(&self, arguments: &[&str]) -> String {
        let output = self.migrate(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    fn setting(&self, name: &str) -> String {
        self.prints(&["db", "psql", "--", "-XAtc", &format!("show {name}")])
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        let _ = self.migrate(&["db", "destroy", "--yes"]);
    }
}

#[test]
fn it_waits_for_no_disk_and_leaves_nothing() {
    let job = Job::new();
    let url = job.prints(&["db", "start", "--ephemeral"]);
    assert_eq!((job.setting("fsync"), job.setting("full_page_writes")), ("off".to_owned(), "off".to_owned()));
    let data = PathBuf::from(job.setting("data_directory"));
    assert_eq!(job.prints(&["db", "url"]), url, "other commands find it");
    assert_eq!(job.prints(&["db", "start", "--ephemeral"]), url, "and it is started once");
    let tables = "select count(*) from t1";
    assert_eq!(job.prints(&["db", "run", "--", "psql", "-XAtc", tables]), "0");
    assert_eq!(job.prints(&["db", "stop"]), "stopped");
    assert!(!data.exists() && !data.parent().unwrap().exists(), "{}", data.display());
    assert!(!job.0.path().join(".migrate/postgres").exists() && !job.0.path().join(".migrate/postgres.path").exists());
}

#[test]
fn it_is_in_memory_where_there_is_room() {
    let free = std::process::Command::new("stat").args(["-fc", "%T %a %S", "/dev/shm"]).output().unwrap();
    let free = String::from_utf8(free.stdout).unwrap();
    let [kind, blocks, size] = free.split_whitespace().collect::<Vec<_>>()[..] else { panic!("{free}") };
    let has_room = kind == "tmpfs" && blocks.parse::<u64>().unwrap() * size.parse::<u64>().unwrap() >= 512 << 20;
    let job = Job::new();
    job.prints(&["db", "start", "--ephemeral"]);
    assert_eq!(job.setting("data_directory").starts_with("/dev/shm/counterpose-"), has_room, "{free}");
}

#[test]
fn a_server_that_was_killed_comes_back_and_can_still_be_stopped() {
    let job = Job::new();
    job.prints(&["db", "start", "--ephemeral"]);
    let data = PathBuf::from(job.setting("data_directory"));
    let pid = std::fs::read_to_string(data.join("postmaster.pid")).unwrap();
    let pid = pid.lines().next().unwrap();
    assert!(std::process::Command::new("kill").args(["-KILL", pid]).status().unwrap().success());
    wait_for("the server to be gone", || {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        status.is_empty() || status.contains("zombie")
    });
    assert_eq!(job.setting("fsync"), "off", "started again as what it was");
    job.prints(&["db", "stop"]);
    assert!(!data.exists());
}

#[test]
fn a_server_whose_data_stays_is_not_hidden() {
    let job = Job::new();
    job.prints(&["up"]);
    let refused = job.migrate(&["db", "start", "--ephemeral"]);
    assert_eq!(refused.status.code(), Some(4));
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(said.contains("whose data stays") && said.contains("migrate db destroy"), "{said}");
    assert_eq!(job.setting("fsync"), "on");
    job.prints(&["db", "destroy", "--yes"]);
    job.prints(&["db", "start", "--ephemeral"]);
}

#[test]
fn after_the_machine_was_started_anew_there_is_no_server() {
    let job = Job::new();
    job.prints(&["db", "start", "--ephemeral"]);
    let data = PathBuf::from(job.setting("data_directory"));
    if !data.starts_with("/dev/shm") {
        // On the disk it would have stayed, as what it was.
        return;
    }
    let pid = std::fs::read_to_string(data.join("postmaster.pid")).unwrap();
    assert!(
        std::process::Command::new("kill").args(["-QUIT", pid.lines().next().unwrap()]).status().unwrap().success()
    );
    wait_for("the server to be gone", || !data.join("postmaster.pid").exists());
    std::fs::remove_dir_all(data.parent().unwrap()).unwrap();
    job.prints(&["up"]);
    assert_eq!(job.setting("fsync"), "on", "a usual one");
    assert!(job.setting("data_directory").ends_with("/.migrate/postgres/data"));
}
