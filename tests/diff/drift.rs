//! `status --drift`: what was changed by hand, as against what is pending.

use crate::project::Project;
use crate::support::{Cluster, Setup};

fn applied(count: usize) -> Project {
    let project = Project::new();
    project.tables(count);
    project.migrate(&["up"]).ok().prints("applied");
    project
}

#[test]
fn what_is_pending_is_no_drift() {
    let project = applied(2);
    project.tables(4);
    let ran = project.migrate(&["status", "--drift"]).ok();
    assert!(ran.stdout.ends_with("2 applied, 2 pending\nno drift\n"), "{}", ran.stdout);
    assert_eq!(project.migrate(&["diff", "--to", "applied", "--check"]).ok().stdout, "no differences\n");
    project.migrate(&["diff", "--check"]).code(3).prints("+ table public.t3");
    project.migrate(&["up", "--to", "3"]).ok().prints("applied");
    project.migrate(&["status", "--drift"]).ok().prints("no drift");
}

#[test]
fn what_was_changed_by_hand_is_named() {
    let project = applied(2);
    project
        .client()
        .batch_execute("alter table t1 add x int; drop table t2; create view by_hand as select 1 as a")
        .unwrap();
    project.migrate(&["status", "--check"]).ok().prints("2 applied");
    let ran = project.migrate(&["status", "--drift", "--check"]).code(3);
    assert!(ran.stdout.contains("drifted: 6 differences from what the migrations made"), "{}", ran.stdout);
    for line in
        ["\n  added   column public.t1.x\n", "\n  removed table public.t2\n", "\n  added   view public.by_hand\n"]
    {
        assert!(ran.stdout.contains(line), "{line}{}", ran.stdout);
    }
    let json = project.migrate(&["status", "--drift", "--json"]).ok().json();
    assert_eq!(json["drift"]["drifted"], true);
    assert_eq!(json["clean"], false);
    assert_eq!(json["drift"]["differences"].as_array().unwrap().len(), 6);
    assert!(project.migrate(&["status", "--json"]).ok().json()["drift"].is_null());
}

#[test]
fn where_files_were_changed_it_cannot_be_told() {
    let project = applied(2);
    project.file("migrations/002_t2.sql", "create table t2 (id bigint);\n");
    let ran = project.migrate(&["status", "--drift", "--check"]).code(3);
    assert!(ran.stdout.contains("drift cannot be told: what is applied cannot be built: 002_t2 is changed"), "{ran:?}");
    project.migrate(&["diff", "--to", "applied"]).code(6).says("002_t2 is changed");
    assert!(project.migrate(&["status", "--drift", "--json"]).ok().json()["drift"]["drifted"].is_null());
}

#[test]
fn a_database_without_a_ledger_is_compared_with_nothing() {
    let project = Project::new();
    project.tables(1);
    project.migrate(&["status", "--drift"]).ok().prints("no drift");
    project.client().batch_execute("create table theirs ()").unwrap();
    project.migrate(&["status", "--drift"]).ok().prints("added   table public.theirs");
}

#[test]
fn what_the_project_expects_of_its_server_is_no_drift_before_it_is_there() {
    let cluster = Cluster::start(&Setup::default());
    let project = Project::on(cluster.database());
    project.tables(1).file("migrate.toml", "platform = \"supabase\"\n");
    project.migrate(&["status", "--drift"]).ok().prints("0 applied, 1 pending\nno drift");
    project.migrate(&["up", "--stand-in"]).ok().prints("1 migration applied");
    project.migrate(&["status", "--drift", "--check"]).ok().prints("1 applied, 0 pending\nno drift");
}
