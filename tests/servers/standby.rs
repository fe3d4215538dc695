//! A streaming standby.

use crate::project::{Project, wait_for};
use crate::support::{Cluster, Setup};

#[test]
fn a_standby_can_be_looked_at_and_is_never_written() {
    let hba = "local replication all trust";
    let primary = Cluster::start(&Setup { conf: "wal_level = replica", hba, ..Setup::default() });
    let url = |cluster: &Cluster| {
        format!("postgres://postgres@/postgres?host={}&port={}", cluster.socket().display(), cluster.port)
    };
    let project = Project::on(url(&primary));
    project.tables(2);
    project.migrate(&["up", "--to", "1"]).ok();
    let standby = Cluster::standby(&primary);
    let there = url(&standby);
    let at_standby = |arguments: &[&str]| project.migrate(&[arguments, &["--url", &there]].concat());
    at_standby(&["status"]).ok().prints("001_t1").prints("1 applied, 1 pending");
    for arguments in [&["up"][..], &["down", "--yes"], &["redo", "--yes"], &["release", "v1"]] {
        at_standby(arguments)
            .code(1)
            .says("is read-only here (a standby, or set so)")
            .says("use the URL of the primary");
    }
    at_standby(&["up", "--dry-run"]).ok().prints("CREATE TABLE t2");
    project.migrate(&["up"]).ok();
    wait_for("the standby", || standby.sql("select count(*) from migrate.refinery_schema_history") == "2");
    assert_eq!(at_standby(&["up"]).ok().stdout, "nothing to do\n");
    at_standby(&["status", "--check"]).ok();
    at_standby(&["history"]).ok().prints("applied");
    at_standby(&["verify", "--no-prove"]).ok();
    // Both in one URL: libpq's way to say which one is meant.
    let both = format!(
        "postgres://postgres@127.0.0.1:{},127.0.0.1:{}/postgres?target_session_attrs=read-write",
        standby.port, primary.port
    );
    project.migrate(&["down", "--yes", "--url", &both]).ok();
    standby.promote();
    wait_for("the promotion", || standby.sql("select pg_is_in_recovery()") == "f");
    at_standby(&["up"]).ok();
}
