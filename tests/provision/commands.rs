//! `migrate db run`: databases for as long as a command runs.

use crate::{cluster, databases, project_on};

/// What psql says of the database that the environment leads to.
const TABLES: &str =
    "psql -XAtc \"select string_agg(tablename, ' ' order by tablename) from pg_tables where schemaname = 'public'\"";

#[test]
fn the_command_finds_its_database_in_pg_variables_and_in_the_url() {
    let cluster = cluster();
    let project = project_on(&cluster);
    let script = format!("{TABLES}; psql -XAtd \"$DATABASE_URL\" -c 'select current_database()'; echo $PGDATABASE");
    let ran = project.migrate(&["db", "run", "--", "sh", "-c", &script]).ok();
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(lines[0], "t1");
    assert!(lines[1].starts_with("migrate_run_") && lines[1] == lines[2], "{lines:?}");
    assert_eq!(databases(&cluster, "migrate\\_run%"), [""; 0], "it is dropped at the end");
}

#[test]
fn several_databases_have_numbered_urls_and_are_apart() {
    let cluster = cluster();
    let project = project_on(&cluster);
    let script = "for url in \"$DATABASE_URL_1\" \"$DATABASE_URL_2\" \"$DATABASE_URL_3\"; do \
                    psql -XAtqd \"$url\" -c 'insert into t1 values (1)' -c 'select count(*), current_database() from t1'; \
                  done; test \"$DATABASE_URL\" = \"$DATABASE_URL_1\" && test -z \"$DATABASE_URL_4\"";
    let ran = project.migrate(&["db", "run", "--count", "3", "--", "sh", "-c", script]).ok();
    let mut lines: Vec<&str> = ran.stdout.lines().collect();
    assert!(lines.iter().all(|line| line.starts_with("1|migrate_run_")), "{lines:?}");
    lines.dedup();
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert_eq!(databases(&cluster, "migrate\\_run%"), [""; 0]);
}

#[test]
fn the_exit_code_is_the_commands() {
    let cluster = cluster();
    let project = project_on(&cluster);
    let _ = project.migrate(&["db", "run", "--", "sh", "-c", "exit 0"]).ok();
    let _ = project.migrate(&["db", "run", "--", "sh", "-c", "exit 7"]).code(7);
    let _ = project.migrate(&["db", "run", "--", "sh", "-c", "kill -KILL $$"]).code(128 + 9);
    let ran = project.migrate(&["db", "run", "--", "/nowhere/pytest"]).code(1);
    ran.says("failed to run /nowhere/pytest: ");
    assert_eq!(databases(&cluster, "migrate\\_run%"), [""; 0], "also where the command could not be run");
}

#[test]
fn variables_that_lead_elsewhere_do_not_reach_the_command() {
    let cluster = cluster();
    let project = project_on(&cluster);
    let output = project
        .command(&["db", "run", "--", "sh", "-c", TABLES])
        .env("PGDATABASE", "elsewhere")
        .env("PGPORT", "1")
        .env("PGHOST", "192.0.2.1")
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "t1\n", "{}", String::from_utf8_lossy(&output.stderr));
}
