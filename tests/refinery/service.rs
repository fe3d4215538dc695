//! The service of `tests/refinery-service`, built in both widths, and what it tells.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::project::Project;

/// Which build of the service, by the width of its version column, and which of refinery's two drivers it uses.
#[derive(Clone, Copy)]
pub(crate) struct Service {
    pub(crate) width: &'static str,
    how: &'static str,
}

/// As most services are.
pub(crate) const NARROW: Service = Service { width: "int4", how: "sync" };
/// For timestamps.
pub(crate) const WIDE: Service = Service { width: "int8", how: "sync" };
/// All of them.
pub(crate) const ALL: [Service; 4] =
    [NARROW, WIDE, Service { how: "async", ..NARROW }, Service { how: "async", ..WIDE }];

impl Service {
    /// Starts the service with the project's migrations and the ledger's own table: what it ran, and what it has then.
    pub(crate) fn start(self, project: &Project) -> Started {
        self.with_table(project, "migrate.refinery_schema_history")
    }

    /// Starts it with another table; `-` is its default.
    pub(crate) fn with_table(self, project: &Project, table: &str) -> Started {
        let mut command = Command::new(program(self.width));
        let output =
            command.arg(self.how).arg(project.path().join("migrations")).args([&project.url, table]).output().unwrap();
        assert!(output.status.success(), "{}: {}", self.how, String::from_utf8_lossy(&output.stderr));
        Started(String::from_utf8(output.stdout).unwrap())
    }

    /// Starts it where somebody else may be faster: whether it got up.
    pub(crate) fn attempt(self, project: &Project) -> bool {
        let mut command = Command::new(program(self.width));
        command.arg(self.how).arg(project.path().join("migrations"));
        command.args([&project.url, "migrate.refinery_schema_history"]).output().unwrap().status.success()
    }

    /// Starts it where it must not get up: what it said.
    pub(crate) fn fails(self, project: &Project) -> String {
        let mut command = Command::new(program(self.width));
        command.arg(self.how).arg(project.path().join("migrations"));
        let output = command.args([&project.url, "migrate.refinery_schema_history"]).output().unwrap();
        assert!(!output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8(output.stderr).unwrap()
    }
}

/// What a service told.
pub(crate) struct Started(String);

impl Started {
    fn versions(&self, word: &str) -> String {
        let of_word = self.0.lines().filter_map(|line| line.strip_prefix(word));
        of_word.filter_map(|rest| rest.split(' ').nth(1)).collect::<Vec<_>>().join(" ")
    }

    /// The versions that it applied now.
    pub(crate) fn ran(&self) -> String {
        self.versions("ran")
    }

    /// The versions that it sees as applied.
    pub(crate) fn has(&self) -> String {
        self.versions("has")
    }

    /// The rows that it sees: version, name, checksum.
    pub(crate) fn rows(&self) -> String {
        self.0.lines().filter_map(|line| line.strip_prefix("has ")).collect::<Vec<_>>().join("\n")
    }
}

/// Builds the service once for a width, with Cargo, in a folder of its own.
fn program(width: &'static str) -> &'static Path {
    static NARROW: OnceLock<PathBuf> = OnceLock::new();
    static WIDE: OnceLock<PathBuf> = OnceLock::new();
    if width == "int8" {
        WIDE.get_or_init(|| build(&["--features", "int8-versions"], width))
    } else {
        NARROW.get_or_init(|| build(&[], width))
    }
}

fn build(features: &[&str], width: &str) -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("refinery-service");
    std::fs::create_dir_all(&target).unwrap();
    // Both builds share what they depend on and end in the same place: one at a time, and each is copied from there.
    let turn = std::fs::File::create(target.join("turn")).unwrap();
    turn.lock().unwrap();
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/refinery-service/Cargo.toml");
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .args(["build", "--quiet", "--locked", "--manifest-path", manifest, "--target-dir"])
        .arg(&target)
        .args(features);
    let output = cargo.output().unwrap();
    assert!(output.status.success(), "the service was not built: {}", String::from_utf8_lossy(&output.stderr));
    let copy = target.join(format!("service-{width}-{}", std::process::id()));
    std::fs::copy(target.join("debug/refinery-service"), &copy).unwrap();
    // Under its own name the other test processes may be running it.
    let program = target.join(format!("service-{width}"));
    std::fs::rename(&copy, &program).unwrap();
    program
}
