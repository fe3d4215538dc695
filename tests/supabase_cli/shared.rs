//! When Supabase's ledger is written: in its CLI's projects always, elsewhere only where it is nobody else's.

use crate::beside::Beside;
use crate::project::{Project, wait_for};

const TABLE: &str = "create schema supabase_migrations; \
                     create table supabase_migrations.schema_migrations (version text primary key, statements text[], name text)";
const VERSIONS: &str =
    "select coalesce(string_agg(version, ' ' order by version), '') from supabase_migrations.schema_migrations";

/// A project that is none of the CLI's.
fn elsewhere(toml: &str) -> Project {
    let project = Project::new();
    project.file("migrate.toml", toml);
    project.tables(2);
    project
}

#[test]
fn a_project_that_is_none_of_the_clis_writes_it_where_it_is_there() {
    let project = elsewhere("platform = \"supabase\"\n");
    project.migrate(&["up", "--stand-in"]).ok();
    assert_eq!(project.value("select to_regnamespace('supabase_migrations') is null"), "t");
    let status = project.migrate(&["status", "--json"]).ok().json();
    assert!(status["migrations"][0]["supabase"].is_null(), "{status}");

    let project = elsewhere("platform = \"supabase\"\n");
    project.client().batch_execute(TABLE).unwrap();
    project.migrate(&["up", "--stand-in"]).ok();
    assert_eq!(project.value(VERSIONS), "001 002");
    project.migrate(&["down", "--yes"]).ok();
    assert_eq!(project.value(VERSIONS), "001");
    project.migrate(&["up"]).ok();
    project.migrate(&["status", "--check"]).ok().prints("in Supabase's ledger");
}

#[test]
fn the_ledger_of_another_project_is_left_alone() {
    let project = elsewhere("platform = \"supabase\"\n");
    project.client().batch_execute(TABLE).unwrap();
    let theirs = "insert into supabase_migrations.schema_migrations values ('20250101000000', '{select 1}', 'theirs')";
    project.client().batch_execute(theirs).unwrap();
    project.migrate(&["up", "--stand-in"]).ok().says("holds migrations of another project; it is left alone");
    assert_eq!(project.value(VERSIONS), "20250101000000");
    let status = project.migrate(&["status", "--check", "--json"]).ok().json();
    assert!(status["migrations"][0]["supabase"].is_null(), "{status}");
    project.migrate(&["down", "--all", "--yes"]).ok();
    assert_eq!(project.value(VERSIONS), "20250101000000");
}

#[test]
fn what_migrate_toml_says_about_it_holds() {
    for (toml, versions) in [
        ("", ""),
        ("platform = \"postgres\"\n", ""),
        ("[ledger]\nsupabase = true\n", "001 002"),
        ("platform = \"postgres\"\n[ledger]\nsupabase = false\n", ""),
    ] {
        let project = elsewhere(toml);
        project.client().batch_execute(TABLE).unwrap();
        project.migrate(&["up"]).ok();
        assert_eq!(project.value(VERSIONS), versions, "{toml}");
    }
    let beside = Beside::new();
    beside.pairs(1);
    beside.file("migrate.toml", "platform = \"postgres\"\n[ledger]\nsupabase = false\n");
    beside.migrate(&["up"]).ok();
    assert_eq!(beside.value("select to_regnamespace('supabase_migrations') is null"), "t");
    beside.migrate(&["adopt", "supabase"]).code(2).says("has no supabase_migrations.schema_migrations");
    // From the day on which it is shared, theirs can be told all that happened before.
    beside.file("migrate.toml", "platform = \"postgres\"\n");
    beside.migrate(&["adopt", "supabase"]).ok().prints("20260101000001_t1 written into Supabase's ledger");
    beside.lists(&[("20260101000001", true)]);
}

#[test]
fn a_baseline_and_one_transaction_for_all_reach_theirs_too() {
    let beside = Beside::new();
    beside.pairs(4);
    beside.client().batch_execute("create table t1 (id int); create table t2 (id int);").unwrap();
    beside.migrate(&["baseline", "20260101000002", "--yes"]).ok();
    beside.migrate(&["up", "--single-transaction"]).ok().prints("2 migrations applied");
    beside
        .lists(&[1, 2, 3, 4].map(|n| (format!("2026010100000{n}"), true)).each_ref().map(|(v, is)| (v.as_str(), *is)));
    beside.migrate(&["release", "v1"]).ok();
    beside.pair(5, "create table t5 ();\n", "drop table t5;\n");
    beside.pair(6, "create table t6 ();\n", "drop table t6;\n");
    beside.migrate(&["up"]).ok();
    beside.migrate(&["down", "--to-release", "v1", "--yes"]).ok();
    beside.migrate(&["redo"]).code(4);
    beside.migrate(&["redo", "--yes"]).ok();
    assert_eq!(beside.value(VERSIONS), "20260101000001 20260101000002 20260101000003 20260101000004");
    // The table is Supabase's own, and no drift.
    beside.migrate(&["up"]).ok();
    beside.migrate(&["diff", "--check"]).ok();
}

#[test]
fn a_push_beside_a_script_outside_a_transaction_does_not_run_it_once_more() {
    let beside = Beside::new();
    beside.pairs(1);
    let waits = "create index concurrently i on t1 (id);\nselect pg_advisory_lock(7), pg_advisory_unlock(7);\ninsert into t1 values (1);\n";
    beside.pair(2, waits, "drop index i;\n");
    let mut holder = beside.client();
    holder.batch_execute("select pg_advisory_lock(7)").unwrap();
    let ours = beside.start(&["up"]);
    wait_for("the script to wait", || {
        beside.value("select count(*) from pg_locks where locktype = 'advisory' and not granted and objid = 7") == "1"
    });
    beside.supabase(&["db", "push", "--yes"]).ok().prints("\"upToDate\":true");
    beside.migrate(&["status"]).ok().prints("half applied");
    holder.batch_execute("select pg_advisory_unlock(7)").unwrap();
    let ours = ours.wait_with_output().unwrap();
    assert!(ours.status.success(), "{}", String::from_utf8_lossy(&ours.stderr));
    assert_eq!(beside.value("select count(*) from t1"), "1");
    beside.migrate(&["status", "--check"]).ok();
}

#[test]
fn a_runner_that_was_killed_goes_on_although_its_version_is_claimed() {
    let beside = Beside::new();
    beside.pairs(1);
    let waits = "create index concurrently i on t1 (id);\nselect pg_advisory_lock(8), pg_advisory_unlock(8);\ninsert into t1 values (1);\n";
    beside.pair(2, waits, "drop index i;\n");
    let mut holder = beside.client();
    holder.batch_execute("select pg_advisory_lock(8)").unwrap();
    let mut ours = beside.start(&["up"]);
    wait_for("the script to wait", || {
        beside.value("select count(*) from pg_locks where locktype = 'advisory' and not granted and objid = 8") == "1"
    });
    ours.kill().unwrap();
    ours.wait().unwrap();
    holder.batch_execute("select pg_advisory_unlock(8)").unwrap();
    beside.migrate(&["status"]).ok().prints("half applied");
    beside.migrate(&["up"]).ok();
    assert_eq!(beside.value("select count(*) from t1"), "1");
    beside.migrate(&["status", "--check"]).ok();
    beside.lists(&[("20260101000001", true), ("20260101000002", true)]);
}
