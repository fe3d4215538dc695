//! Scripts outside a transaction that stopped half-way, and how they go on: up, down, and where only the user can tell.

use std::process::Child;

use postgres::Client;

use crate::project::{Project, wait_for};

/// Starts the program and waits until a statement that contains `words` runs, then kills the program and the session.
fn kill_in(project: &Project, arguments: &[&str], words: &str) {
    let mut observer = project.client();
    let mut child: Child = project.start(arguments);
    wait_for(words, || running(&mut observer, words).is_some());
    let pid = running(&mut observer, words).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    observer.execute("SELECT pg_terminate_backend($1)", &[&pid]).unwrap();
    wait_for("the end of the session", || running(&mut observer, words).is_none());
}

fn running(observer: &mut Client, words: &str) -> Option<i32> {
    let sql = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' \
               AND pid <> pg_backend_pid() AND query LIKE '%' || $1 || '%'";
    observer.query_opt(sql, &[&words]).unwrap().map(|row| row.get(0))
}

#[test]
fn a_rollback_that_was_killed_goes_on_and_up_refuses_meanwhile() {
    let project = Project::new();
    project.pair("001_t", "CREATE TABLE t (v int);", "DROP TABLE t;");
    project.pair(
        "002_i",
        "-- migrate: no-transaction\nCREATE INDEX CONCURRENTLY i ON t (v);\nINSERT INTO t VALUES (7);\n",
        "-- migrate: no-transaction\nDELETE FROM t WHERE v = 7;\nDROP INDEX CONCURRENTLY i;\n",
    );
    project.migrate(&["up"]).ok();
    let mut old = project.client();
    old.batch_execute("BEGIN; INSERT INTO t VALUES (1)").unwrap();
    kill_in(&project, &["down", "--yes"], "DROP INDEX CONCURRENTLY");
    old.batch_execute("COMMIT").unwrap();
    project.migrate(&["status"]).ok().prints("half rolled back (1 of 2 statements)");
    project.migrate(&["up"]).code(6).says("the rollback of 002_i stopped after statement 1").says("migrate down");
    project.migrate(&["down", "--yes"]).ok().says("1 of 2 statements were done before");
    assert_eq!(project.applied(), "1");
    assert_eq!(project.value("select to_regclass('i') is null and count(*) = 1 from t"), "t");
}

#[test]
fn what_the_catalog_cannot_tell_is_asked_of_the_user() {
    let script = "-- migrate: no-transaction\nCREATE TABLE t (v int);\nDO $$ BEGIN INSERT INTO t VALUES (1); COMMIT; \
                  PERFORM pg_sleep(60); END $$;\nINSERT INTO t VALUES (2);\n";
    for (resume_at, rows) in [("1:2", "1 2"), ("1:1", "1 1 2")] {
        let project = Project::new();
        project.pair("001_t", script, "DROP TABLE t;");
        kill_in(&project, &["up"], "PERFORM pg_sleep");
        let ran = project.migrate(&["up"]).code(6).says("migrations/001_t.sql:3: this statement was running");
        ran.says("migrate repair --resume-at 1:2").says("migrate repair --resume-at 1:1");
        project.migrate(&["repair", "--resume-at", resume_at, "--yes"]).ok();
        // The statements that are done must be as they were; the ones after them may be edited.
        project.pair("001_t", &script.replace("60", "60 * 0"), "DROP TABLE t;");
        let ran = project.migrate(&["up"]);
        if resume_at == "1:2" {
            ran.code(6).says("are not what they were");
            project.pair("001_t", script, "DROP TABLE t;");
            project.migrate(&["up"]).ok();
        } else {
            ran.ok();
        }
        assert_eq!(project.value("select string_agg(v::text, ' ' order by v) from t"), rows);
    }
}

#[test]
fn settings_that_the_script_made_before_it_stopped_are_made_again() {
    let project = Project::new();
    project.client().batch_execute("CREATE SCHEMA other").unwrap();
    let script =
        |last: &str| format!("-- migrate: no-transaction\nSET search_path = other;\nCREATE TABLE a ();\n{last}\n");
    project.pair("001_a", &script("SELECT 1/0;"), "DROP TABLE other.a, other.b;");
    project.migrate(&["up"]).code(1);
    project.pair("001_a", &script("CREATE TABLE b ();"), "DROP TABLE other.a, other.b;");
    project.migrate(&["up"]).ok();
    assert_eq!(project.value("select to_regclass('other.b') is not null"), "t");
}

#[test]
fn a_unique_index_that_cannot_be_built_leaves_nothing_in_the_way() {
    let project = Project::new();
    project.pair("001_t", "CREATE TABLE t (v int);\nINSERT INTO t VALUES (1), (1);", "DROP TABLE t;");
    project.pair(
        "002_i",
        "-- migrate: no-transaction\nCREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON t (v);\n",
        "-- migrate: no-transaction\nDROP INDEX CONCURRENTLY i;\n",
    );
    project.migrate(&["up"]).code(1).says("could not create unique index").says("Key (v)=(1) is duplicated");
    project.client().batch_execute("DELETE FROM t WHERE ctid = (SELECT min(ctid) FROM t)").unwrap();
    project.migrate(&["up"]).ok().says("dropping the invalid index");
    assert_eq!(project.value("select indisvalid from pg_index where indexrelid = 'i'::regclass"), "t");
}
