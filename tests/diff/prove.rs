//! `verify`: every pair run up, down, up in a scratch database.

use crate::project::Project;
use crate::support::{Cluster, Setup};

#[test]
fn pairs_that_hold_are_proven_and_the_target_is_not_touched() {
    let project = Project::new();
    project.tables(2).pair(
        "003_index",
        "-- migrate: no-transaction\ncreate index concurrently i on t1 (id);\n",
        "-- migrate: no-transaction\ndrop index concurrently i;\n",
    );
    project.file("migrations/004_last.sql", "-- migrate: irreversible: to see it\ncreate table t4 ();\n");
    project.migrate(&["verify"]).ok().prints("4 pairs verified against the ledger, 3 proven, 0 problems");
    assert_eq!(project.value("select count(*) from pg_class where relname in ('t1', 't4')"), "0");
}

#[test]
fn a_rollback_that_leaves_something_is_named() {
    let project = Project::new();
    project.tables(1).pair("002_more", "create table a (); create table b ();\n", "drop table a;\n");
    let ran = project.migrate(&["verify"]).code(3);
    assert!(
        ran.stdout.contains("002_more: its rollback does not leave what was there before: table public.b left over"),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.contains("1 proven, 1 problem"), "{}", ran.stdout);
}

#[test]
fn a_rollback_that_takes_too_much_or_changes_the_rest_is_named() {
    let project = Project::new();
    project.tables(1).pair(
        "002_view",
        "create view v as select id from t1;\n",
        "drop view v; comment on table t1 is 'left';\n",
    );
    project.migrate(&["verify"]).code(3).prints("table public.t1 changed");
    let project = Project::new();
    project.tables(1).pair("002_view", "create view v as select id from t1;\n", "drop table t1 cascade;\n");
    project.migrate(&["verify"]).code(3).prints("table public.t1 gone");
}

#[test]
fn a_rollback_that_fails_is_named() {
    let project = Project::new();
    project.pair("001_wrong", "create table a ();\n", "drop table b;\n");
    project.migrate(&["verify"]).code(3).prints("001_wrong").prints("\"b\" does not exist");
    assert_eq!(project.migrate(&["verify", "--json"]).code(3).json()["proven"], 0);
    assert!(project.migrate(&["verify", "--no-prove", "--json"]).ok().json()["proven"].is_null());
}

#[test]
fn the_bundled_pairs_are_proven() {
    let cluster = Cluster::start(&Setup::default());
    let project = Project::on(cluster.database());
    for folder in ["migrations", "rollbacks"] {
        std::fs::remove_dir(project.path().join(folder)).unwrap();
    }
    let ran = project.migrate(&["verify", "--json", "--stand-in"]).ok().json();
    assert_eq!(ran["proven"], ran["pairs"]);
    assert_eq!(cluster.sql("select count(*) from pg_database where datname like 'migrate%'"), "0");
}
