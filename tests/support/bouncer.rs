//! A real PgBouncer before a test's server.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::{Cluster, as_server, free_port, write_owned};

/// A running PgBouncer.
pub(crate) struct Bouncer {
    folder: PathBuf,
    /// Its port on 127.0.0.1.
    pub(crate) port: u16,
    child: Child,
}

impl Bouncer {
    /// Starts one before a server, for all its databases.
    pub(crate) fn start(cluster: &Cluster, mode: &str, more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap().keep();
        // The server's user must be able to read what is in it.
        std::fs::set_permissions(&folder, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let port = free_port();
        write_owned(&folder.join("users"), "\"postgres\" \"\"\n");
        // With `any`, everybody is this user.
        let config = format!(
            "[databases]\n* = host=127.0.0.1 port={} user=postgres\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
             listen_port = {port}\nunix_socket_dir =\nauth_type = any\nauth_file = {}/users\npool_mode = {mode}\n{more}\n",
            cluster.port,
            folder.display()
        );
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
}

impl Drop for Bouncer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
