//! What must be survived: the program killed, interrupted, its template's build failing, somebody in the way.

use std::process::{Child, Command};

use crate::project::{Project, wait_for};
use crate::support::Cluster;
use crate::{cluster, databases, project_on, template, value};

/// A command that says when it runs, and then waits.
const WAITS: [&str; 6] = ["db", "run", "--", "sh", "-c", "touch started; exec sleep 300"];

/// Starts a command with a database and waits until it runs.
fn started(project: &Project) -> Child {
    let child = project.start(&WAITS);
    wait_for("the command", || project.path().join("started").exists());
    child
}

fn signal(name: &str, id: u32) {
    assert!(Command::new("kill").args([&format!("-{name}"), &id.to_string()]).status().unwrap().success());
}

/// The process that a program started.
fn child_of(id: u32) -> Option<u32> {
    let output = Command::new("ps").args(["-o", "pid=", "--ppid", &id.to_string()]).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().parse().ok()
}

#[test]
fn after_kill_9_the_next_command_leaves_nothing_behind() {
    let cluster = cluster();
    let project = project_on(&cluster);
    let mut child = started(&project);
    let orphan = child_of(child.id()).unwrap();
    signal("KILL", child.id());
    child.wait().unwrap();
    let left = databases(&cluster, "migrate\\_run%");
    assert_eq!(left.len(), 1, "nobody could clean up yet");
    // Somebody whom the killed program started is still in there.
    let url = project.url.replace("/postgres?", &format!("/{}?", left[0]));
    let _visitor = postgres::Client::connect(&url, postgres::NoTls).unwrap();
    let ran = project.migrate(&["db", "clone"]).ok();
    ran.says(&format!("dropped {}, whose owner has ended", left[0]));
    assert_eq!(databases(&cluster, "migrate\\_run%"), [""; 0]);
    signal("KILL", orphan);
}

#[test]
fn a_running_commands_database_is_left_alone() {
    let cluster = cluster();
    let project = project_on(&cluster);
    let mut child = started(&project);
    let held = databases(&cluster, "migrate\\_run%");
    let _ = project.migrate(&["db", "clone"]).ok();
    let _ = project.migrate(&["db", "drop", "--all"]).ok();
    assert_eq!(databases(&cluster, "migrate\\_run%"), held);
    signal("TERM", child.id());
    child.wait().unwrap();
}

#[test]
fn sigterm_ends_the_command_and_drops_its_database() {
    let cluster = cluster();
    let project = project_on(&cluster);
    let mut child = started(&project);
    let inner = child_of(child.id()).unwrap();
    signal("TERM", child.id());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(!std::path::Path::new(&format!("/proc/{inner}")).exists(), "the command has ended");
    assert_eq!(databases(&cluster, "migrate\\_run%"), [""; 0]);
}

