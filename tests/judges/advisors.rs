//! Supabase's own judges, from its CLI: the advisors (splinter) and the schema diff.

use std::process::Output;

use crate::project::Project;
use crate::supabase_cli::{remote, supabase};
use crate::support::Cluster;
use crate::{bundled, database};

/// Runs the CLI on a database of a server.
fn run(project: &Project, cluster: &Cluster, database: &str, arguments: &[&str]) -> Output {
    project.file("supabase/config.toml", "project_id = \"bundled\"\n");
    let target = remote(cluster.port, "postgres", database);
    let mut all: Vec<&str> = arguments.to_vec();
    all.push(&target);
    supabase(project.path(), &all).output().unwrap()
}

/// What the advisors say, without indexes that nobody has used yet: nobody has queried this database.
fn advice(project: &Project, cluster: &Cluster) -> Vec<String> {
    let arguments = ["db", "advisors", "--level", "info", "--output-format", "json"];
    let output = run(project, cluster, &database(project), &arguments);
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let found = found["results"].as_array();
    let found = found.unwrap_or_else(|| panic!("no results: {}", String::from_utf8_lossy(&output.stderr)));
    let text = |finding: &serde_json::Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    let lines = found.iter().filter(|finding| text(finding, "name") != "unused_index");
    lines.map(|f| format!("{} {}: {}", text(f, "level"), text(f, "name"), text(f, "detail"))).collect()
}

#[test]
fn the_advisors_find_nothing_in_either_grant_mode() {
    for expose in ["", "expose_new_tables = true\n"] {
        let cluster = Cluster::shared();
        let project = Project::on(cluster.database());
        for folder in ["migrations", "rollbacks"] {
            std::fs::remove_dir(project.path().join(folder)).unwrap();
        }
        project.file("migrate.toml", format!("platform = \"supabase\"\n{expose}"));
        project.migrate(&["up", "--stand-in"]).ok().prints("migrations applied");
        assert_eq!(advice(&project, cluster), Vec::<String>::new(), "{expose}");
        let strict =
            run(&project, cluster, &database(&project), &["db", "advisors", "--level", "info", "--fail-on", "warn"]);
        assert!(strict.status.success(), "{}", String::from_utf8_lossy(&strict.stderr));
        // The advisors can find something.
        project
            .client()
            .batch_execute("create table public.forgotten (id int); grant select on forgotten to anon")
            .unwrap();
        let found = advice(&project, cluster).join("\n");
        assert!(found.contains("rls_disabled_in_public") && found.contains("no_primary_key"), "{found}");
    }
}

#[test]
fn supabases_diff_finds_nothing_between_before_and_after_down() {
    let cluster = Cluster::shared();
    let project = bundled(cluster);
    project.migrate(&["down", "--all", "--yes"]).ok().prints("rolled back");
    // What a project finds before its first migration: the stand-in and the ledger.
    let before = Project::on(cluster.database());
    before.file("migrate.toml", "platform = \"supabase\"\n");
    before.tables(1).migrate(&["up", "--stand-in"]).ok().prints("1 migration applied");
    before.migrate(&["down", "--all", "--yes"]).ok().prints("rolled back");
    let differences = || {
        project.file("supabase/config.toml", "project_id = \"bundled\"\n");
        let url = |of: &Project| format!("postgresql://postgres@127.0.0.1:{}/{}", cluster.port, database(of));
        let arguments = ["db", "diff", "--from", &url(&before), "--to", &url(&project)];
        let output = supabase(project.path(), &arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(differences().trim(), "");
    project.client().batch_execute("create table public.left_over (id int primary key)").unwrap();
    assert!(differences().contains("left_over"), "it finds what is there");
}
