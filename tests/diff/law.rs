//! Pairs of schemas from the public test suites of other tools, and the law of the script: applied to A, it makes B of it, and the script back makes A again; pg_dump is the judge, and the
//! tables that no hazard names keep their identity and their rows. Where two dumps differ, the diff may not be empty; where
//! they do not, it must be.
//!
//! The pairs are data beside the project, not part of it. Where COUNTERPOSE_FIXTURES is set, as in CI, they must be there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::fixtures::{cases, create_roles, load, place};
use crate::project::Project;
use crate::support::Cluster;

const THREADS: usize = 4;

/// Pairs that cannot pass, and why.
pub(crate) const EXCUSED: [(&str, &str); 3] = [
    ("migra/extversions", "an extension cannot be updated to an older version"),
    (
        "apgdiff/modify_inherits",
        "a column of its own cannot become an inherited one: PostgreSQL has no statement for it",
    ),
    ("migra/inherit2", "a column of its own cannot become an inherited one: PostgreSQL has no statement for it"),
];

/// A dump in which what PostgreSQL orders by history is ordered by text: columns within their table, grants.
pub(crate) fn normalised(dump: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut table: Option<Vec<String>> = None;
    let mut grants: Vec<String> = Vec::new();
    for line in dump.lines() {
        if line.starts_with("GRANT ") || line.starts_with("REVOKE ") {
            grants.push(line.to_owned());
            continue;
        }
        match table.as_mut() {
            Some(columns) if line.starts_with(')') => {
                columns.sort();
                lines.append(columns);
                lines.push(line.to_owned());
                table = None;
            }
            Some(columns) => columns.push(line.trim_end_matches(',').to_owned()),
            None => {
                lines.push(line.to_owned());
                let opens = line.starts_with("CREATE ") && line.contains("TABLE ") && line.ends_with('(');
                table = opens.then(Vec::new);
            }
        }
    }
    grants.sort();
    lines.append(&mut grants);
    lines.join("\n")
}

/// The database that `psql` makes of a dump: expressions are not always deparsed to what they are parsed from.
fn reloaded(dump: &str) -> Project {
    let project = Project::on(Cluster::shared().database());
    run_sql(&project, dump).unwrap();
    project
}

/// Runs a script as psql does.
fn run_sql(project: &Project, sql: &str) -> Result<(), String> {
    let mut psql = Command::new("psql");
    psql.args(["-qXv", "ON_ERROR_STOP=1", "-d", &project.url]).stdin(Stdio::piped());
    let mut child = psql.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let text = sql.to_owned();
    let writer = std::thread::spawn(move || drop(std::io::Write::write_all(&mut stdin, text.as_bytes())));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

/// Every ordinary table by name, with its oid and how many rows it has.
fn tables(project: &Project) -> BTreeMap<String, (u32, i64)> {
    let mut client = project.client();
    let tables = "select c.oid, format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace \
                  where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema')";
    let rows = client.query(tables, &[]).unwrap();
    rows.into_iter()
        .map(|row| {
            let (oid, name): (u32, String) = (row.get(0), row.get(1));
            let count = client.query_one(&format!("select count(*) from {name}"), &[]).unwrap().get(0);
            (name, (oid, count))
        })
        .collect()
}

/// Puts a row into every table that takes one without being told more.
fn plant(project: &Project) {
    let mut client = project.client();
    for name in tables(project).keys() {
        drop(client.batch_execute(&format!("insert into {name} default values")));
    }
}

/// Makes `to` (a database or a snapshot) of `from` by the script; says what is wrong with it, if anything is.
pub(crate) fn script_holds(from: &Project, to: &str, wanted: &str) -> Result<(), String> {
    let script = from.migrate(&["diff", "--to", to, "--sql", "--check", "--allow", "data-loss"]);
    let dump = from.dump();
    // Of two wordings of one expression PostgreSQL itself makes one when a dump is loaded.
    let is_other_wording = || normalised(&reloaded(&dump).dump()) == normalised(&reloaded(wanted).dump());
    let differs = dump != wanted && !(script.code == 0 && is_other_wording());
    if script.code != if differs { 3 } else { 0 } {
        return Err(format!("the dumps {}: {script:?}", if differs { "differ" } else { "do not differ" }));
    }
    // A row of nothing but NULLs is what such a statement says that it fails on.
    if script.stdout.contains("-- fails on ") {
        for name in tables(from).keys() {
            from.client().batch_execute(&format!("truncate {name} cascade")).unwrap();
        }
    }
    let before = tables(from);
    run_sql(from, &script.stdout).map_err(|error| format!("{error}\n{}", script.stdout))?;
    let dump = from.dump();
    let found = normalised(&dump);
    if found != normalised(wanted) && normalised(&reloaded(&dump).dump()) != normalised(&reloaded(wanted).dump()) {
        let wanted = normalised(wanted);
        let changes = similar::TextDiff::from_lines(&found, &wanted);
        return Err(format!("the dumps differ:\n{}\nafter\n{}", changes.unified_diff(), script.stdout));
    }
    let again = from.migrate(&["diff", "--to", to, "--check"]);
    if again.code != 0 {
        return Err(format!("a second diff is not empty:\n{}\nafter\n{}", again.stdout, script.stdout));
    }
    let after = tables(from);
    for (name, (oid, rows)) in &before {
        let Some(now) = after.get(name) else { continue };
        let told = script.stdout.lines().any(|line| line == format!("-- loses data: table {name} with its rows"));
        if !told && (now.0 != *oid || now.1 != *rows) {
            return Err(format!("{name} was made anew, or lost rows, without a word:\n{}", script.stdout));
        }
    }
    Ok(())
}

/// There and back again.
fn judge(folder: &Path) -> Option<String> {
    let (a, b) = (load(&folder.join("a.sql")), load(&folder.join("b.sql")));
    let (dump_of_a, dump_of_b) = (a.dump(), b.dump());
    let kept = a.path().join("a.json").display().to_string();
    a.migrate(&["diff", "--from", "live", "--snapshot", &kept]).ok();
    plant(&a);
    let held = script_holds(&a, &b.url, &dump_of_b).and_then(|()| script_holds(&b, &kept, &dump_of_a));
    held.err().map(|error| format!("##### {}:\n{error}", folder.display()))
}

#[test]
#[expect(clippy::print_stderr, reason = "what was not tried is said")]
fn a_script_applied_leaves_nothing_to_tell() {
    let Some(place) = place() else {
        eprintln!("not tried: there are no pairs of schemas in ../shared/fixtures/diff");
        return;
    };
    create_roles(&place);
    let only = std::env::var("COUNTERPOSE_LAW").unwrap_or_default();
    let cases: Vec<PathBuf> = cases(&place)
        .into_iter()
        .filter(|folder| !EXCUSED.iter().any(|(name, _)| folder.ends_with(name)))
        .filter(|folder| folder.to_string_lossy().contains(&only))
        .collect();
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
