//! Locks: the runner's own, and those of the application.

use std::time::{Duration, Instant};

use crate::project::{Project, wait_for};

#[test]
fn an_alter_table_behind_a_long_transaction_is_tried_again_and_never_queues_the_application() {
    let project = Project::new();
    project.pair("001_t", "CREATE TABLE t (v int);", "DROP TABLE t;");
    project.file("migrate.toml", "lock_timeout = \"300ms\"\nlock_retries = 2\n");
    project.migrate(&["up"]).ok();
    project.pair("002_c", "ALTER TABLE t ADD COLUMN c int;", "ALTER TABLE t DROP COLUMN c;");
    let mut long = project.client();
    long.batch_execute("BEGIN; SELECT * FROM t").unwrap();
    let child = project.start(&["up"]);
    // The application: short queries all the while. None may wait longer than the timeout.
    let mut application = project.client();
    let (begin, mut worst) = (Instant::now(), Duration::ZERO);
    let mut child = Some(child);
    let output = loop {
        let started = Instant::now();
        application.query("SELECT * FROM t", &[]).unwrap();
        worst = worst.max(started.elapsed());
        if child.as_mut().unwrap().try_wait().unwrap().is_some() {
            break child.take().unwrap().wait_with_output().unwrap();
        }
        assert!(begin.elapsed() < Duration::from_secs(30));
        std::thread::sleep(Duration::from_millis(5));
    };
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(5), "{stderr}");
    assert!(stderr.contains("trying again") && stderr.contains("tried 3 times"), "{stderr}");
    assert!(worst < Duration::from_millis(600), "a query of the application waited {worst:?}");
    assert_eq!(project.applied(), "1");
    long.batch_execute("COMMIT").unwrap();
    project.migrate(&["up"]).ok();
}

#[test]
fn who_blocks_is_named_while_waiting() {
    let project = Project::new();
    project.tables(1);
    project.migrate(&["up"]).ok();
    project.pair("002_c", "ALTER TABLE t1 ADD COLUMN c int;", "ALTER TABLE t1 DROP COLUMN c;");
    let mut long = project.client();
    long.batch_execute("SET application_name = 'the long report'; BEGIN; SELECT * FROM t1").unwrap();
    let child = project.start(&["up"]);
    std::thread::sleep(Duration::from_millis(2500));
    long.batch_execute("COMMIT").unwrap();
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    assert!(stderr.contains("002_c: waiting for session") && stderr.contains("the long report"), "{stderr}");
}

#[test]
fn create_index_concurrently_is_not_disturbed_by_a_runner_that_waits() {
    let project = Project::new();
    project.pair("001_t", "CREATE TABLE t (v int);", "DROP TABLE t;");
    project.migrate(&["up"]).ok();
    project.pair("002_i", "-- migrate: no-transaction\nCREATE INDEX CONCURRENTLY i ON t (v);\n", "DROP INDEX i;");
    let mut old = project.client();
    old.batch_execute("BEGIN; INSERT INTO t VALUES (1)").unwrap();
    let first = project.start(&["up"]);
    let mut observer = project.client();
    wait_for("the index build", || {
        observer
            .query("SELECT 1 FROM pg_stat_progress_create_index WHERE datname = current_database()", &[])
            .unwrap()
            .len()
            == 1
    });
    let second = project.start(&["up"]);
    std::thread::sleep(Duration::from_millis(700));
    old.batch_execute("COMMIT").unwrap();
    for (child, nothing) in [(first, false), (second, true)] {
        let output = child.wait_with_output().unwrap();
        let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{stderr}");
        assert_eq!(stdout.contains("nothing to do"), nothing, "{stdout}");
        assert_eq!(stderr.contains("is migrating this database"), nothing, "{stderr}");
    }
}

#[test]
fn waiting_for_another_runner_is_bounded_and_names_it() {
    let project = Project::new();
    project.pair("001_slow", "SELECT pg_sleep(3);", "SELECT 1;");
    let slow = project.start(&["up"]);
    let mut observer = project.client();
    wait_for("the slow run", || {
        observer
            .query(
                "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'SELECT pg_sleep%'",
                &[],
            )
            .unwrap()
            .len()
            == 1
    });
    let started = Instant::now();
    let ran = project.migrate(&["up", "--lock-wait", "500ms"]).code(5);
    assert!(started.elapsed() < Duration::from_secs(3));
    ran.says("is migrating this database; waited").says("session ").says("since 20");
    assert!(slow.wait_with_output().unwrap().status.success());
}

#[test]
fn a_header_sets_its_own_lock_timeout() {
    let project = Project::new();
    project.tables(1);
    project.file("migrate.toml", "lock_retries = 0\n");
    project.migrate(&["up"]).ok();
    project.pair(
        "002_c",
        "-- migrate: lock-timeout: 100ms\nALTER TABLE t1 ADD COLUMN c int;",
        "ALTER TABLE t1 DROP COLUMN c;",
    );
    let mut long = project.client();
    long.batch_execute("BEGIN; SELECT * FROM t1").unwrap();
    let started = Instant::now();
    project.migrate(&["up"]).code(5).says("tried 1 times");
    assert!(started.elapsed() < Duration::from_secs(2));
}
