//! Passwords: odd, wrong, absent, typed in the wrong place, and never shown.

use std::process::Command;
use std::sync::OnceLock;

use crate::project::{Project, Ran, wait_for};
use crate::support::{Cluster, Setup};

const SECRET: &str = "p@ss:w/o%rd";
const IN_URL: &str = "p%40ss%3Aw%2Fo%25rd";

/// A server that asks for passwords through TCP.
fn cluster() -> &'static Cluster {
    static SERVER: OnceLock<Cluster> = OnceLock::new();
    SERVER.get_or_init(|| {
        let cluster = Cluster::start(&Setup { hba: "host all all all scram-sha-256", ..Setup::default() });
        cluster.sql(&format!("create role app login superuser password '{SECRET}'"));
        cluster
    })
}

/// A project on a database of its own, with a password in its URL.
fn project(password: &str) -> Project {
    Project::on(format!("postgres://app{password}@127.0.0.1:{}/{}", cluster().port, cluster().create_database()))
}

fn assert_hidden(text: &str) {
    for secret in [SECRET, IN_URL, "hunter2", "w%2Fo", "w/o%"] {
        assert!(!text.contains(secret), "{secret} is in: {text}");
    }
}

fn hidden(ran: Ran) -> Ran {
    assert_hidden(&ran.stdout);
    assert_hidden(&ran.stderr);
    ran
}

#[test]
fn an_odd_password_works_and_is_nowhere_in_output_or_ledger() {
    let project = project(&format!(":{IN_URL}"));
    project.tables(2).pair("003_bad", "SELECT 1/0;", "SELECT 1;");
    for json in [&[][..], &["--json"]] {
        let run = |arguments: &[&str], code: i32| hidden(project.migrate(&[arguments, json].concat()).code(code));
        run(&["up"], 1);
        run(&["status"], 0);
        run(&["history"], 0);
        run(&["up", "--dry-run"], 0);
        run(&["plan"], 0);
        run(&["down", "--yes"], 0);
        run(&["release", "list"], 0);
        run(&["verify", "--no-prove"], 0);
    }
    let dump = Command::new("pg_dump").args(["--schema=migrate", "-d", &project.url]).output().unwrap();
    assert!(dump.status.success());
    let dump = String::from_utf8(dump.stdout).unwrap();
    assert!(dump.contains("division by zero"), "the journal's rows are in it");
    assert_hidden(&dump);
}

#[test]
fn a_wrong_password_and_none_are_told_apart() {
    for json in [&["status"][..], &["status", "--json"]] {
        let wrong = hidden(project(":hunter2").migrate(json).code(1));
        let none = hidden(project("").migrate(json).code(1));
        let said = |ran: &Ran| format!("{}{}", ran.stdout, ran.stderr);
        assert!(said(&wrong).contains("refused the password of user"), "{wrong:?}");
        assert!(said(&none).contains("asks for the password of user"), "{none:?}");
    }
    let project = project("");
    let output = project.command(&["status"]).env("PGPASSWORD", SECRET).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_url_typed_in_the_wrong_place_is_shown_without_its_password() {
    let project = project("");
    let url = "postgres://app:hunter2@127.0.0.1/shop";
    for arguments in [
        &[url][..],
        &["up", url],
        &["up", "--to", url],
        &["status", "--env", url],
        &["status", "--dir", url],
        &["status", "--json", "--env", url],
        &["up", "--json", url],
        &["status", "--url", "postgres://app:hunter2@127.0.0.1:port/shop"],
        &["status", "--url", "host=127.0.0.1", "password=hunter2"],
    ] {
        let ran = hidden(project.migrate(arguments));
        assert_ne!(ran.code, 0, "{arguments:?}");
    }
    let ran = project.migrate(&["up", url]).code(2);
    ran.says("unexpected argument 'postgres://app:…@127.0.0.1/shop' found");
}

/// What `ps` shows of a run. A password in `--url` is seen there, as docs/configuration.md says.
#[test]
fn the_list_of_processes_does_not_hold_a_password_from_the_environment() {
    let project = project(&format!(":{IN_URL}"));
    project.pair("001_slow", "SELECT pg_sleep(1);", "SELECT 1;");
    let child = project.start(&["up"]);
    let here = "select count(*) from pg_stat_activity where datname = current_database() and query like '%pg_sleep(1)%' and pid <> pg_backend_pid()";
    wait_for("the run", || project.value(here) != "0");
    let line = std::fs::read_to_string(format!("/proc/{}/cmdline", child.id())).unwrap();
    assert!(line.ends_with("migrate\0up\0"), "{line}");
    let activity = "select string_agg(concat_ws(' ', application_name, query), ' ') from pg_stat_activity";
    assert_hidden(&project.value(activity));
    assert!(child.wait_with_output().unwrap().status.success());
}
