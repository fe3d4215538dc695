//! Server programs from a local HTTP server: asked for, checked, unpacked, used; or refused with nothing left behind.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::{Arc, Mutex};

use counterpose::server::{fetch::fetch, programs};
use sha2::{Digest, Sha256};

use super::*;

/// A server of a few files by path, which remembers what it was asked for.
struct Server {
    address: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn new(files: Vec<(&'static str, Vec<u8>)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
                let request = lines.next().unwrap().unwrap();
                while lines.next().is_some_and(|line| !line.unwrap().is_empty()) {}
                let path = request.split(' ').nth(1).unwrap().to_owned();
                let found = files.iter().find(|(name, _)| path.split('?').next() == Some(name));
                let (status, body) = found.map_or(("404 Not Found", &b""[..]), |(_, body)| ("200 OK", body));
                seen.lock().unwrap().push(path);
                write!(stream, "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len())
                    .unwrap();
                stream.write_all(body).unwrap();
            }
        });
        Self { address, asked }
    }
}

/// An archive of the installed server's two programs and its modules, laid out as the releases are. `share` is found where
/// this machine has it.
fn archive() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let bin = folder.path().join("postgresql-x/bin");
    fs::create_dir_all(&bin).unwrap();
    let installed = programs::find(&options("/nowhere/.migrate".into())).unwrap();
    for name in ["postgres", "initdb"] {
        fs::copy(installed.path(name), bin.join(name)).unwrap();
    }
    let lib = folder.path().join("postgresql-x/lib");
    fs::create_dir(&lib).unwrap();
    for name in ["dict_snowball.so", "plpgsql.so"] {
        fs::copy(installed.bin.join("../lib").join(name), lib.join(name)).unwrap();
    }
    tar(folder.path(), "postgresql-x")
}

fn tar(folder: &Path, name: &str) -> Vec<u8> {
    let output = Command::new("tar").arg("-C").arg(folder).args(["-czf", "-", name]).output().unwrap();
    assert!(output.status.success());
    output.stdout
}

fn checksum(bytes: &[u8]) -> Vec<u8> {
    let digest: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{digest}  postgresql.tar.gz\n").into_bytes()
}

/// A home with a cache of its own that the server's user can enter, and an archive's address.
fn home_with(url: String) -> Home {
    let mut home = Home::new();
    home.options.cache = Some(home.folder.path().join("cache"));
    home.options.archive_url = Some(url);
    home
}

fn store(home: &Home) -> Vec<String> {
    let entries = fs::read_dir(home.folder.path().join("cache/programs")).into_iter().flatten();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

fn refused(home: &Home, major: Option<u32>) -> String {
    let error = fetch(&home.options, major, &mut Silent, &mut |_| Ok(true)).unwrap_err();
    assert_eq!(store(home), [""; 0], "nothing is left behind");
    let hints = find(&error).unwrap().hints.join("\n");
    for word in ["apt-get install postgresql-", "dnf install", "brew install", "winget install"] {
        assert!(hints.contains(word), "{hints}");
    }
    error.to_string()
}

#[test]
fn programs_are_fetched_after_asking_and_run_a_server() {
    let bytes = archive();
    let server = Server::new(vec![("/pg.tar.gz.sha256", checksum(&bytes)), ("/pg.tar.gz", bytes)]);
    let mut home = home_with(format!("http://me:hush@{}/pg.tar.gz", server.address));
    let mut questions = Vec::new();
    let no = fetch(&home.options, None, &mut Silent, &mut |question| {
        questions.push(question.to_owned());
        Ok(false)
    });
    assert_eq!(kind_of(&no.unwrap_err()), Kind::Refused);
    assert!(server.asked.lock().unwrap().is_empty() && store(&home).is_empty());
    assert!(questions[0].contains("/pg.tar.gz") && !questions[0].contains("hush"), "{}", questions[0]);

    let fetched = fetch(&home.options, None, &mut Silent, &mut |_| Ok(true)).unwrap();
    assert!(fetched.bin.starts_with(home.folder.path().join("cache/programs")), "{}", fetched.bin.display());
    assert_eq!(store(&home), [format!("postgresql-{}", fetched.short_version())]);
    home.options.pg_bin = Some(fetched.bin);
    home.client().batch_execute("select 1").unwrap();
}

#[test]
fn a_wrong_checksum_is_refused() {
    let bytes = archive();
    let server = Server::new(vec![("/pg.tar.gz.sha256", checksum(b"another")), ("/pg.tar.gz", bytes)]);
    let home = home_with(format!("http://me:hush@{}/pg.tar.gz", server.address));
    let error = refused(&home, None);
    assert!(error.contains("SHA-256") && !error.contains("hush"), "{error}");
}

#[test]
fn an_archive_without_a_checksum_is_not_even_downloaded() {
    let server = Server::new(vec![("/pg.tar.gz", archive())]);
    let home = home_with(format!("http://{}/pg.tar.gz", server.address));
    assert!(refused(&home, None).contains(".sha256"));
    assert_eq!(*server.asked.lock().unwrap(), ["/pg.tar.gz.sha256"]);
}

#[test]
fn an_archive_of_another_version_or_of_something_else_is_refused() {
    let (bytes, folder) = (archive(), tempfile::tempdir().unwrap());
    fs::create_dir_all(folder.path().join("x/bin")).unwrap();
    fs::write(folder.path().join("x/bin/postgres"), "no program").unwrap();
    let other = tar(folder.path(), "x");
    let cut = bytes[..bytes.len() / 2].to_vec();
    let server = Server::new(vec![
        ("/pg.sha256", checksum(&bytes)),
        ("/pg", bytes),
        ("/other.sha256", checksum(&other)),
        ("/other", other),
        ("/cut.sha256", checksum(&cut)),
        ("/cut", cut),
    ]);
    let home = |name: &str| home_with(format!("http://{}/{name}", server.address));
    assert!(refused(&home("pg"), Some(99)).contains("PostgreSQL 99 is needed"));
    assert!(refused(&home("other"), None).contains("no server programs"));
    assert!(refused(&home("cut"), None).contains("unpacking"));
}

#[test]
fn without_a_network_it_says_what_to_install() {
    // Bound, then closed again: nobody listens there.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let error = refused(&home_with(format!("http://me:hush@127.0.0.1:{port}/pg.tar.gz")), None);
    assert!(error.contains("could not be fetched from http://127.0.0.1") && !error.contains("hush"), "{error}");
}
