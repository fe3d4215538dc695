//! A real PgBouncer in each of its modes.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::support::{as_server, free_port, write_owned};
use super::*;

/// A running PgBouncer before the shared server.
struct Bouncer {
    folder: PathBuf,
    port: u16,
    child: Child,
}

impl Bouncer {
    fn start(mode: &str, more: &str) -> Self {
        let cluster = Cluster::shared();
        let folder = tempfile::tempdir().unwrap().keep();
        // The server's user must be able to read what is in it.
        std::fs::set_permissions(&folder, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let port = free_port();
        write_owned(&folder.join("users"), "\"postgres\" \"\"\n");
        let config = format!(
            "[databases]\npostgres = host=127.0.0.1 port={} dbname=postgres\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
             listen_port = {port}\nunix_socket_dir =\nauth_type = any\nauth_file = {}/users\npool_mode = {mode}\n{more}\n",
            cluster.port,
            folder.display()
        );
        // With `any`, everybody is this user.
        let config = config.replace("dbname=postgres", "dbname=postgres user=postgres");
        write_owned(&folder.join("ini"), &config);
        let mut command = as_server(Command::new("/usr/sbin/pgbouncer"));
        let child = command.arg(folder.join("ini")).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let begin = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begin.elapsed() < Duration::from_secs(10), "PgBouncer did not start");
            std::thread::sleep(Duration::from_millis(10));
        }
        Self { folder, port, child }
    }

    fn options(&self, more: &str) -> ConnectOptions {
        options(&format!("postgres://postgres:secret@127.0.0.1:{}/postgres{more}", self.port))
    }
}

impl Drop for Bouncer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
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
    let bouncer = Bouncer::start("transaction", "");
    assert_refused(&bouncer.options(""));
}

#[test]
fn transaction_mode_is_recognised_when_the_pool_is_handed_out_in_turn() {
    let bouncer = Bouncer::start("transaction", "server_round_robin = 1\nmin_pool_size = 4\ndefault_pool_size = 4");
    // The pool is filled once the database has been used; then the probes may be given other sessions than ours was.
    for _ in 0..5 {
        assert_refused(&bouncer.options(""));
    }
}

#[test]
fn transaction_mode_is_recognised_in_a_pool_of_one() {
    let bouncer = Bouncer::start("transaction", "default_pool_size = 1");
    assert_refused(&bouncer.options(""));
}

#[test]
fn statement_mode_is_refused() {
    let bouncer = Bouncer::start("statement", "");
    assert_refused(&bouncer.options(""));
}

#[test]
fn session_mode_passes() {
    let bouncer = Bouncer::start("session", "");
    check(&bouncer.options("")).unwrap();
}

#[test]
fn session_mode_passes_in_a_pool_of_one_and_in_bounded_time() {
    let bouncer = Bouncer::start("session", "default_pool_size = 1");
    let begin = Instant::now();
    check(&bouncer.options("")).unwrap();
    assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", begin.elapsed());
}

#[test]
fn a_setting_that_the_pooler_refuses_is_explained() {
    let bouncer = Bouncer::start("session", "");
    let error = refused(&bouncer.options("?options=-c%20lock_timeout%3D1s"));
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
