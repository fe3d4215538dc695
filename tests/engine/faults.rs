//! What must be survived: the program killed, its session ended, the server restarted, at every statement.
//!
//! A run of thirty migrations, transactional and not, calls `stop_point(k)` after each of its statements. One of them
//! waits until the test has done its worst; then one more `up` must end where an undisturbed run ends.

use std::process::Child;

use postgres::{Client, NoTls};

use crate::project::{Project, wait_for};
use crate::support::{Cluster, Setup};

/// The advisory lock that a stop point waits for.
const GATE: i64 = 4711;

/// Makes `stop_point`, which waits at the point that the table says.
const STOP_POINTS: &str = "
    CREATE SCHEMA gate;
    CREATE TABLE gate.stop (at int);
    INSERT INTO gate.stop VALUES (0);
    CREATE FUNCTION gate.stop_point(k int) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
        IF k = (SELECT at FROM gate.stop) THEN
            PERFORM pg_advisory_xact_lock_shared(4711);
        END IF;
    END $$;";

/// Thirty migrations with forty stop points: two kinds of transactional ones, and two kinds that are not.
fn thirty(project: &Project) -> usize {
    let mut point = 0;
    let mut stop = || {
        point += 1;
        format!("SELECT gate.stop_point({point});\n")
    };
    for n in 1..=30 {
        let (up, down) = match n % 6 {
            2 => (
                format!(
                    "-- migrate: no-transaction\nCREATE INDEX CONCURRENTLY i{n} ON t{} (v);\n{}INSERT INTO t{} VALUES ({n}, 'once');\n{}",
                    n - 1,
                    stop(),
                    n - 1,
                    stop()
                ),
                format!(
                    "-- migrate: no-transaction\nDROP INDEX CONCURRENTLY i{n};\nDELETE FROM t{} WHERE id = {n};\n",
                    n - 1
                ),
            ),
            4 => (
                format!(
                    "-- migrate: no-transaction\nVACUUM t{0};\nSET search_path = gate, public;\n{1}ALTER TABLE t{0} ADD COLUMN w{n} int;\nRESET search_path;\n",
                    n - 1,
                    stop()
                ),
                format!("ALTER TABLE t{} DROP COLUMN w{n};\n", n - 1),
            ),
            _ => (
                format!("CREATE TABLE t{n} (id int, v text);\n{}INSERT INTO t{n} VALUES (1, 'a');\n", stop()),
                format!("DROP TABLE t{n};\n"),
            ),
        };
        project.pair(&format!("{n:03}_m{n}"), &up, &down);
    }
    point
}

fn data(project: &Project) -> String {
    let tables = project.value("select string_agg(format('select %L || count(*) || sum(id) as n from %I', tablename, tablename), ' union all ' order by tablename) from pg_tables where schemaname = 'public'");
    project.value(&format!("select string_agg(n, ',' order by n) from ({tables}) x"))
}

/// Everything that must be equal: the schema, the rows, the ledger.
fn state(project: &Project) -> (String, String, String) {
    (project.dump(), data(project), project.ledger())
}

/// Runs `up` until it waits at stop point `k`, with the gate held by the returned session.
fn run_to(project: &Project, k: usize) -> (Child, Client) {
    let mut gate = Client::connect(&project.url, NoTls).unwrap();
    gate.execute("SELECT pg_advisory_lock($1)", &[&GATE]).unwrap();
    gate.execute("UPDATE gate.stop SET at = $1", &[&i32::try_from(k).unwrap()]).unwrap();
    let child = project.start(&["up"]);
    wait_for("the stop point", || waiting(&mut gate).is_some());
    (child, gate)
}

/// The session that waits at the gate.
fn waiting(gate: &mut Client) -> Option<i32> {
    let sql = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711 AND NOT granted \
               AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    gate.query_opt(sql, &[]).unwrap().map(|row| row.get(0))
}

fn undisturbed() -> (String, String, String) {
    let project = Project::new();
    project.client().batch_execute(STOP_POINTS).unwrap();
    thirty(&project);
    project.migrate(&["up"]).ok();
    state(&project)
}

fn every_stop_point(mut worst: impl FnMut(&Project, Child, &mut Client)) {
    let expected = undisturbed();
    let points = thirty(&Project::new());
    assert!(points >= 30);
    for k in 1..=points {
        let project = Project::new();
        project.client().batch_execute(STOP_POINTS).unwrap();
        thirty(&project);
        let (child, mut gate) = run_to(&project, k);
        worst(&project, child, &mut gate);
        gate.batch_execute("UPDATE gate.stop SET at = 0; SELECT pg_advisory_unlock_all()").unwrap();
        let ran = project.migrate(&["up"]);
        assert_eq!(ran.code, 0, "after stop point {k}: {}", ran.stderr);
        let found = state(&project);
        assert_eq!(found.1, expected.1, "rows after stop point {k}");
        assert_eq!(found.2, expected.2, "ledger after stop point {k}");
        assert!(found.0 == expected.0, "schema after stop point {k}");
        project.migrate(&["status", "--check"]).ok();
    }
}

#[test]
fn kill_9_of_the_program_at_every_statement() {
    every_stop_point(|_, mut child, _| {
        child.kill().unwrap();
        child.wait().unwrap();
    });
}

#[test]
fn the_session_terminated_at_every_statement() {
    every_stop_point(|_, child, gate| {
        let pid = waiting(gate).unwrap();
        gate.execute("SELECT pg_terminate_backend($1)", &[&pid]).unwrap();
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        assert!(stderr.contains("the connection was lost while migrations/"), "{stderr}");
    });
}

