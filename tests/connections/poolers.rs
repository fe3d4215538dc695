//! A real PgBouncer in each of its modes.

use std::time::{Duration, Instant};

use super::bouncer::Bouncer;
use super::*;

fn start(mode: &str, more: &str) -> Bouncer {
    Bouncer::start(Cluster::shared(), mode, more)
}

fn options_of(bouncer: &Bouncer, more: &str) -> ConnectOptions {
    options(&format!("postgres://postgres:secret@127.0.0.1:{}/postgres{more}", bouncer.port))
}

/// What the check says after the first question, and whether the session could still be used then.
fn check(options: &ConnectOptions) -> Result<()> {
    run(async {
        let mut connected = open(options).await?;
        let pid =
            pooler::ask(&connected.client, &mut connected.connection, "select pg_catalog.pg_backend_pid()").await?;
        let pid = pid.unwrap().parse()?;
        pooler::check(options, &connected.client, &mut connected.connection, pid).await?;
        let again =
            pooler::ask(&connected.client, &mut connected.connection, "select pg_catalog.pg_backend_pid()").await?;
        assert_eq!(again.unwrap(), pid.to_string());
        Ok(())
    })
}

fn assert_refused(options: &ConnectOptions) {
    let error = check(options).unwrap_err();
    assert_eq!(kind_of(&error), Kind::Usage, "{error:#}");
    let error = find(&error).unwrap();
    assert!(error.message.contains("is a pooler in transaction mode"), "{error:?}");
    let direct = format!("postgres://postgres@127.0.0.1:{}/postgres", Cluster::shared().port);
    assert!(error.hints.iter().any(|hint| hint.contains(&direct)), "{error:?}");
    assert!(!format!("{error:?}").contains("secret"), "{error:?}");
}

#[test]
fn transaction_mode_is_refused_with_the_servers_own_url() {
    let bouncer = start("transaction", "");
    assert_refused(&options_of(&bouncer, ""));
}

#[test]
fn transaction_mode_is_recognised_when_the_pool_is_handed_out_in_turn() {
    let bouncer = start("transaction", "server_round_robin = 1\nmin_pool_size = 4\ndefault_pool_size = 4");
    // The pool is filled once the database has been used; then the probes may be given other sessions than ours was.
    for _ in 0..5 {
        assert_refused(&options_of(&bouncer, ""));
    }
}

#[test]
fn transaction_mode_is_recognised_in_a_pool_of_one() {
    let bouncer = start("transaction", "default_pool_size = 1");
    assert_refused(&options_of(&bouncer, ""));
}

#[test]
fn statement_mode_is_refused() {
    let bouncer = start("statement", "");
    assert_refused(&options_of(&bouncer, ""));
}

#[test]
fn session_mode_passes() {
    let bouncer = start("session", "");
    check(&options_of(&bouncer, "")).unwrap();
}

#[test]
fn session_mode_passes_in_a_pool_of_one_and_in_bounded_time() {
    let bouncer = start("session", "default_pool_size = 1");
    let begin = Instant::now();
    check(&options_of(&bouncer, "")).unwrap();
    assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", begin.elapsed());
}

#[test]
fn a_setting_that_the_pooler_refuses_is_explained() {
    let bouncer = start("session", "");
    let error = refused(&options_of(&bouncer, "?options=-c%20lock_timeout%3D1s"));
    assert!(error.contains("unsupported startup parameter") && error.contains("ignore_startup_parameters"), "{error}");
}

#[test]
fn a_direct_connection_needs_no_second_one() {
    let cluster = Cluster::shared();
    let options = options(&cluster.database());
    let seen = run(async {
        let mut connected = open(&options).await.unwrap();
        let pid = pooler::ask(&connected.client, &mut connected.connection, "select pg_catalog.pg_backend_pid()")
            .await
            .unwrap();
        assert_eq!(pooler::key_pid(&connected.client).unwrap().to_string(), pid.clone().unwrap());
        pooler::check(&options, &connected.client, &mut connected.connection, pid.unwrap().parse().unwrap())
            .await
            .unwrap();
        let count = "select sessions from pg_catalog.pg_stat_database where datname = current_database()";
        pooler::ask(&connected.client, &mut connected.connection, count).await.unwrap()
    });
    // The statistics may lag behind: they never show more than there was.
    assert!(matches!(seen.as_deref(), Some("0" | "1")), "{seen:?}");
}
