//! What scripts read: one URL a line, variables, JSON; and never a password that nobody asked for.

use crate::project::Project;
use crate::support::{Cluster, Setup};
use crate::{cluster, project_on, value};

#[test]
fn one_url_a_line() {
    let cluster = cluster();
    let project = project_on(&cluster);
    let ran = project.migrate(&["db", "clone", "--count", "5", "--quiet"]).ok();
    assert_eq!(ran.stderr, "");
    assert_eq!(ran.stdout.lines().count(), 5);
    for url in ran.stdout.lines() {
        assert_eq!(value(url, "select count(*) from t1"), "0");
    }
}

#[test]
fn variables_that_a_shell_can_read() {
    let cluster = cluster();
    let project = project_on(&cluster);
    let ran = project.migrate(&["db", "clone", "--count", "2", "--format", "env"]).ok();
    let script =
        format!("{}\npsql -XAtc 'select count(*) from t1' && psql -XAtd \"$DATABASE_URL_2\" -c 'select 2'", ran.stdout);
    let output =
        std::process::Command::new("sh").env_clear().env("PATH", "/usr/bin:/bin").args(["-c", &script]).output();
    let output = output.unwrap();
    // Assigned, and not exported: psql finds them only where the shell is told to export.
    assert!(!output.status.success());
    let output =
        std::process::Command::new("sh").env_clear().env("PATH", "/usr/bin:/bin").args(["-ac", &script]).output();
    assert_eq!(String::from_utf8(output.unwrap().stdout).unwrap(), "0\n2\n");
}

#[test]
fn json_has_names_urls_and_the_template() {
    let cluster = cluster();
    let project = project_on(&cluster);
    let first = project.migrate(&["db", "clone", "--json"]).ok().json();
    assert_eq!(first["built"], true);
    assert_eq!(project.migrate(&["db", "clone", "--json"]).ok().json()["built"], false);
    let name = first["databases"][0]["name"].as_str().unwrap();
    assert_eq!(value(first["databases"][0]["url"].as_str().unwrap(), "select current_database()"), name);
    let list = project.migrate(&["db", "list", "--json"]).ok().json();
    let entry = |kind: &str| list["databases"].as_array().unwrap().iter().find(|e| e["kind"] == kind).unwrap().clone();
    assert_eq!(entry("template")["name"], first["template"]);
    assert!(entry("clone")["expires_in_s"].as_i64().unwrap() > 3500);
    assert_eq!(entry("clone")["abandoned"], false);
    let dropped = project.migrate(&["db", "drop", "--all", "--json"]).ok().json();
    assert_eq!(dropped["dropped"].as_array().unwrap().len(), 3);
    assert_eq!(project.migrate(&["db", "list"]).ok().stdout, "no databases\n");
}

#[test]
fn a_password_is_passed_on_and_not_printed() {
    let hba = "local all guarded scram-sha-256\nhost all guarded all scram-sha-256\n";
    let cluster = Cluster::start(&Setup { hba: "", conf: "", ..Setup::default() });
    cluster.sql("create role guarded login createdb password 's3cret'");
    std::fs::write(
        cluster.socket().join("data/pg_hba.conf"),
        format!("{hba}local all all trust\nhost all all all trust\n"),
    )
    .unwrap();
    cluster.sql("select pg_reload_conf()");
    let project = Project::on(format!("postgres://guarded:s3cret@127.0.0.1:{}/postgres", cluster.port));
    project.tables(1);
    crate::project::wait_for("the password to be asked for", || {
        let output = project
            .command(&["db", "wait", "--timeout", "0s"])
            .env("DATABASE_URL", project.url.replace(":s3cret", ""))
            .output();
        !output.unwrap().status.success()
    });
    let hidden = project.migrate(&["db", "clone", "--format", "env"]).ok();
    assert!(!format!("{}{}", hidden.stdout, hidden.stderr).contains("s3cret"), "{hidden:?}");
    let _ = hidden.says("--with-password");
    let shown = project.migrate(&["db", "clone", "--with-password"]).ok().stdout;
    assert_eq!(value(shown.trim(), "select current_user"), "guarded");
    let ran = project.migrate(&["db", "run", "--", "psql", "-XAtc", "select current_user"]).ok();
    assert_eq!(ran.stdout, "guarded\n");
}

#[test]
fn waiting_has_a_bound() {
    let cluster = cluster();
    let project = project_on(&cluster);
    assert_eq!(project.migrate(&["db", "wait"]).ok().stdout, "ready\n");
    let nobody = format!("postgres://postgres@127.0.0.1:{}/postgres", crate::support::free_port());
    let begin = std::time::Instant::now();
    let ran = project.migrate(&["db", "wait", "--timeout", "1s", "--url", &nobody]).code(1);
    assert!(begin.elapsed() < std::time::Duration::from_secs(10));
    let _ = ran.says("did not accept queries within 1 s").says("--timeout");
}

#[test]
fn seeds_that_are_not_there_are_not_passed_over() {
    let cluster = cluster();
    let project = project_on(&cluster);
    let ran = project.migrate(&["db", "run", "--seed", "yoga-studio", "--", "true"]).code(2);
    let _ = ran.says("has no seeds");
}
