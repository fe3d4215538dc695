//! Pairs of schemas from the public test suites of other tools: where two dumps differ, the diff may not be empty; where they
//! do not, it must be.
//!
//! The pairs are data beside the project, not part of it. Where COUNTERPOSE_FIXTURES is set, as in CI, they must be there.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};

use crate::project::Project;
use crate::support::Cluster;

const THREADS: usize = 4;

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

/// What is wrong with the diff of a pair, if anything is.
fn judge(folder: &Path) -> Option<String> {
    let (a, b) = (load(&folder.join("a.sql")), load(&folder.join("b.sql")));
    let differs = a.dump() != b.dump();
    let found = a.migrate(&["diff", "--to", &b.url, "--check"]);
    let wrong = found.code != if differs { 3 } else { 0 };
    wrong.then(|| {
        format!("{}: the dumps {}\n{found:?}", folder.display(), if differs { "differ" } else { "do not differ" })
    })
}

#[test]
#[expect(clippy::print_stderr, reason = "what was not tried is said")]
fn no_difference_is_missed_and_none_is_made_up() {
    let Some(place) = place() else {
        eprintln!("not tried: there are no pairs of schemas in ../shared/fixtures/diff");
        return;
    };
    create_roles(&place);
    let cases = cases(&place);
    assert!(cases.len() > 300, "only {} pairs in {}", cases.len(), place.display());
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while let Some(folder) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    wrong.lock().unwrap().extend(judge(folder));
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{} of {} pairs:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}