#[test]
fn ctrl_c_and_sigterm_roll_back_release_the_lock_and_exit_130() {
    for signal in ["INT", "TERM"] {
        let project = Project::new();
        project.client().batch_execute(STOP_POINTS).unwrap();
        thirty(&project);
        let (child, mut gate) = run_to(&project, 1);
        let pid = child.id().to_string();
        assert!(std::process::Command::new("kill").args(["-s", signal, &pid]).status().unwrap().success());
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(130), "{stderr}");
        assert!(stderr.contains("interrupted while migrations/001_m1.sql:2 ran"), "{stderr}");
        assert!(waiting(&mut gate).is_none());
        assert_eq!(project.applied(), "");
        let locks = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid <> 4711 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        assert_eq!(gate.query_one(locks, &[]).unwrap().get::<_, i64>(0), 0);
    }
}

#[test]
fn the_server_crashes_and_recovers_in_the_middle() {
    let cluster = Cluster::start(&Setup::default());
    let project = Project::on(cluster.database());
    project.client().batch_execute(STOP_POINTS).unwrap();
    thirty(&project);
    let (child, mut gate) = run_to(&project, 3);
    // The postmaster answers a backend that was killed by ending every other process, and recovering.
    const CHECKPOINTER: &str = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'";
    let before: i32 = gate.query_one(CHECKPOINTER, &[]).unwrap().get(0);
    let victim = waiting(&mut gate).unwrap().to_string();
    assert!(std::process::Command::new("kill").args(["-9", &victim]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    wait_for("the recovery", || {
        let Ok(mut client) = Client::connect(&project.url, NoTls) else { return false };
        client.query_opt(CHECKPOINTER, &[]).is_ok_and(|row| row.is_some_and(|row| row.get::<_, i32>(0) != before))
    });
    project.client().batch_execute("UPDATE gate.stop SET at = 0").unwrap();
    project.migrate(&["up"]).ok();
    assert_eq!(state(&project), undisturbed());
}

#[test]
fn an_index_build_that_was_killed_is_cleared_and_built_again() {
    let project = Project::new();
    project.pair(
        "001_t",
        "CREATE TABLE t (v int);\nINSERT INTO t SELECT 1 FROM generate_series(1, 10);",
        "DROP TABLE t;",
    );
    project.migrate(&["up"]).ok();
    project.pair(
        "002_i",
        "-- migrate: no-transaction\nCREATE INDEX CONCURRENTLY IF NOT EXISTS i ON t (v);\n",
        "-- migrate: no-transaction\nDROP INDEX CONCURRENTLY i;\n",
    );
    // CREATE INDEX CONCURRENTLY waits for transactions that can still see the table without the index.
    let mut old = project.client();
    old.batch_execute("BEGIN; INSERT INTO t VALUES (2)").unwrap();
    let mut child = project.start(&["up"]);
    let mut observer = project.client();
    let invalid = "SELECT count(*) FROM pg_index WHERE indexrelid = to_regclass('i') AND NOT indisvalid";
    wait_for("the invalid index", || observer.query_one(invalid, &[]).unwrap().get::<_, i64>(0) == 1);
    child.kill().unwrap();
    child.wait().unwrap();
    observer.batch_execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'CREATE INDEX%'").unwrap();
    project.migrate(&["status"]).ok().prints("half applied (0 of 1 statements)");
    old.batch_execute("COMMIT").unwrap();
    project.migrate(&["up"]).ok().says("dropping the invalid index");
    assert_eq!(project.value("select indisvalid from pg_index where indexrelid = 'i'::regclass"), "t");
}

#[test]
fn a_failed_script_outside_a_transaction_goes_on_after_it_was_mended() {
    let project = Project::new();
    let script = |last: &str| {
        format!("-- migrate: no-transaction\nCREATE TABLE t (v int);\nINSERT INTO t VALUES (1);\n{last}\n")
    };
    project.pair("001_t", &script("INSERT INTO nowhere VALUES (1);"), "DROP TABLE t;");
    project.migrate(&["up"]).code(1).says("migrations/001_t.sql:4:13: relation \"nowhere\" does not exist");
    project.migrate(&["status"]).ok().prints("half applied (2 of 3 statements)");
    project.pair("001_t", &script("INSERT INTO t VALUES (2);"), "DROP TABLE t;");
    project.migrate(&["up"]).ok().says("2 of 3 statements were done before; going on at migrations/001_t.sql:4");
    assert_eq!(project.value("select string_agg(v::text, ' ' order by v) from t"), "1 2");
}

#[test]
fn a_half_done_script_whose_done_part_was_edited_is_refused() {
    let project = Project::new();
    project.pair("001_t", "-- migrate: no-transaction\nCREATE TABLE t (v int);\nSELECT 1/0;\n", "DROP TABLE t;");
    project.migrate(&["up"]).code(1);
    project.pair("001_t", "-- migrate: no-transaction\nCREATE TABLE t (v bigint);\nSELECT 1;\n", "DROP TABLE t;");
    let ran = project.migrate(&["up"]).code(6).says("the first 1 statements, which are done, are not what they were");
    ran.says("migrate repair --forget 1");
    project.client().batch_execute("DROP TABLE t").unwrap();
    project.migrate(&["down", "--yes"]).code(6).says("001_t stopped half-way");
    project.migrate(&["repair", "--forget", "1", "--yes"]).ok();
    project.migrate(&["up"]).ok();
}
