//! A disk that is full.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use crate::project::Project;
use crate::support::{Cluster, Setup};

const MIB: u64 = 1024 * 1024;

/// A small disk of our own.
struct Disk {
    folder: tempfile::TempDir,
}

impl Disk {
    /// `Err` with the reason where we may not mount one.
    fn mount(size: u64) -> Result<Self, String> {
        let folder = tempfile::tempdir().unwrap();
        let options = format!("size={size},mode=1777");
        let mut mount = Command::new("mount");
        let output = mount.args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(folder.path()).output();
        let output = output.map_err(|error| format!("mount: {error}"))?;
        if output.status.success() { Ok(Self { folder }) } else { Err(String::from_utf8_lossy(&output.stderr).into()) }
    }

    fn free(&self) -> u64 {
        let facts = rustix::fs::statvfs(self.folder.path()).unwrap();
        facts.f_bavail * facts.f_frsize
    }

    /// Fills it up to the bytes that are to stay free.
    fn fill(&self, ballast: &Path, stay: u64) {
        let mut file = std::fs::File::create(ballast).unwrap();
        let block = vec![0_u8; 64 * 1024];
        while self.free() > stay {
            file.write_all(&block).unwrap();
        }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.folder.path()).status();
    }
}

#[test]
fn up_goes_on_after_space_was_freed() {
    let disk = match Disk::mount(160 * MIB) {
        Ok(disk) => disk,
        Err(why) => {
            // Not by the macro, whose output the test harness keeps to itself.
            let text = format!("NOT TRIED: a full disk, because a small one could not be mounted here: {why}\n");
            std::io::stderr().write_all(text.as_bytes()).unwrap();
            return;
        }
    };
    let cluster = Cluster::start(&Setup { place: Some(disk.folder.path()), ..Setup::default() });
    let url = format!("postgres://postgres@/postgres?host={}&port={}", cluster.socket().display(), cluster.port);
    let project = Project::on(url);
    project.tables(1);
    // Twice what stays free; and less than what is left of the log's first segment, since a full log stops the server.
    let fill = "CREATE TABLE big AS SELECT repeat('x', 900) AS x FROM generate_series(1, 6000);\n";
    project.pair("002_big", fill, "DROP TABLE big;");
    project.pair("003_small", "CREATE TABLE small ();\n", "DROP TABLE small;\n");
    let stepwise = "-- migrate: no-transaction\nCREATE TABLE step ();\nCREATE TABLE bigger AS SELECT repeat('x', 900) AS x FROM generate_series(1, 4000);\n";
    project.pair("004_step", stepwise, "DROP TABLE step, bigger;\n");
    let ballast = disk.folder.path().join("ballast");
    disk.fill(&ballast, 2 * MIB);
    let ran = project.migrate(&["up"]).code(1).says("migrations/002_big.sql:1: could not extend file");
    let ran = ran.says("No space left on device (SQLSTATE 53100)").says("hint: free space on the server's disk");
    ran.says("and standing: 1 (001_t1)");
    assert_eq!(project.applied(), "1");
    assert_eq!(project.value("select to_regclass('big') is null"), "t");
    std::fs::remove_file(&ballast).unwrap();
    project.migrate(&["up", "--to", "3"]).ok().prints("2 migrations applied");
    disk.fill(&ballast, MIB);
    project.migrate(&["up"]).code(1).says("migrations/004_step.sql:3: could not extend file");
    project.migrate(&["status"]).ok().prints("half applied (1 of 2 statements)");
    std::fs::remove_file(&ballast).unwrap();
    project.migrate(&["up"]).ok().says("1 of 2 statements were done before");
    project.migrate(&["status", "--check"]).ok();
    project.migrate(&["down", "--all", "--yes"]).ok().prints("4 migrations rolled back");
}
