//! The pairs of schemas: where they are, what they need, how they are loaded.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::project::Project;
use crate::support::Cluster;

pub(crate) fn place() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    match std::env::var_os("COUNTERPOSE_FIXTURES") {
        Some(set) => Some(root.join(set).canonicalize().unwrap()),
        None => root.join("../shared/fixtures/diff").canonicalize().ok(),
    }
}

/// Folders that hold an `a.sql` and a `b.sql`.
pub(crate) fn cases(place: &Path) -> Vec<PathBuf> {
    let pattern = walkdir::WalkDir::new(place).min_depth(2).max_depth(2).sort_by_file_name();
    let folders = pattern.into_iter().map(|entry| entry.unwrap().into_path());
    folders.filter(|folder| folder.join("a.sql").exists()).collect()
}

/// Loads a script into a fresh database.
pub(crate) fn load(script: &Path) -> Project {
    let project = Project::on(Cluster::shared().database());
    let mut psql = Command::new("psql");
    let output = psql.args(["-qXv", "ON_ERROR_STOP=1", "-d", &project.url, "-f"]).arg(script).output().unwrap();
    assert!(output.status.success(), "{}: {}", script.display(), String::from_utf8_lossy(&output.stderr));
    project
}

/// The roles that the schemas grant to, once for all tests of the process.
pub(crate) fn create_roles(place: &Path) {
    static DONE: OnceLock<()> = OnceLock::new();
    DONE.get_or_init(|| {
        let roles = std::fs::read_to_string(place.join("roles.tsv")).unwrap();
        let mut roles: Vec<&str> =
            roles.lines().skip(1).filter_map(|l| l.split('\t').nth(2)).flat_map(|r| r.split([' ', ','])).collect();
        roles.sort_unstable();
        roles.dedup();
        for role in roles.iter().filter(|role| !role.is_empty()) {
            Cluster::shared().sql(&format!("create role \"{role}\""));
        }
    });
}
