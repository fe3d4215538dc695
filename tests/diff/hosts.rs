//! Where scratch databases are made: on the target's server, on the embedded one, on one that the user names.

use crate::project::{Project, Ran};
use crate::support::{Cluster, Setup};

/// A project on a server of its own, whose role may not create databases. Its embedded server goes when it does.
struct Plain {
    cluster: Cluster,
    project: Project,
}

impl Plain {
    fn new() -> Self {
        let cluster = Cluster::start(&Setup::default());
        cluster.sql("create role plain login; create role reader");
        let url = cluster.database();
        let name = url.split('?').next().and_then(|url| url.rsplit('/').next()).unwrap().to_owned();
        cluster.sql(&format!("alter database {name} owner to plain"));
        let project = Project::on(url.replace("postgres@", "plain@"));
        std::fs::set_permissions(project.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        project.pair(
            "001_t",
            "create table t (id int primary key);\ngrant select on t to reader;\n\
             create policy p on t for select to reader using (true);\n\
             alter default privileges in schema public grant select on tables to reader;\n",
            "drop table t;\nalter default privileges in schema public revoke select on tables from reader;\n",
        );
        Self { cluster, project }
    }

    fn embedded(&self, arguments: &[&str]) -> Ran {
        let output = self.project.command(arguments).env_remove("DATABASE_URL").output().unwrap();
        Ran {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Drop for Plain {
    fn drop(&mut self) {
        drop(self.embedded(&["db", "destroy", "--yes"]));
    }
}

#[test]
fn without_createdb_the_embedded_server_holds_the_scratch_database() {
    let plain = Plain::new();
    plain.project.migrate(&["up"]).ok().prints("1 migration applied");
    let ran = plain.project.migrate(&["diff", "--check"]).ok().says("may not create databases");
    assert_eq!(ran.stdout, "no differences\n", "owners, grants and default privileges are the target's role's");
    plain.project.client().batch_execute("create table by_hand ()").unwrap();
    plain.project.migrate(&["diff", "--check"]).code(3).prints("- table public.by_hand\n1 difference");
    let left =
        plain.embedded(&["db", "psql", "--", "-Atc", "select datname from pg_database where datname like 'migrate%'"]);
    assert_eq!(left.ok().stdout, "", "the scratch database is dropped");
    assert_eq!(plain.cluster.sql("select count(*) from pg_database where datname like 'migrate%'"), "0");
}

#[test]
fn where_no_server_can_be_had_it_is_said_what_to_do() {
    let plain = Plain::new();
    let ran = plain.project.migrate(&["diff", "--pg-bin", "/nowhere"]).code(1);
    ran.says("/nowhere").says("alter role \"plain\" createdb").says("--shadow-url URL");
}

#[test]
fn a_server_that_the_user_names_holds_it() {
    let plain = Plain::new();
    plain.project.migrate(&["up"]).ok().prints("1 migration applied");
    let other = Cluster::start(&Setup { conf: "log_statement = all", ..Setup::default() });
    other.sql("create role reader");
    let url = other.database();
    assert_eq!(plain.project.migrate(&["diff", "--check", "--shadow-url", &url]).ok().stdout, "no differences\n");
    assert!(std::fs::read_to_string(other.socket().join("log")).unwrap().contains("create database \"migrate_shadow_"));
    let mut command = plain.project.command(&["diff", "--check"]);
    assert_eq!(command.env("MIGRATE_SHADOW_URL", &url).output().unwrap().status.code(), Some(0));
    plain.project.file("migrate.toml", format!("shadow_url = \"{url}\"\n"));
    plain.project.migrate(&["diff", "--check"]).ok().prints("no differences");
    // Nothing but what is built: the target is not needed.
    let away = Project::on("postgres://nobody@127.0.0.1:1/x".to_owned());
    away.tables(2);
    away.migrate(&["diff", "--from", "1", "--to", "expected", "--shadow-url", &url]).ok().prints("+ table public.t2");
}
