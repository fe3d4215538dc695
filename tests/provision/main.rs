//! Databases on demand, through the built program, against real servers.
#![expect(clippy::unwrap_used, clippy::panic, reason = "whatever fails here fails the test")]

#[path = "../support/mod.rs"]
#[expect(dead_code, reason = "other suites use what this one does not")]
mod support;

#[path = "../support/project.rs"]
#[expect(dead_code, reason = "other suites use what this one does not")]
mod project;

mod action;
mod cold;
mod commands;
mod ephemeral;
mod faults;
mod library;
mod named;
mod output;
mod pages;
mod templates;

use project::Project;
use support::{Cluster, Setup};

/// A server of one's own, where nothing but the test makes databases.
fn cluster() -> Cluster {
    Cluster::start(&Setup::default())
}

/// The names of the databases that match a pattern of LIKE, sorted.
fn databases(cluster: &Cluster, pattern: &str) -> Vec<String> {
    let found = cluster.sql(&format!("select datname from pg_database where datname like '{pattern}' order by 1"));
    found.lines().map(str::to_owned).collect()
}

/// The single template of a server.
fn template(cluster: &Cluster) -> String {
    let found = databases(cluster, "migrate\\_template\\_%");
    assert_eq!(found.len(), 1, "{found:?}");
    found[0].clone()
}

/// A project with one table on a server: its URL leads to the database `postgres`.
fn project_on(cluster: &Cluster) -> Project {
    let url = format!("postgres://postgres@/postgres?host={}&port={}", cluster.socket().display(), cluster.port);
    let project = Project::on(url);
    project.tables(1);
    project
}

/// One value from the database of a URL.
fn value(url: &str, sql: &str) -> String {
    let rows = postgres::Client::connect(url, postgres::NoTls).unwrap().simple_query(sql).unwrap();
    let row = rows.iter().find_map(|message| match message {
        postgres::SimpleQueryMessage::Row(row) => Some(row.get(0).unwrap_or("NULL").to_owned()),
        _ => None,
    });
    row.unwrap_or_else(|| "no row".to_owned())
}
