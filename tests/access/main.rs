//! `migrate access`, through the built program: small schemas that show each sort of cell.
#![expect(clippy::unwrap_used, clippy::panic, reason = "whatever fails here fails the test")]

#[path = "../support/mod.rs"]
#[expect(dead_code, reason = "other suites use what this one does not")]
mod support;

#[path = "../support/project.rs"]
#[expect(dead_code, reason = "other suites use what this one does not")]
mod project;

mod cells;
mod check;
mod identities;
mod live;

use project::Project;
use support::{Cluster, Setup};

/// The people of these tests: nobody, Ann, and the service.
const PEOPLE: &str = "\
platform = 'supabase'
[access]
fixture = 'fixture.sql'
[[access.identities]]
name = 'anon'
role = 'anon'
[[access.identities]]
name = 'ann'
role = 'authenticated'
claims.sub = '00000000-0000-4000-8000-00000000000a'
[[access.identities]]
name = 'service'
role = 'service_role'
";

/// A project of one migration on a server of its own, where the roles are its own too.
fn project(up: &str, fixture: &str) -> (Cluster, Project) {
    let cluster = Cluster::start(&Setup::default());
    let project = Project::on(cluster.database());
    project.file("migrate.toml", PEOPLE);
    project.file("fixture.sql", fixture);
    project.pair("001_schema", up, "select;\n");
    // The roles must be there before the scratch database is made, which then finds them.
    project.migrate(&["up", "--stand-in"]).ok().prints("1 migration applied");
    (cluster, project)
}

/// What the program prints about a schema.
fn matrix(up: &str, fixture: &str) -> String {
    let (_cluster, project) = project(up, fixture);
    project.migrate(&["access"]).ok().says("wrote ").stdout
}

/// Demands a text, line by line the same.
fn same(found: &str, expected: &str) {
    assert_eq!(found.trim_end(), expected.trim_end(), "\nfound:\n{found}\nexpected:\n{expected}");
}
