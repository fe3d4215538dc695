//! A user's project in a folder of its own, with a database of its own.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use postgres::{Client, NoTls};

use crate::support::Cluster;

/// A project.
pub(crate) struct Project {
    folder: tempfile::TempDir,
    pub(crate) url: String,
}

/// What the program did.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// Demands an exit code.
    pub(crate) fn code(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// Demands success.
    pub(crate) fn ok(self) -> Self {
        self.code(0)
    }

    /// Demands a text on standard error.
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "`{text}` is not in stderr:\n{}", self.stderr);
        self
    }

    /// Demands a text on standard output.
    pub(crate) fn prints(self, text: &str) -> Self {
        assert!(self.stdout.contains(text), "`{text}` is not in stdout:\n{}", self.stdout);
        self
    }

    /// Standard output as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("{e}: {}", self.stdout))
    }
}

impl Project {
    /// An empty project on the shared server.
    pub(crate) fn new() -> Self {
        Self::on(Cluster::shared().database())
    }

    /// An empty project on a database.
    pub(crate) fn on(url: String) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["migrations", "rollbacks"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        Self { folder, url }
    }

    /// The folder.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file.
    pub(crate) fn file(&self, path: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Writes a migration and its rollback.
    pub(crate) fn pair(&self, name: &str, up: &str, down: &str) -> &Self {
        self.file(&format!("migrations/{name}.sql"), up);
        self.file(&format!("rollbacks/{name}.sql"), down);
        self
    }

    /// Writes pairs that make a table each, `t1` to `tN`.
    pub(crate) fn tables(&self, count: usize) -> &Self {
        for n in 1..=count {
            self.pair(
                &format!("{n:03}_t{n}"),
                &format!("CREATE TABLE t{n} (id int PRIMARY KEY);\n"),
                &format!("DROP TABLE t{n};\n"),
            );
        }
        self
    }

    /// The program with an environment that holds nothing of ours but where to find it.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_migrate"));
        command.env_clear().env("PATH", "/usr/bin:/bin").env("HOME", self.path()).current_dir(self.path());
        command.env("DATABASE_URL", &self.url).args(arguments).stdin(Stdio::null());
        command
    }

    /// Runs the program to its end. What it did must be looked at.
    #[must_use]
    pub(crate) fn migrate(&self, arguments: &[&str]) -> Ran {
        let output = self.command(arguments).output().unwrap();
        Ran {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Starts the program and lets it run.
    pub(crate) fn start(&self, arguments: &[&str]) -> Child {
        self.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// A connection of the test's own.
    pub(crate) fn client(&self) -> Client {
        Client::connect(&self.url, NoTls).unwrap()
    }

    /// One value, as text.
    pub(crate) fn value(&self, sql: &str) -> String {
        let rows = self.client().simple_query(sql).unwrap();
        let row = rows.iter().find_map(|message| match message {
            postgres::SimpleQueryMessage::Row(row) => Some(row.get(0).unwrap_or("NULL").to_owned()),
            _ => None,
        });
        row.unwrap_or_else(|| "no row".to_owned())
    }

    /// The versions that refinery's table holds.
    pub(crate) fn applied(&self) -> String {
        self.value(
            "select coalesce(string_agg(version::text, ' ' order by version), '') from migrate.refinery_schema_history",
        )
    }

    /// The schema as pg_dump writes it, the ledger left out.
    pub(crate) fn dump(&self) -> String {
        let mut command = Command::new("pg_dump");
        let output = command.args(["--schema-only", "--exclude-schema=migrate", "-d", &self.url]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        // Newer builds of pg_dump guard their output with a random word.
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines()
            .filter(|line| !line.starts_with("\\restrict") && !line.starts_with("\\unrestrict"))
            .collect::<Vec<_>>()
            .join("\n")
    }

    /// What the ledger says is applied, without times.
    pub(crate) fn ledger(&self) -> String {
        self.value(
            "select coalesce(string_agg(format('%s %s %s', version, name, checksum), E'\\n' order by version), '') \
             from migrate.refinery_schema_history",
        )
    }
}

/// Waits until a condition holds, for a bounded time.
pub(crate) fn wait_for(what: &str, mut condition: impl FnMut() -> bool) {
    let begin = std::time::Instant::now();
    while !condition() {
        assert!(begin.elapsed() < std::time::Duration::from_secs(30), "waited in vain for {what}");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}
