//! The bundled project before judges from outside, who know nothing of us: plpgsql_check, Supabase's advisors and its diff,
//! logical replication, and a restore on a clock that has gone on.
#![expect(clippy::unwrap_used, clippy::panic, reason = "whatever fails here fails the test")]

#[path = "../support/mod.rs"]
#[expect(dead_code, reason = "other suites use what this one does not")]
mod support;

#[path = "../support/project.rs"]
#[expect(dead_code, reason = "other suites use what this one does not")]
mod project;

#[path = "../support/supabase_cli.rs"]
mod supabase_cli;

mod advisors;
mod clock;
mod functions;
mod realtime;

use project::Project;
use support::Cluster;

/// The bundled project, applied to a database of a server.
fn bundled(cluster: &Cluster) -> Project {
    let project = Project::on(cluster.database());
    for folder in ["migrations", "rollbacks"] {
        std::fs::remove_dir(project.path().join(folder)).unwrap();
    }
    project.migrate(&["up", "--stand-in"]).ok().prints("migrations applied");
    project
}

/// The rows that `migrate access` tries on.
fn fill(project: &Project) {
    project.client().batch_execute(include_str!("../../access/fixture.sql")).unwrap();
}

/// The database's name.
fn database(project: &Project) -> String {
    project.value("select current_database()")
}
