//! The sides of `migrate diff`: every two of them, read from wherever they are.

use std::process::Command;

use crate::project::{Project, Ran};
use crate::support::{Cluster, succeed};

/// A project of three tables, applied.
fn applied() -> Project {
    let project = Project::new();
    project.tables(3);
    project.migrate(&["up"]).ok().prints("3 migrations applied");
    project
}

fn diff(project: &Project, from: &str, to: &str) -> Ran {
    project.migrate(&["diff", "--from", from, "--to", to, "--check"])
}

fn same(project: &Project, from: &str, to: &str) {
    assert_eq!(diff(project, from, to).ok().stdout, "no differences\n", "{from} {to}");
}

#[test]
fn versions_are_built_up_to_where_they_say() {
    let project = applied();
    same(&project, "3", "live");
    same(&project, "expected", "@003");
    let ran = diff(&project, "@1", "@2")
        .code(3)
        .prints("+ table public.t2")
        .prints("    + constraint t2_pkey: PRIMARY KEY (id)\n");
    assert!(ran.stdout.contains("3 differences: 3 only in the migrations up to 002_t2 (+)"), "{}", ran.stdout);
    diff(&project, "9", "live").code(2).says("no migration with version 9");
}

#[test]
fn an_empty_database_is_the_beginning() {
    let project = applied();
    same(&project, "empty", "0");
    let ran = diff(&project, "live", "empty").code(3);
    assert_eq!(ran.stdout.matches("\n- table ").count() + usize::from(ran.stdout.starts_with("- table ")), 3);
    project.migrate(&["down", "--all", "--yes"]).ok().prints("3 migrations rolled back");
    same(&project, "live", "empty");
}

#[test]
fn a_snapshot_is_the_schema_of_that_moment() {
    let project = applied();
    let ran = project.migrate(&["diff", "--snapshot", "then.json"]).ok();
    assert!(ran.stdout.starts_with("then.json: "), "{}", ran.stdout);
    same(&project, "then.json", "live");
    project.client().batch_execute("create table later (); comment on table t1 is E'line\\nline'").unwrap();
    let ran = diff(&project, "then.json", "live").code(3).prints("+ table public.later").prints("~ table public.t1");
    assert!(ran.stdout.contains("then.json (-)"), "{}", ran.stdout);
    project.migrate(&["diff", "--from", "2", "--snapshot", "then.json", "--json"]).ok();
    same(&project, "then.json", "2");
}

#[test]
fn what_is_no_snapshot_of_ours_is_refused() {
    let project = applied();
    project.migrate(&["diff", "--snapshot", "s.json"]).ok().prints("s.json");
    let text = std::fs::read_to_string(project.path().join("s.json")).unwrap();
    let newer = text.replacen("\"version\":1", "\"version\":999", 1);
    project.file("newer.json", newer);
    diff(&project, "newer.json", "live").code(2).says("version 999").says("--snapshot FILE");
    project.file("cut.json", text.lines().take(3).collect::<Vec<_>>().join("\n"));
    diff(&project, "cut.json", "live").code(2).says("cut or edited");
    project.file("other.json", "{\"format\": \"something\"}\n");
    diff(&project, "other.json", "live").code(2).says("is no snapshot");
    diff(&project, "missing.json", "live").code(2).says("a side is `live`");
}

#[test]
fn revisions_are_read_without_the_working_tree() {
    let project = applied();
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        let identity = ["-c", "user.name=x", "-c", "user.email=x@example.com"];
        succeed(command.current_dir(project.path()).args(identity).args(arguments).env("HOME", project.path()));
    };
    git(&["init", "-q"]);
    git(&["add", "."]);
    git(&["commit", "-qm", "first"]);
    git(&["tag", "v1"]);
    project.pair("004_more", "create table more (id int);\n", "drop table more;\n");
    std::fs::remove_file(project.path().join("migrations/001_t1.sql")).unwrap();
    std::fs::remove_file(project.path().join("rollbacks/001_t1.sql")).unwrap();
    same(&project, "git:v1", "live");
    let ran = diff(&project, "git:HEAD", "expected").code(3).prints("- table public.t1").prints("+ table public.more");
    assert!(ran.stdout.contains("only in the migrations of HEAD ("), "{}", ran.stdout);
    diff(&project, "git:v2", "live").code(2).says("git knows no revision `v2`");
    diff(&project, "git:--output=/tmp/x", "live").code(2).says("git knows no revision");
}

#[test]
fn outside_a_repository_that_is_said() {
    let project = applied();
    diff(&project, "git:HEAD", "live").code(2).says("not a git repository");
}

#[test]
fn environments_are_sides_without_a_password_on_the_command_line() {
    let project = applied();
    let other = Project::on(Cluster::shared().database());
    let with_password = other.url.replace("postgres@", "postgres:hunter2@");
    project.file("migrate.toml", format!("[env.staging]\nurl = \"{with_password}\"\n"));
    let ran = diff(&project, "env:staging", "live").code(3).prints("+ table public.t1");
    assert!(!format!("{ran:?}").contains("hunter2"));
    diff(&project, "env:production", "live").code(2).says("no environment `production` with a url");
}

#[test]
fn two_other_databases_need_no_target() {
    let (a, b) = (applied(), applied());
    let project = Project::on("postgres://nobody@127.0.0.1:1/x".to_owned());
    same(&project, &a.url, &b.url);
    b.client().batch_execute("drop table t3").unwrap();
    diff(&project, &a.url, &b.url).code(3).prints("- table public.t3");
}

#[test]
fn what_another_major_version_words_otherwise_is_no_difference() {
    let role = format!("granted_{}", std::process::id());
    Cluster::shared().sql(&format!("create role {role}"));
    let project = Project::new();
    let sql = format!(
        "create table t (id int, a text); grant all on t to {role}; create extension pg_trgm; create view v as select id, a from t where id > 1"
    );
    project.client().batch_execute(&sql).unwrap();
    project.migrate(&["diff", "--snapshot", "s.json"]).ok().prints("s.json");
    let text = std::fs::read_to_string(project.path().join("s.json")).unwrap();
    // As PostgreSQL 17 says the same.
    let at_17 = |text: &str| {
        let version = text.split("\"server_version\":").nth(1).and_then(|rest| rest.split(',').next()).unwrap();
        text.replacen(version, "170002", 1)
            .replace(&format!("{role}=Dadrtwx"), &format!("{role}=Dadmrtwx"))
            .replace(
                "SELECT t.id,\\n    t.a\\n   FROM public.t\\n  WHERE (t.id > 1)",
                "SELECT id,\\n    a\\n   FROM public.t\\n  WHERE (id > 1)",
            )
            .replace("{\"in_schema\":\"public\"}", "{\"in_schema\":\"public\",\"version\":\"1.99\"}")
    };
    let newer = at_17(&text);
    assert_eq!(
        [newer.matches("Dadmrtwx").count(), newer.matches("1.99").count(), newer.matches("SELECT id").count()],
        [1, 1, 1],
        "{text}"
    );
    project.file("newer.json", newer);
    same(&project, "newer.json", "live");
    same(&project, "live", "newer.json");
    project.client().batch_execute("create or replace view v as select id, a from t where id > 2").unwrap();
    diff(&project, "newer.json", "live").code(3).prints("~ view public.v");
}
