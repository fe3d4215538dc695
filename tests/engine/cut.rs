//! The connection cut between COMMIT and its answer: whether it took effect is known to the ledger alone.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;

use crate::project::Project;
use crate::support::Cluster;

/// What the proxy does.
#[derive(Clone, Copy, PartialEq)]
enum Fault {
    /// Cuts the connection at the `n`th COMMIT, after the server has carried it out.
    CutAfterCommit(usize),
    /// Cuts it before the server hears of the `n`th COMMIT.
    CutBeforeCommit(usize),
    /// Makes a syntax error of the `n`th BEGIN, as good as a cancel request that meets it.
    SpoilBegin(usize),
}

/// A proxy in front of the shared server. Gives its port.
fn proxy(fault: Fault) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        let (mut commits, mut begins) = (0, 0);
        for client in listener.incoming() {
            let (mut client, mut server) =
                (client.unwrap(), TcpStream::connect(("127.0.0.1", Cluster::shared().port)).unwrap());
            let (mut back_from, mut back_to) = (server.try_clone().unwrap(), client.try_clone().unwrap());
            let (gag, gagged) = std::sync::mpsc::channel::<()>();
            thread::spawn(move || {
                let mut buffer = [0; 65536];
                while let Ok(read @ 1..) = back_from.read(&mut buffer) {
                    if gagged.try_recv().is_ok() || back_to.write_all(&buffer[..read]).is_err() {
                        return;
                    }
                }
            });
            let mut buffer = [0; 65536];
            while let Ok(read @ 1..) = client.read(&mut buffer) {
                // One message is one read here: the program sends a migration in one piece, and these are small.
                let commit = buffer[..read].windows(11).any(|w| w == b"Q\0\0\0\x0bCOMMIT");
                commits += usize::from(commit);
                if let Some(at) = buffer[..read].windows(6).position(|w| w == b"BEGIN\0") {
                    begins += 1;
                    if fault == Fault::SpoilBegin(begins) {
                        buffer[at + 4] = b'M';
                    }
                }
                let server_hears = fault == Fault::CutAfterCommit(commits);
                if commit && (server_hears || fault == Fault::CutBeforeCommit(commits)) {
                    gag.send(()).unwrap();
                    if server_hears {
                        server.write_all(&buffer[..read]).unwrap();
                        thread::sleep(std::time::Duration::from_millis(300));
                    }
                    let _ = client.shutdown(Shutdown::Both);
                    let _ = server.shutdown(Shutdown::Both);
                    break;
                }
                server.write_all(&buffer[..read]).unwrap();
            }
        }
    });
    port
}

fn cut(server_hears: bool) {
    let name = Cluster::shared().create_database();
    let project =
        Project::on(format!("postgres://postgres@127.0.0.1:{}/{name}?sslmode=disable", Cluster::shared().port));
    project.tables(5);
    let direct = project.url.clone();
    // The first COMMIT ends the reading of the ledger; the fourth is that of the third migration.
    let port = proxy(if server_hears { Fault::CutAfterCommit(4) } else { Fault::CutBeforeCommit(4) });
    let through = format!("postgres://postgres@127.0.0.1:{port}/{name}?sslmode=disable");
    let ran = project.migrate(&["up", "--url", &through]).code(1).says("the connection was lost");
    ran.says("done so far, and standing: 2 (001_t1, 002_t2)");
    let expected = if server_hears { "1 2 3" } else { "1 2" };
    assert_eq!(project.applied(), expected);
    project.migrate(&["up", "--url", &direct]).ok();
    assert_eq!(project.applied(), "1 2 3 4 5");
    assert_eq!(project.value("select count(*) from migrate.journal where event = 'applied'"), "5");
}

#[test]
fn cut_after_the_commit_took_effect() {
    cut(true);
}

#[test]
fn cut_before_the_commit_arrived() {
    cut(false);
}

#[test]
fn a_script_whose_transaction_did_not_begin_is_not_run() {
    // The first BEGIN stands alone; the second travels with the COMMIT of the first migration.
    for (begin, applied) in [(1, ""), (2, "1")] {
        let name = Cluster::shared().create_database();
        let address = |port: u16| format!("postgres://postgres@127.0.0.1:{port}/{name}?sslmode=disable");
        let project = Project::on(address(Cluster::shared().port));
        project.pair("001_a", "CREATE TABLE a ();", "DROP TABLE a;");
        project.pair("002_b", "CREATE TABLE b ();\nSELECT 1/0;", "DROP TABLE b;");
        let through = address(proxy(Fault::SpoilBegin(begin)));
        project.migrate(&["up", "--url", &through]).code(1);
        assert_eq!(project.applied(), applied, "BEGIN number {begin}");
        let table = project.value("select to_regclass('a') is not null");
        assert_eq!(table == "t", applied == "1", "BEGIN number {begin}");
    }
}
