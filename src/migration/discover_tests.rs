//! Discovery on real folders.

use super::*;
use crate::error::find;

/// A project folder with the given files.
fn project(files: &[(&str, &str)]) -> (tempfile::TempDir, Source) {
    let root = tempfile::tempdir().unwrap();
    for folder in ["migrations", "rollbacks"] {
        fs::create_dir(root.path().join(folder)).unwrap();
    }
    for (path, text) in files {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let source = source(root.path());
    (root, source)
}

fn source(root: &Path) -> Source {
    Source::Folder { migrations: root.join("migrations"), rollbacks: root.join("rollbacks") }
}

fn refused(source: &Source) -> (Kind, String) {
    let error = discover(source).unwrap_err();
    let error = find(&error).unwrap();
    (error.kind, error.message.clone())
}

#[test]
fn pairs_come_in_the_order_of_their_numbers() {
    let (_root, source) = project(&[
        ("migrations/10_ten.sql", "SELECT 10;"),
        ("migrations/9_nine.sql", "SELECT 9;"),
        ("migrations/V11__eleven.sql", "SELECT 11;"),
        ("migrations/20261122093000_late.sql", "SELECT 12;"),
        ("migrations/.keep", ""),
        ("migrations/README.md", "hello"),
        ("migrations/notes/README.md", "hello"),
        ("rollbacks/009_undo_nine.sql", "SELECT -9;"),
        ("rollbacks/V11__eleven.sql", "SELECT -11;"),
    ]);
    let pairs = discover(&source).unwrap();
    assert_eq!(
        pairs.iter().map(Pair::label).collect::<Vec<_>>(),
        ["9_nine", "10_ten", "11_eleven", "20261122093000_late"]
    );
    assert_eq!(pairs[0].up.path, "migrations/9_nine.sql");
    assert_eq!(pairs[0].down.as_ref().map(|down| down.path.as_str()), Some("rollbacks/009_undo_nine.sql"));
    assert_eq!(pairs.iter().map(|pair| pair.down.is_some()).collect::<Vec<_>>(), [true, false, true, false]);
}

#[test]
fn all_problems_are_told_in_one_error() {
    let (root, source) = project(&[
        ("migrations/init.sql", ""),
        ("migrations/U1__x.sql", ""),
        ("migrations/2_a.sql", ""),
        ("migrations/old/3_c.sql", ""),
        ("rollbacks/4_d.sql", ""),
    ]);
    fs::write(root.path().join("migrations/5_e.sql"), b"\n\xff").unwrap();
    std::os::unix::fs::symlink("6_f.sql", root.path().join("migrations/6_f.sql")).unwrap();
    std::os::unix::fs::symlink("gone", root.path().join("migrations/7_g.sql")).unwrap();
    fs::create_dir(root.path().join("rollbacks/sub")).unwrap();
    std::os::unix::fs::symlink("sub", root.path().join("rollbacks/2_a.sql")).unwrap();
    let (kind, message) = refused(&source);
    assert_eq!(kind, Kind::Usage);
    let lines: Vec<_> = message.lines().map(str::trim).collect();
    assert_eq!(lines.len(), 9, "{message}");
    for (line, part) in lines.iter().zip([
        "8 problems with the migration files:",
        "migrations/5_e.sql: is not UTF-8: line 2 holds byte 0xff",
        "migrations/6_f.sql: is a symbolic link that leads nowhere",
        "migrations/7_g.sql: is a symbolic link to nothing",
        "migrations/U1__x.sql: refinery would apply",
        "migrations/init.sql: its name does not begin with a number",
        "migrations/old/3_c.sql: scripts in subfolders are not read",
        "rollbacks/2_a.sql: is a folder, or a symbolic link to one",
        "rollbacks/4_d.sql: a rollback without its migration",
    ]) {
        assert!(line.starts_with(part), "{line}\n does not begin with\n{part}");
    }
}

#[test]
fn two_files_of_one_number_are_a_mismatch() {
    let (_root, source) = project(&[("migrations/001_a.sql", ""), ("migrations/V1__b.sql", "")]);
    let (kind, message) = refused(&source);
    assert_eq!(kind, Kind::LedgerMismatch);
    assert_eq!(message, "migrations/001_a.sql and migrations/V1__b.sql share number 1");
    let (_root, source) = project(&[("migrations/1_a.sql", ""), ("rollbacks/1_a.sql", ""), ("rollbacks/01_b.sql", "")]);
    assert_eq!(refused(&source).1, "rollbacks/01_b.sql and rollbacks/1_a.sql share number 1");
}

#[test]
fn a_missing_folder_names_the_command_that_makes_it() {
    let root = tempfile::tempdir().unwrap();
    let error = discover(&source(root.path())).unwrap_err();
    let error = find(&error).unwrap();
    assert!(error.message.starts_with("there is no folder ") && error.message.ends_with("/migrations"));
    assert_eq!(error.hints, ["`migrate new NAME` makes the folders with a first pair"]);
    fs::create_dir(root.path().join("migrations")).unwrap();
    assert_eq!(discover(&source(root.path())).unwrap(), []);
}

#[test]
fn linked_files_are_read_and_paths_leave_out_what_is_common() {
    let (root, _) = project(&[("supabase/migrations/1_a.sql", "SELECT 1;"), ("shared.sql", "SELECT 2;")]);
    std::os::unix::fs::symlink("../shared.sql", root.path().join("rollbacks/1_a.sql")).unwrap();
    let source = Source::Folder {
        migrations: root.path().join("supabase/migrations"),
        rollbacks: root.path().join("rollbacks"),
    };
    let pairs = discover(&source).unwrap();
    assert_eq!(pairs[0].up.path, "supabase/migrations/1_a.sql");
    assert_eq!(pairs[0].down.as_ref().unwrap().text, "SELECT 2;");
}

/// What the binary carries is what stands in the repository, and nothing in it is refused.
#[test]
fn the_bundled_project_is_the_one_in_the_repository() {
    let bundled = discover(&Source::Bundled).unwrap();
    let folder = discover(&source(Path::new(env!("CARGO_MANIFEST_DIR")))).unwrap();
    let sums = |pairs: &[Pair]| -> Vec<_> {
        pairs.iter().map(|p| (p.label(), p.up.sha256.clone(), p.down.as_ref().map(|d| d.sha256.clone()))).collect()
    };
    assert_eq!(sums(&bundled), sums(&folder));
    let problems: Vec<_> = bundled.iter().flat_map(crate::migration::check).map(|p| p.to_string()).collect();
    assert_eq!(problems, Vec::<String>::new());
}
