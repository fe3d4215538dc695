//! `migrate bench`, through the built program, on a small schema with 200,000 rows in one table.
#![expect(clippy::unwrap_used, clippy::panic, reason = "whatever fails here fails the test")]

#[path = "../support/mod.rs"]
#[expect(dead_code, reason = "other suites use what this one does not")]
mod support;

#[path = "../support/project.rs"]
#[expect(dead_code, reason = "other suites use what this one does not")]
mod project;

mod limits;
mod people;
mod plans;
mod queries;
mod runs;

use std::sync::OnceLock;

use project::{Project, Ran};

/// A project of the tests' one database, which nobody changes, with some queries: name and text.
fn project(queries: &[(&str, &str)]) -> Project {
    static URL: OnceLock<String> = OnceLock::new();
    let url = URL.get_or_init(|| {
        let project = Project::new();
        project.file("migrate.toml", "platform = 'supabase'\n");
        project.pair("001_schema", include_str!("schema.sql"), "select;\n");
        project.migrate(&["up", "--stand-in"]).ok().prints("1 migration applied");
        project.url.clone()
    });
    let project = Project::on(url.clone());
    project.file("migrate.toml", "platform = 'supabase'\n");
    for (name, text) in queries {
        project.file(&format!("bench/queries/{name}.sql"), text);
    }
    project
}

/// Some runs of the queries, as JSON.
fn measured(queries: &[(&str, &str)], more: &[&str]) -> serde_json::Value {
    ran(queries, more).ok().json()
}

/// Some runs of the queries: twelve by three clients, if nothing else is said.
fn ran(queries: &[(&str, &str)], more: &[&str]) -> Ran {
    let mut arguments = [&["bench", "--json"], more].concat();
    for (option, value) in [("--runs", "12"), ("--clients", "3")] {
        if !more.contains(&option) {
            arguments.extend([option, value]);
        }
    }
    project(queries).migrate(&arguments)
}
