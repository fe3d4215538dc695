//! PgBouncer.

use crate::bouncer::Bouncer;
use crate::project::Project;
use crate::support::Cluster;

fn through(bouncer: &Bouncer, database: &str) -> Project {
    Project::on(format!("postgres://postgres:hunter2@127.0.0.1:{}/{database}", bouncer.port))
}

#[test]
fn transaction_mode_is_refused_with_the_url_to_use() {
    let cluster = Cluster::shared();
    let database = cluster.create_database();
    let bouncer = Bouncer::start(cluster, "transaction", "");
    let project = through(&bouncer, &database);
    project.tables(1);
    for command in ["up", "status", "down"] {
        let ran = project.migrate(&[command]).code(2).says("is a pooler in transaction mode");
        let ran = ran.says(&format!("postgres://postgres@127.0.0.1:{}/{database}", cluster.port));
        assert!(!ran.stderr.contains("hunter2"), "{}", ran.stderr);
    }
    let direct = Project::on(format!("postgres://postgres@127.0.0.1:{}/{database}", cluster.port));
    assert_eq!(direct.value("select to_regnamespace('migrate') is null and to_regclass('t1') is null"), "t");
}

#[test]
fn session_mode_serves_a_whole_up_and_down() {
    for more in ["", "default_pool_size = 1"] {
        let cluster = Cluster::shared();
        let bouncer = Bouncer::start(cluster, "session", more);
        let project = through(&bouncer, &cluster.create_database());
        project.tables(3);
        project.pair(
            "004_i",
            "-- migrate: no-transaction\nCREATE INDEX CONCURRENTLY i ON t1 (id);\nINSERT INTO t1 VALUES (4);\n",
            "-- migrate: no-transaction\nDROP INDEX CONCURRENTLY i;\nDELETE FROM t1;\n",
        );
        project.migrate(&["up"]).ok().prints("4 migrations applied");
        project.migrate(&["status", "--check"]).ok();
        assert_eq!(project.migrate(&["up"]).ok().stdout, "nothing to do\n");
        project.migrate(&["redo", "--yes"]).ok();
        project.migrate(&["down", "--all", "--yes"]).ok().prints("4 migrations rolled back");
        assert_eq!(project.applied(), "");
    }
}

/// A pooler hands a session on: what one run set must not meet the next.
#[test]
fn a_failed_run_leaves_nothing_in_a_pooled_session() {
    let cluster = Cluster::shared();
    // Without server_reset_query the session is handed on as it was left.
    let bouncer = Bouncer::start(cluster, "session", "default_pool_size = 1\nserver_reset_query =");
    let project = through(&bouncer, &cluster.create_database());
    project.pair("001_bad", "SET search_path = nowhere;\nCREATE TABLE public.a ();\nSELECT 1/0;\n", "DROP TABLE a;");
    project.migrate(&["up"]).code(1).says("division by zero");
    project.migrate(&["status"]).ok();
    let locks = "select count(*) from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())";
    assert_eq!(project.value(locks), "0", "the runner's lock went with its run");
    project.pair("001_bad", "CREATE TABLE a ();\n", "DROP TABLE a;");
    project.migrate(&["up", "--lock-wait", "5s"]).ok();
    assert_eq!(project.value("select to_regclass('public.a') is not null"), "t");
}
