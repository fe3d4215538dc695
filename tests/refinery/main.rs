//! One ledger, two programs: a real service that embeds refinery, in both widths of its version column and with both of
//! its drivers, and `migrate`.
#![expect(clippy::unwrap_used, clippy::panic, reason = "whatever fails here fails the test")]

#[path = "../support/project.rs"]
#[expect(dead_code, reason = "other suites use what this one does not")]
mod project;
mod service;
#[path = "../support/mod.rs"]
#[expect(dead_code, reason = "other suites use what this one does not")]
mod support;

mod changed;
mod first;
mod places;
mod shared;

use project::Project;

/// The service's own place for the ledger must exist before it can make its table there.
fn with_schema() -> Project {
    let project = Project::new();
    project.client().batch_execute("CREATE SCHEMA migrate").unwrap();
    project
}

/// Three pairs that refinery reads as well; with timestamps where the service is a wide one.
fn three(project: &Project, width: &str) -> [&'static str; 3] {
    let versions =
        if width == "int8" { ["20260101000000", "20260102000000", "20260103000000"] } else { ["1", "2", "3"] };
    for (n, version) in versions.iter().enumerate() {
        let (up, down) = (format!("CREATE TABLE t{n} (id int PRIMARY KEY);\n"), format!("DROP TABLE t{n};\n"));
        project.file(&format!("migrations/V{version}__t{n}.sql"), up);
        project.file(&format!("rollbacks/{version}_drop_t{n}.sql"), down);
    }
    versions
}

/// The standings that `status` tells.
fn standings(project: &Project) -> String {
    let status = project.migrate(&["status", "--json"]).ok().json();
    let words = status["migrations"].as_array().unwrap().iter().map(|m| m["standing"].as_str().unwrap().to_owned());
    words.collect::<Vec<_>>().join(" ")
}

/// Which of the three tables are there.
fn tables(project: &Project) -> String {
    project.value("select coalesce(string_agg(tablename, ' ' order by tablename), '') from pg_tables where schemaname = 'public' and tablename ~ '^t[0-9]$'")
}
