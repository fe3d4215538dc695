//! One database, two ledgers.

use crate::project::Project;
use crate::supabase_cli::{remote, supabase};
use crate::support::Cluster;

#[test]
fn theirs_lists_an_empty_database() {
    let cluster = Cluster::shared();
    let project = Project::new();
    project.file("supabase/config.toml", "project_id = \"shop\"\n");
    let target = remote(cluster.port, "postgres", &cluster.create_database());
    let output = supabase(project.path(), &["migration", "list", &target, "--output-format", "json"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let list: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(list["migrations"].as_array().unwrap().len(), 0, "{list}");
}