#[test]
fn ctrl_c_reaches_a_command_that_may_clean_up_and_say_how_it_ended() {
    let cluster = cluster();
    let project = project_on(&cluster);
    let script = "trap 'psql -XAtqc \"select 42\" > last; exit 3' INT; touch started; while :; do sleep 0.05; done";
    let mut command = project.command(&["db", "run", "--", "sh", "-c", script]);
    // As on a terminal: the signal goes to the whole group.
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = command.spawn().unwrap();
    wait_for("the command", || project.path().join("started").exists());
    let group = format!("-{}", child.id());
    assert!(Command::new("kill").args(["-INT", "--", &group]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(3), "the command's own exit code");
    assert_eq!(std::fs::read_to_string(project.path().join("last")).unwrap(), "42\n", "the database was still there");
    assert_eq!(databases(&cluster, "migrate\\_run%"), [""; 0]);
}

#[test]
fn ctrl_c_that_only_we_got_is_passed_on() {
    let cluster = cluster();
    let project = project_on(&cluster);
    let mut child = started(&project);
    signal("INT", child.id());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(databases(&cluster, "migrate\\_run%"), [""; 0]);
}

#[test]
fn a_template_whose_build_failed_is_never_used() {
    let cluster = cluster();
    let project = project_on(&cluster);
    project.pair("002_wrong", "create table half (); select 1 / 0;\n", "drop table half;\n");
    for _ in 0..2 {
        let ran = project.migrate(&["db", "clone"]).code(1);
        ran.says("could not be built").says("division by zero");
        assert_eq!(databases(&cluster, "migrate%"), [""; 0], "nothing is left of it");
    }
    project.pair("002_wrong", "create table whole ();\n", "drop table whole;\n");
    let url = project.migrate(&["db", "clone"]).ok().stdout;
    assert_eq!(value(url.trim(), "select to_regclass('whole') is not null and to_regclass('half') is null"), "t");
}

#[test]
fn a_killed_build_is_no_template_and_is_dropped() {
    let cluster = cluster();
    let project = project_on(&cluster);
    project.pair("002_slow", "select pg_sleep(300);\n", "select;\n");
    let mut child = project.start(&["db", "clone"]);
    wait_for("the build", || running(&cluster, "pg_sleep(300)"));
    signal("KILL", child.id());
    child.wait().unwrap();
    assert_eq!(databases(&cluster, "migrate\\_build\\_%").len(), 1);
    project.pair("002_slow", "select;\n", "select;\n");
    let _ = project.migrate(&["db", "clone"]).ok();
    assert_eq!(databases(&cluster, "migrate\\_build\\_%"), [""; 0]);
    let _ = template(&cluster);
}

#[test]
fn an_interrupted_build_leaves_nothing() {
    let cluster = cluster();
    let project = project_on(&cluster);
    project.pair("002_slow", "select pg_sleep(300);\n", "select;\n");
    let mut child = project.start(&["db", "run", "--", "true"]);
    wait_for("the build", || running(&cluster, "pg_sleep(300)"));
    signal("INT", child.id());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(databases(&cluster, "migrate%"), [""; 0]);
}

#[test]
fn somebody_in_the_template_is_sent_away() {
    let cluster = cluster();
    let project = project_on(&cluster);
    let _ = project.migrate(&["db", "clone"]).ok();
    let template = template(&cluster);
    let inside = project.url.replace("/postgres?", &format!("/{template}?"));
    let refused = postgres::Client::connect(&inside, postgres::NoTls).err().unwrap();
    assert_eq!(refused.code().unwrap().code(), "55000", "not currently accepting connections: {refused:?}");
    cluster.sql(&format!("alter database {template} allow_connections true"));
    let mut visitor = postgres::Client::connect(&inside, postgres::NoTls).unwrap();
    let _ = project.migrate(&["db", "clone"]).ok();
    assert!(visitor.simple_query("select 1").is_err(), "nobody can be in a template that is copied");
}

#[test]
fn a_template_that_is_dropped_by_hand_is_built_again() {
    let cluster = cluster();
    let project = project_on(&cluster);
    let _ = project.migrate(&["db", "clone"]).ok();
    cluster.sql(&format!("drop database {}", template(&cluster)));
    let _ = project.migrate(&["db", "clone"]).ok().says("built migrate_template_");
}

#[test]
fn without_createdb_it_says_what_to_grant_and_with_it_nothing_more_is_needed() {
    let cluster = cluster();
    let project = project_on(&cluster);
    cluster.sql("create role plain login");
    let url = project.url.replace("postgres@", "plain@");
    let mut command = project.command(&["db", "clone"]);
    let output = command.env("DATABASE_URL", &url).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("ALTER ROLE \"plain\" CREATEDB"), "{said}");
    cluster.sql("alter role plain createdb");
    let output = project
        .command(&["db", "run", "--", "psql", "-XAtqc", "insert into t1 values (1) returning id"])
        .env("DATABASE_URL", &url)
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "1\n", "{}", String::from_utf8_lossy(&output.stderr));
    // Whose a template is owns what is in there: another role has its own.
    let _ = project.migrate(&["db", "clone"]).ok();
    assert_eq!(databases(&cluster, "migrate\\_template\\_%").len(), 2);
}

#[test]
fn createdb_alone_has_the_stand_in_once_its_roles_are_granted() {
    let cluster = cluster();
    cluster.sql("create role plain login createdb");
    let project = project_on(&cluster);
    project.file("migrate.toml", "platform = \"supabase\"\n");
    let as_plain = project.url.replace("postgres@", "plain@");
    let run = ["db", "run", "--url", &as_plain, "--", "psql", "-XAtc", "select auth.uid() is null"];
    let ran = project.migrate(&run).code(1);
    let ran = ran.says("`migrate db clone` makes them").says("`GRANT anon, authenticated, service_role TO \"plain\"`");
    drop(ran);
    let _ = project.migrate(&["db", "clone"]).ok();
    cluster.sql("grant anon, authenticated, service_role to plain");
    assert_eq!(project.migrate(&run).ok().stdout, "t\n");
}

fn running(cluster: &Cluster, query: &str) -> bool {
    cluster
        .sql(&format!("select count(*) from pg_stat_activity where query like '%{query}%' and pid <> pg_backend_pid()"))
        != "0"
}
