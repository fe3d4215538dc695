//! `diff --save`: what it writes is applied by `migrate up`, leads to what was wanted, and is taken back.

use crate::project::Project;
use crate::support::Cluster;
use crate::{fixtures, law};

/// What there is, what shall be, what is asked for besides, and how many pairs it takes.
const CASES: [(&str, &str, &[&str], usize); 6] = [
    (
        "create table t (id int primary key, name varchar(20)); create view v as select name from t",
        "create table t (id bigint primary key, name text not null); create view v as select name, id from t",
        &[],
        1,
    ),
    (
        "create type mood as enum ('sad', 'happy'); create table t (m mood)",
        "create type mood as enum ('sad', 'fine', 'happy'); create table t (m mood default 'fine')",
        &[],
        2,
    ),
    (
        "create type mood as enum ('sad', 'fine', 'happy'); create table t (m mood default 'sad', ms mood[])",
        "create type mood as enum ('happy', 'sad'); create table t (m mood default 'sad', ms mood[])",
        &[],
        1,
    ),
    (
        "create table t (id int primary key, a int); create table u (t int)",
        "create table t (id int primary key, a int not null check (a > 0)); create table u (t int references t); create index on u (t)",
        &["--online"],
        2,
    ),
    (
        "create table orders (id int primary key, total int); create index on orders (total)",
        "create table sales (id int primary key, amount int); create index on sales (amount)",
        &["--rename", "public.orders=public.sales", "--rename", "public.sales.total=public.sales.amount"],
        1,
    ),
    (
        "create table p (id int, k text) partition by list (k); create table q (id int, k text); create index on p (id)",
        "create table p (id int, k text) partition by list (k); create table q partition of p for values in ('q'); create index on p (id)",
        &[],
        1,
    ),
];

fn database(sql: &str) -> Project {
    let project = Project::on(Cluster::shared().database());
    project.client().batch_execute(sql).unwrap();
    project
}

#[test]
fn what_is_saved_is_applied_and_taken_back() {
    for (before, after, more, pairs) in CASES {
        let (project, wanted) = (database(before), database(after));
        let was = project.dump();
        let mut arguments = vec!["diff", "--from", "live", "--to", &wanted.url, "--save", "the change"];
        arguments.extend(more);
        let saved = project.migrate(&arguments).ok();
        assert_eq!(saved.stdout.lines().count(), 2 * pairs, "{after}: {}", saved.stdout);
        project.migrate(&["up"]).ok();
        project.migrate(&["diff", "--to", &wanted.url, "--check"]).ok().prints("no differences");
        project.migrate(&["down", "--all", "--yes"]).ok();
        assert_eq!(project.dump(), was, "{after}");
    }
}

/// Of the pairs of other tools' suites every so many, since each takes some seconds.
const EVERY: usize = 12;

#[test]
#[expect(clippy::print_stderr, reason = "what was not tried is said")]
fn pairs_of_other_suites_are_saved_applied_and_taken_back() {
    let Some(place) = fixtures::place() else {
        eprintln!("not tried: there are no pairs of schemas in ../shared/fixtures/diff");
        return;
    };
    fixtures::create_roles(&place);
    for folder in fixtures::cases(&place).iter().skip(5).step_by(EVERY) {
        if law::EXCUSED.iter().any(|(name, _)| folder.ends_with(name)) {
            continue;
        }
        let (project, wanted) = (fixtures::load(&folder.join("a.sql")), fixtures::load(&folder.join("b.sql")));
        let was = project.dump();
        let arguments = ["diff", "--from", "live", "--to", &wanted.url, "--save", "x", "--allow", "data-loss"];
        let saved = project.migrate(&arguments);
        assert_eq!(saved.code, 0, "{}: {saved:?}", folder.display());
        if saved.stdout.is_empty() {
            continue;
        }
        project.migrate(&["up"]).ok();
        project.migrate(&["diff", "--to", &wanted.url, "--check"]).ok();
        project.migrate(&["down", "--all", "--yes"]).ok();
        assert_eq!(law::normalised(&project.dump()), law::normalised(&was), "{}", folder.display());
    }
}

#[test]
fn values_survive_a_type_that_is_made_anew() {
    let project = database(
        "create type mood as enum ('sad', 'fine', 'happy'); create table t (m mood, ms mood[]);
         insert into t values ('sad', '{happy,sad}')",
    );
    let wanted = database("create type mood as enum ('happy', 'sad'); create table t (m mood, ms mood[])");
    project.migrate(&["diff", "--from", "live", "--to", &wanted.url, "--save", "moods"]).ok();
    project.migrate(&["up"]).ok();
    assert_eq!(project.value("select m || ' ' || ms::text from t"), "sad {happy,sad}");
    project.migrate(&["down", "--yes"]).ok();
    assert_eq!(project.value("select m || ' ' || ms::text from t"), "sad {happy,sad}");
}

#[test]
fn a_renamed_column_keeps_its_values() {
    let project = database("create table t (a int); insert into t values (7)");
    let wanted = database("create table t (b int)");
    let offered = project.migrate(&["diff", "--from", "live", "--to", &wanted.url, "--sql"]).code(4);
    offered.says("`--rename public.t.a=public.t.b` keeps it").says("would lose data:").prints("");
    let rename = ["--rename", "public.t.a=public.t.b"];
    project.migrate(&[&["diff", "--from", "live", "--to", &wanted.url, "--save", "x"], &rename[..]].concat()).ok();
    project.migrate(&["up"]).ok();
    assert_eq!(project.value("select b from t"), "7");
    let wrong = ["--rename", "public.t.c=public.t.b"];
    let ran =
        project.migrate(&[&["diff", "--from", "live", "--to", &wanted.url, "--sql"], &wrong[..]].concat()).code(2);
    ran.says("--rename public.t.c=public.t.b: there is no public.t.c to be renamed");
}

#[test]
fn nothing_is_written_where_nothing_differs_or_something_cannot_be_scripted() {
    let (one, other) = (database("create table t ()"), database("create table t ()"));
    let ran = one.migrate(&["diff", "--from", "live", "--to", &other.url, "--save", "x"]).ok();
    ran.says("no differences: nothing was written");
    other.client().batch_execute("create server s foreign data wrapper w").unwrap_err();
    let secret = "create foreign data wrapper w; create server s foreign data wrapper w;
                  create user mapping for public server s options (password 'hidden')";
    other.client().batch_execute(secret).unwrap();
    let ran = one.migrate(&["diff", "--from", "live", "--to", &other.url, "--save", "x"]).code(4);
    ran.says("user mapping s.public differs, and cannot be scripted");
    assert_eq!(std::fs::read_dir(one.path().join("migrations")).unwrap().count(), 0);
}
