//! The pages for test frameworks: their code, run as it stands there.

use std::process::Output;

use crate::project::Project;
use crate::{cluster, databases, project_on};

/// The code of a page in a language, in order.
fn code(page: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    page.split(&fence).skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

/// A project with the table that the pages talk of, and a framework's command in it with databases of its own.
fn run(files: &[(&str, &str)], arguments: &[&str]) -> (Output, Vec<String>) {
    let cluster = cluster();
    let project: Project = project_on(&cluster);
    project.file(
        "migrations/002_shops.sql",
        "CREATE TABLE shops (id bigserial PRIMARY KEY, name text NOT NULL UNIQUE);\n",
    );
    project.file("rollbacks/002_shops.sql", "DROP TABLE shops;\n");
    for (name, text) in files {
        project.file(name, text);
    }
    let mut command = project.command(&[&["db", "run", "--count", "2", "--"], arguments].concat());
    // The page's code calls the program by its name.
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_migrate")).parent().unwrap();
    let output = command.env("PATH", format!("{}:/usr/bin:/bin", program.display())).output().unwrap();
    (output, databases(&cluster, "migrate\\_%"))
}

#[test]
fn pytest() {
    let python = code(include_str!("../../docs/testing-pytest.md"), "python");
    let [fixtures, tests] = &python[..] else { panic!("{python:?}") };
    let files = [("conftest.py", fixtures.as_str()), ("test_shops.py", tests.as_str())];
    let (output, left) = run(&files, &["python3", "-m", "pytest", "-q", "-p", "no:cacheprovider"]);
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && printed.contains("8 passed"), "{printed}");
    assert_eq!(left.len(), 1, "the template alone: {left:?}");
}

#[test]
fn pgtap() {
    let sql = code(include_str!("../../docs/testing-pgtap.md"), "sql");
    let [test] = &sql[..] else { panic!("{sql:?}") };
    let wrong = test.replace("'shops'", "'nope'");
    let (output, _) = run(&[("tests/shops.sql", test)], &["pg_prove", "tests/shops.sql"]);
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && printed.contains("Result: PASS"), "{printed}");
    let (output, left) = run(&[("tests/shops.sql", &wrong)], &["pg_prove", "tests/shops.sql"]);
    assert!(!output.status.success(), "a failing test fails the command");
    assert_eq!(left.len(), 1, "{left:?}");
}
