//! What may not run in a transaction: every rule tried on the server.
//!
//! Each case runs behind BEGIN in a database where it would otherwise succeed (or fail later, for another reason). The
//! server refuses exactly those that we call forbidden, with SQLSTATE 25001.

use counterpose::sql::{TransactionRule, split};
use postgres::{Client, NoTls};

use crate::support::Cluster;

const SETUP: &str = "
    create table t (a int primary key);
    create index i on t (a);
    cluster t using i;
    create table p (a int) partition by range (a);
    create table c partition of p for values from (0) to (1);
    create publication pub;
    create subscription sub connection 'dbname=nowhere' publication pub with (connect = false);
    prepare transaction as select 1;
";

const FORBIDDEN: &[&str] = &[
    "create index concurrently on t (a)",
    "create unique index concurrently if not exists j on only t (a)",
    "drop index concurrently i",
    "drop index concurrently if exists i",
    "reindex index concurrently i",
    "reindex (verbose) table concurrently t",
    "reindex (concurrently true, verbose) table t",
    "reindex (concurrently) index i",
    "reindex schema public",
    "reindex schema concurrently public",
    "reindex database {database}",
    "reindex (verbose) system {database}",
    "vacuum",
    "vacuum (analyze) t",
    "create database x",
    "drop database if exists x",
    "drop database x",
    "create tablespace x location '/nowhere'",
    "drop tablespace x",
    "alter system set work_mem = '5MB'",
    "alter system reset all",
    "alter database {database} set tablespace pg_default",
    "alter table p detach partition c concurrently",
    "alter table if exists public.p detach partition public.c concurrently",
    "create subscription s2 connection 'dbname=nowhere' publication pub",
    "create subscription s2 connection 'dbname=nowhere' publication pub with (create_slot = true, copy_data = false)",
    "drop subscription sub",
    "cluster",
    "cluster verbose",
    "discard all",
];

const ALLOWED: &[&str] = &[
    "create index on t (a)",
    "create index concurrently_built on t (a)",
    "drop index i",
    "reindex table t",
    "reindex (concurrently false) table t",
    "reindex (verbose) index i",
    "cluster t",
    "cluster verbose t using i",
    "cluster (verbose) t",
    "alter table p detach partition c",
    "alter database {database} set work_mem = '5MB'",
    "alter database {database} connection limit 5",
    "create subscription s2 connection 'dbname=nowhere' publication pub with (connect = false)",
    "alter subscription sub set (slot_name = none)",
    "alter subscription sub set publication pub with (refresh = false)",
    "discard plans",
    "analyze t",
    "savepoint s; rollback to savepoint s; rollback work to s; rollback transaction to s; release s",
    "prepare transaction as select 1",
    "lock table t",
    "set transaction isolation level serializable",
];

/// Ends or begins a transaction, whatever else it does.
const CONTROLS: &[&str] = &[
    "begin",
    "begin isolation level serializable",
    "start transaction read only",
    "commit",
    "commit and chain",
    "end work",
    "rollback",
    "rollback work and no chain",
    "abort",
    "prepare transaction 'x'",
    "commit prepared 'x'",
    "rollback prepared 'x'",
];

fn connect() -> (Client, String) {
    let url = Cluster::shared().database();
    let mut client = Client::connect(&url, NoTls).unwrap();
    client.batch_execute(SETUP).unwrap_or_else(|error| panic!("{error:?}"));
    let database: String = client.query_one("select current_database()::text", &[]).unwrap().get(0);
    (client, database)
}

/// What the server says to a statement in a transaction; `None` if nothing.
fn refusal(client: &mut Client, statement: &str) -> Option<String> {
    client.batch_execute("begin").unwrap();
    let answer = client.batch_execute(statement);
    client.batch_execute("rollback").unwrap();
    answer.err().map(|error| error.code().map_or_else(|| error.to_string(), |code| code.code().to_owned()))
}

#[test]
fn what_we_call_forbidden_the_server_refuses() {
    let (mut client, database) = connect();
    for statement in FORBIDDEN {
        let statement = statement.replace("{database}", &database);
        let rule = &split(&statement).unwrap()[0].transaction;
        assert!(matches!(rule, TransactionRule::Forbidden(_)), "{statement}: {rule:?}");
        assert_eq!(refusal(&mut client, &statement).as_deref(), Some("25001"), "{statement}");
    }
    client.batch_execute("alter subscription sub set (slot_name = none)").unwrap();
}

#[test]
fn what_we_allow_the_server_takes() {
    let (mut client, database) = connect();
    client.batch_execute("deallocate all").unwrap();
    for statement in ALLOWED {
        let statement = statement.replace("{database}", &database);
        for piece in split(&statement).unwrap() {
            assert_eq!(piece.transaction, TransactionRule::Allowed, "{statement}");
        }
        assert_eq!(refusal(&mut client, &statement), None, "{statement}");
        client.batch_execute("deallocate all").unwrap();
    }
    client.batch_execute("alter subscription sub set (slot_name = none)").unwrap();
}

/// A refresh needs an enabled subscription, thus a publisher; the server looks at the transaction only then.
#[test]
fn refreshing_a_subscription_is_refused_by_us() {
    for statement in [
        "alter subscription sub refresh publication",
        "alter subscription sub set publication pub",
        "alter subscription sub add publication pub with (copy_data = false)",
        "alter subscription sub drop publication pub with (refresh)",
    ] {
        let rule = &split(statement).unwrap()[0].transaction;
        assert!(matches!(rule, TransactionRule::Forbidden(_)), "{statement}: {rule:?}");
    }
}

#[test]
fn what_controls_transactions_is_known() {
    for statement in CONTROLS {
        let rule = &split(statement).unwrap()[0].transaction;
        assert!(matches!(rule, TransactionRule::Controls(_)), "{statement}: {rule:?}");
    }
}
