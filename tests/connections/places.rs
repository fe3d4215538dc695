//! Sockets, several hosts, settings of the session, and servers that are not there or not ready.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use super::*;

#[test]
fn a_socket_is_reached_in_every_spelling() {
    let cluster = Cluster::shared();
    let (folder, port) = (cluster.socket().display().to_string(), cluster.port);
    let encoded = folder.replace('/', "%2F");
    for text in [
        format!("postgres://postgres@{encoded}:{port}/postgres"),
        format!("postgres://postgres@/postgres?host={folder}&port={port}"),
        format!("host={folder} port={port} dbname=postgres user=postgres sslmode=verify-full"),
    ] {
        let options = options(&text);
        assert_eq!(ask(&options, "select pg_catalog.inet_server_addr() is null").unwrap(), "t", "{text}");
        assert_eq!(ask(&super::options(&options.to_url(true)), "select current_database()").unwrap(), "postgres");
    }
    let variables =
        env().with("PGHOST", folder.as_str()).with("PGPORT", port.to_string()).with("PGDATABASE", "postgres");
    assert_eq!(ask(&options_in("postgres://", &variables).unwrap(), "select current_user").unwrap(), "postgres");
}

#[test]
fn settings_reach_the_session() {
    let cluster = Cluster::shared();
    let url = cluster.database();
    let session = |more: &str, sql: &str| ask(&options(&format!("{url}{more}")), sql).unwrap();
    assert_eq!(session("", "show application_name"), "migrate");
    assert_eq!(session("&application_name=my%20app", "show application_name"), "my app");
    assert_eq!(session("&options=-c%20lock_timeout%3D7s", "show lock_timeout"), "7s");
    let env = env().with("PGOPTIONS", "-c lock_timeout=8s").with("PGAPPNAME", "from variable");
    let options = options_in(&url, &env).unwrap();
    assert_eq!(
        ask(&options, "select current_setting('lock_timeout') || current_setting('application_name')").unwrap(),
        "8sfrom variable"
    );
}

#[test]
fn of_several_hosts_the_first_that_answers_is_used() {
    let cluster = Cluster::shared();
    let dead = support::free_port();
    let url = format!("postgres://postgres@127.0.0.1:{dead},127.0.0.1:{}/postgres", cluster.port);
    assert_eq!(ask(&options(&url), "select pg_catalog.inet_server_port()").unwrap(), cluster.port.to_string());
    let error = refused(&options(&format!("postgres://postgres@127.0.0.1:{dead},no-such-host.invalid:1/postgres")));
    assert!(error.starts_with("none of the servers could be used:"), "{error}");
    assert!(error.contains(&format!("connection to 127.0.0.1:{dead} refused")), "{error}");
    assert!(error.contains("no-such-host.invalid could not be resolved"), "{error}");
}

#[test]
fn a_server_that_answers_no_ends_the_search() {
    let cluster = Cluster::shared();
    let dead = support::free_port();
    let error = refused(&options(&format!("postgres://postgres@127.0.0.1:{},127.0.0.1:{dead}/nowhere", cluster.port)));
    let expected = format!("the database \"nowhere\" does not exist on 127.0.0.1:{}\n", cluster.port);
    assert!(error.starts_with(&expected), "{error}");
    assert!(error.contains("createdb"), "{error}");
}

#[test]
fn a_standby_is_passed_over_when_a_writer_is_wanted() {
    let reader = Cluster::start(&Setup { conf: "default_transaction_read_only = on", ..Setup::default() });
    let writer = Cluster::shared();
    let url = |attributes: &str| {
        let parameters = format!("target_session_attrs={attributes}");
        options(&format!(
            "postgres://postgres@127.0.0.1:{},127.0.0.1:{}/postgres?{parameters}",
            reader.port, writer.port
        ))
    };
    let port = "select pg_catalog.inet_server_port()";
    assert_eq!(ask(&url("read-write"), port).unwrap(), writer.port.to_string());
    assert_eq!(ask(&url("primary"), port).unwrap(), writer.port.to_string());
    assert_eq!(ask(&url("any"), port).unwrap(), reader.port.to_string());
}

#[test]
fn a_missing_server_is_named_with_its_place() {
    let dead = support::free_port();
    let error = refused(&options(&format!("postgres://postgres:hunter2@127.0.0.1:{dead}/x")));
    assert!(error.starts_with(&format!("connection to 127.0.0.1:{dead} refused")), "{error}");
    assert!(!error.contains("hunter2"));
    let error = refused(&options("postgres://postgres@/x?host=/no/such/folder&port=5999"));
    assert!(error.starts_with("no server listens on the socket /no/such/folder/.s.PGSQL.5999"), "{error}");
}

#[test]
fn a_silent_server_is_given_up_after_connect_timeout() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let begin = Instant::now();
    let error = refused(&options(&format!("postgres://postgres@127.0.0.1:{port}/x?connect_timeout=1")));
    assert!(error.contains(&format!("no answer from 127.0.0.1:{port} within 1 s")), "{error}");
    assert!(begin.elapsed() < Duration::from_secs(5));
}

#[test]
fn something_else_on_the_port_is_recognised() {
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = other.local_addr().unwrap().port();
    let server = std::thread::spawn(move || {
        for _ in 0..2 {
            use std::io::Write as _;
            let mut stream = other.accept().unwrap().0;
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n\x1b[31m");
        }
    });
    let error = refused(&options(&format!("postgres://postgres@127.0.0.1:{port}/x?sslmode=disable")));
    assert!(error.contains(&format!("127.0.0.1:{port} broke off the connection")), "{error}");
    assert!(!error.contains('\x1b'), "{error}");
    let _ = std::net::TcpStream::connect(("127.0.0.1", port));
    server.join().unwrap();
}

#[test]
fn a_full_server_says_so() {
    let conf = "max_connections = 3\nsuperuser_reserved_connections = 0\nmax_wal_senders = 0";
    let cluster = Cluster::start(&Setup { conf, ..Setup::default() });
    let options = options(&format!("postgres://postgres@127.0.0.1:{}/postgres", cluster.port));
    run(async {
        let mut held = Vec::new();
        let error = loop {
            match open(&options).await {
                Ok(connected) => held.push(connected),
                Err(error) => break error.to_string(),
            }
            assert!(held.len() <= 3);
        };
        assert!(error.contains("has no connection to spare"), "{error}");
    });
}

#[test]
fn a_server_that_is_starting_up_is_waited_for() {
    let files = [("standby.signal", "")];
    let cluster =
        Cluster::start(&Setup { conf: "hot_standby = off", files: &files, is_rejecting: true, ..Setup::default() });
    let options = options(&format!("postgres://postgres@127.0.0.1:{}/postgres", cluster.port));
    let begin = Instant::now();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(700));
            cluster.promote();
        });
        assert_eq!(ask(&options, "select pg_catalog.pg_is_in_recovery()").unwrap(), "f");
    });
    assert!(begin.elapsed() > Duration::from_millis(700), "was let in before");
}
