//! The library's face for Rust tests: a database that is ready, and drops itself.

use std::process::{Command, Stdio};

use counterpose::testing::{Databases, Overrides};

use crate::project::Project;
use crate::{cluster, databases, project_on, value};

fn open(project: &Project) -> Databases {
    let (dir, url) = (Some(project.path().to_owned()), Some(project.url.clone()));
    Databases::open(&Overrides { dir, url, ..Overrides::default() }).unwrap()
}

#[test]
fn each_has_the_schema_and_drops_itself() {
    let cluster = cluster();
    let project = project_on(&cluster);
    let source = open(&project);
    let (first, second) = (source.database().unwrap(), source.database().unwrap());
    value(first.url(), "insert into t1 values (1) returning id");
    assert_eq!(value(second.url(), "select count(*) from t1"), "0");
    assert_eq!(databases(&cluster, "migrate\\_test%"), [first.name(), second.name()]);
    // Others see that their owner is alive.
    let _ = project.migrate(&["db", "clone"]).ok();
    assert_eq!(databases(&cluster, "migrate\\_test%").len(), 2);
    drop(source);
    drop(first);
    assert_eq!(databases(&cluster, "migrate\\_test%"), [second.name()], "the second one still holds the lease");
    drop(second);
    assert_eq!(databases(&cluster, "migrate\\_test%"), [""; 0]);
}

#[test]
fn many_threads_and_asynchronous_tests_may_ask() {
    let cluster = cluster();
    let source = open(&project_on(&cluster));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let names: Vec<String> = std::thread::scope(|scope| {
        let ask = || scope.spawn(|| source.database().unwrap());
        let made: Vec<_> = (0..8).map(|_| ask()).collect::<Vec<_>>().into_iter().map(|t| t.join().unwrap()).collect();
        runtime.block_on(async {
            let inside = source.database().unwrap();
            assert_eq!(value_of(&inside), "0");
        });
        made.iter().map(|database| database.name().to_owned()).collect()
    });
    assert_eq!(names.iter().collect::<std::collections::BTreeSet<_>>().len(), 8);
    assert_eq!(databases(&cluster, "migrate\\_test%"), [""; 0]);
}

/// In a thread of its own: the client that tests use blocks as well.
fn value_of(database: &counterpose::testing::Database) -> String {
    std::thread::scope(|scope| scope.spawn(|| value(database.url(), "select count(*) from t1")).join().unwrap())
}

#[test]
fn seeds_of_a_vertical_are_in_the_template() {
    let cluster = cluster();
    let project = project_on(&cluster);
    project.file(
        "seeds/shop/01_t1.sql",
        "insert into t1 select extract(year from current_setting('seed.today')::date);\n",
    );
    let overrides =
        Overrides { dir: Some(project.path().to_owned()), url: Some(project.url.clone()), ..Overrides::default() };
    let database = Databases::with_seeds(&overrides, &["shop"], Some("2024-05-01")).unwrap().database().unwrap();
    assert_eq!(value(database.url(), "select id from t1"), "2024");
    let error = Databases::with_seeds(&overrides, &["shops"], None).unwrap_err();
    assert_eq!(error.to_string(), "there is no vertical shops");
}

#[test]
fn rows_that_every_test_needs_are_in_the_template() {
    let cluster = cluster();
    let project = project_on(&cluster);
    let (dir, url) = (Some(project.path().to_owned()), Some(project.url.clone()));
    let place = Overrides { dir, url, ..Overrides::default() };
    let source = Databases::with_rows(&place, "insert into t1 values (1); insert into t1 values (2);").unwrap();
    let database = source.database().unwrap();
    assert_eq!(value(database.url(), "select count(*) from t1"), "2");
    let wrong = Databases::with_rows(&place, "insert into t1 values (1); select 1 / 0;").unwrap();
    let error = format!("{:#}", wrong.database().unwrap_err());
    assert!(error.contains("failed to load the rows") && error.contains("division by zero"), "{error}");
    assert_eq!(value(open(&project).database().unwrap().url(), "select count(*) from t1"), "0", "without them");
}

#[test]
fn without_createdb_it_says_what_to_grant() {
    let cluster = cluster();
    cluster.sql("create role plain login");
    let mut project = project_on(&cluster);
    project.url = project.url.replace("postgres@", "plain@");
    let url = Some(project.url.clone());
    let place = Overrides { dir: Some(project.path().to_owned()), url, ..Overrides::default() };
    let error = Databases::open(&place).unwrap_err();
    let hints = &counterpose::error::find(&error).unwrap().hints;
    assert!(hints.iter().any(|hint| hint.contains("ALTER ROLE \"plain\" CREATEDB")), "{error:#} {hints:?}");
}

#[test]
fn what_a_crashed_test_left_is_dropped_by_the_next_one() {
    let cluster = cluster();
    let project = project_on(&cluster);
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "library::crashes", "--ignored", "--nocapture"]).stderr(Stdio::null());
    let output = child.env("DATABASE_URL", &project.url).current_dir(project.path()).output().unwrap();
    assert!(!output.status.success());
    let left = databases(&cluster, "migrate\\_test%");
    assert_eq!(left.len(), 1, "{}", String::from_utf8_lossy(&output.stdout));
    let next = open(&project).database().unwrap();
    assert_eq!(databases(&cluster, "migrate\\_test%"), [next.name()]);
}

/// Run by the test above in a process of its own: the project and the server are those of the folder and the environment.
#[test]
#[ignore = "it ends its process"]
fn crashes() {
    let database = counterpose::testing::database().unwrap();
    assert_eq!(value(database.url(), "select count(*) from t1"), "0");
    std::process::abort();
}
