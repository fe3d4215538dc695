//! A project of Supabase's CLI with a database of its own, on which both programs work.

use std::path::{Path, PathBuf};
use std::process::{Child, Command};

use postgres::{Client, NoTls};

use crate::project::{Project, Ran};
use crate::supabase_cli::{remote, supabase};
use crate::support::Cluster;

pub(crate) struct Beside {
    project: Project,
    remote: String,
}

impl Beside {
    /// On the shared server, which is no Supabase: nothing here needs its roles.
    pub(crate) fn new() -> Self {
        let beside = Self::on(Cluster::shared(), "postgres");
        beside.file("migrate.toml", "platform = \"postgres\"\n");
        beside
    }

    /// On a fresh database of a server, as a role.
    fn on(cluster: &Cluster, role: &str) -> Self {
        Self::at(cluster, role, &cluster.create_database())
    }

    /// On a database that is there.
    pub(crate) fn at(cluster: &Cluster, role: &str, name: &str) -> Self {
        let project = Project::on(format!("postgres://{role}@127.0.0.1:{}/{name}", cluster.port));
        // The CLI's folders are the only ones.
        for folder in ["migrations", "rollbacks"] {
            std::fs::remove_dir(project.path().join(folder)).unwrap();
        }
        project.file("supabase/config.toml", "project_id = \"beside\"\n");
        Self { project, remote: remote(cluster.port, role, name) }
    }

    pub(crate) fn path(&self) -> &Path {
        self.project.path()
    }

    pub(crate) fn file(&self, path: &str, text: &str) -> PathBuf {
        self.project.file(path, text)
    }

    /// Migration number N, whose name is `tN`, and its rollback.
    pub(crate) fn pair(&self, n: u32, up: &str, down: &str) {
        self.file(&format!("supabase/migrations/202601010000{n:02}_t{n}.sql"), up);
        self.file(&format!("supabase/rollbacks/202601010000{n:02}_t{n}.sql"), down);
    }

    /// Pairs that make a table each.
    pub(crate) fn pairs(&self, count: u32) {
        for n in 1..=count {
            self.pair(n, &format!("create table t{n} (id int);\n"), &format!("drop table t{n};\n"));
        }
    }

    #[must_use]
    pub(crate) fn migrate(&self, arguments: &[&str]) -> Ran {
        self.project.migrate(arguments)
    }

    /// The program with its environment, to be changed and run.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        self.project.command(arguments)
    }

    /// The same database, as another role from now on.
    pub(crate) fn log_in_as(&mut self, role: &str) {
        let (_, rest) = self.project.url.split_once('@').unwrap();
        self.project.url = format!("postgres://{role}@{rest}");
    }

    pub(crate) fn start(&self, arguments: &[&str]) -> Child {
        self.project.start(arguments)
    }

    /// Runs their program on the same database, its answer as JSON.
    #[must_use]
    pub(crate) fn supabase(&self, arguments: &[&str]) -> Ran {
        let arguments = [arguments, &[self.remote.as_str(), "--output-format", "json"]].concat();
        let output = supabase(self.path(), &arguments).output().unwrap();
        Ran {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Demands that their list has these local versions, and whether each is in the database too; and nothing else.
    pub(crate) fn lists(&self, versions: &[(&str, bool)]) {
        let list = self.supabase(&["migration", "list"]).ok().json();
        let found: Vec<(String, bool)> = list["migrations"]
            .as_array()
            .unwrap()
            .iter()
            .map(|line| {
                let (local, remote) = (line["local"].as_str().unwrap(), line["remote"].as_str().unwrap());
                assert!(remote.is_empty() || remote == local, "{list}");
                (local.to_owned(), !remote.is_empty())
            })
            .collect();
        let expected: Vec<(String, bool)> =
            versions.iter().map(|(version, is_there)| ((*version).to_owned(), *is_there)).collect();
        assert_eq!(found, expected, "{list}");
    }

    pub(crate) fn client(&self) -> Client {
        Client::connect(&self.project.url, NoTls).unwrap()
    }

    pub(crate) fn value(&self, sql: &str) -> String {
        self.project.value(sql)
    }
}
