//! The bundled project on the embedded server: what somebody does who has nothing but the program.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use postgres::{Client, NoTls};

use crate::shop::versions;

/// A folder that the server's user can enter too, when we are root; its server goes with it.
struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        std::fs::create_dir(folder.path().join("project")).unwrap();
        Self(folder)
    }

    fn project(&self) -> PathBuf {
        self.0.path().join("project")
    }

    fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_migrate"));
        command.env_clear().env("PATH", "/usr/bin:/bin").env("HOME", self.0.path()).current_dir(self.project());
        command.args(arguments.split(' ')).stdin(Stdio::null());
        command
    }

    /// Runs the program; demands success and a text in what it prints. Gives standard output and standard error.
    #[track_caller]
    fn migrate(&self, arguments: &str, prints: &str) -> (String, String) {
        let output = self.command(arguments).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let (stdout, stderr) = (text(output.stdout), text(output.stderr));
        assert!(output.status.success() && stdout.contains(prints), "{arguments}:\n{stdout}\n{stderr}");
        (stdout, stderr)
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _ = self.command("db destroy --yes").output();
    }
}

#[test]
fn the_whole_story_without_a_database_url() {
    let (home, all) = (Home::new(), versions().len());
    let (_, stderr) = home.migrate("up", &format!("{all} migrations applied"));
    assert!(stderr.starts_with("target: embedded PostgreSQL in "), "{stderr}");
    assert!(stderr.contains("installed a stand-in for Supabase's roles"), "{stderr}");
    home.migrate("status --check", &format!("{all} applied, 0 pending"));
    home.migrate("down --all --yes", &format!("{all} migrations rolled back"));
    let (_, stderr) = home.migrate("up", &format!("{all} migrations applied"));
    assert!(!stderr.contains("started PostgreSQL"), "it was left running: {stderr}");

    let (url, _) = home.migrate("db url", "postgres://");
    let mut client = Client::connect(url.trim_end().split('&').next().unwrap(), NoTls).unwrap();
    let count: i64 = client.query_one("select count(*) from public.membership_packages", &[]).unwrap().get(0);
    assert_eq!(count, 0);
    drop(client);

    home.migrate("db stop", "stopped");
    let (_, stderr) = home.migrate("status", &format!("{all} applied, 0 pending"));
    assert!(stderr.contains("started PostgreSQL"), "it was stopped, and the data stayed: {stderr}");
    home.migrate("db destroy --yes", "destroyed");
    assert!(!home.project().join(".migrate/postgres").exists());
}
