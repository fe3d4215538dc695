//! `squash`: pairs folded into one that makes the same schema and the same rows.

use crate::project::{Project, Ran};
use crate::support::Cluster;

fn shop() -> Project {
    let project = Project::new();
    project.pair("001_shops", "create table shops (id int primary key, title text);\n", "drop table shops;\n");
    project.pair(
        "002_rows",
        "insert into shops values (1, 'North');\nupdate shops set title = upper(title);\n\
         insert into shops select 2, 'South' where exists (select from shops);\n",
        "delete from shops;\n",
    );
    project.pair(
        "003_name",
        "alter table shops add column at timestamptz default clock_timestamp();\ncreate index on shops (at);\n",
        "alter table shops drop column at;\n",
    );
    project.pair("004_more", "create table more (id int);\n", "drop table more;\n");
    project
}

fn files(project: &Project) -> String {
    let mut names: Vec<String> = walkdir::WalkDir::new(project.path())
        .into_iter()
        .map(|entry| entry.unwrap().path().strip_prefix(project.path()).unwrap().display().to_string())
        .filter(|name| name.contains(".sql"))
        .collect();
    names.sort();
    names.join(" ")
}

fn squash(project: &Project, more: &[&str]) -> Ran {
    project.migrate(&[&["squash", "--yes"][..], more].concat())
}

#[test]
fn what_is_folded_makes_the_same_rows_in_their_order() {
    let project = shop();
    project.migrate(&["up"]).ok().prints("4 migrations applied");
    let (dump, rows) = (project.dump(), "select string_agg(format('%s %s', id, title), ',' order by id) from shops");
    let ran = squash(&project, &["--to", "3"]).ok();
    assert!(ran.stdout.starts_with("folded 3 pairs into migrations/003_squashed.sql, as one schema"), "{}", ran.stdout);
    assert_eq!(
        files(&project),
        "migrations/003_squashed.sql migrations/004_more.sql rollbacks/003_squashed.sql rollbacks/004_more.sql"
    );
    // A database that has the old pairs.
    project.migrate(&["status", "--check"]).code(3).prints("missing");
    project.migrate(&["repair", "--squashed", "3", "--yes"]).ok().prints("folded").prints("accepted");
    project.migrate(&["status", "--check"]).ok().prints("2 applied, 0 pending");
    assert_eq!(project.migrate(&["up"]).ok().stdout, "nothing to do\n");
    // A new one.
    let fresh = Cluster::shared().database();
    project.migrate(&["up", "--url", &fresh]).ok().prints("2 migrations applied");
    let fresh = Project::on(fresh);
    assert_eq!(fresh.value(rows), "1 NORTH,2 South");
    assert_eq!((fresh.dump(), fresh.value(rows)), (dump, project.value(rows)));
    project.migrate(&["verify"]).ok().prints("2 proven");
    project.migrate(&["down", "--all", "--yes"]).ok().prints("2 migrations rolled back");
}

#[test]
fn where_the_order_matters_statements_stay_as_they_are() {
    let project = shop();
    project.pair(
        "005_log",
        "create table log (what text); create function noted() returns trigger language plpgsql as\n\
         'begin insert into public.log values (new.title); return new; end';\n\
         create trigger noted after insert on shops for each row execute function noted();\n\
         set search_path = 'pg_catalog'; insert into public.shops values (3, 'East');\n",
        "delete from shops where id = 3; drop trigger noted on shops; drop function noted(); drop table log;\n",
    );
    let ran = squash(&project, &["--to", "5", "--name", "all"]).ok();
    assert!(
        ran.stdout.starts_with("folded 5 pairs into migrations/005_all.sql, statement by statement"),
        "{}",
        ran.stdout
    );
    project.migrate(&["up"]).ok().prints("1 migration applied");
    assert_eq!(project.value("select string_agg(what, ',') from log"), "East");
}

#[test]
fn a_part_is_folded_on_top_of_what_was_before() {
    let project = shop();
    squash(&project, &["--from", "2", "--to", "4"]).ok().prints("folded 3 pairs into migrations/004_squashed.sql");
    project.migrate(&["up"]).ok().prints("2 migrations applied");
    assert_eq!(project.value("select count(*) from shops"), "2");
    project.migrate(&["verify"]).ok().prints("2 proven");
}

#[test]
fn what_a_block_makes_of_the_schema_is_left_out_and_told() {
    let project = Project::new();
    project.tables(1).pair(
        "002_block",
        "-- migrate: no-transaction\ndo $$ begin execute 'create index i on t1 (id)'; end $$;\n",
        "drop index i;\n",
    );
    let ran = squash(&project, &["--to", "2"]).ok().prints("left out: migrations/002_block.sql:2: DO");
    ran.prints("folded 2 pairs");
    project.migrate(&["up"]).ok().prints("1 migration applied");
    assert_eq!(project.value("select to_regclass('i') is not null"), "t");
}

#[test]
fn what_cannot_be_folded_is_refused_and_nothing_is_written() {
    let project = Project::new();
    project.tables(1).pair(
        "002_block",
        "-- migrate: no-transaction\ndo $$ begin create index i on t1 (id); insert into t1 values (1); end $$;\n",
        "delete from t1; drop index i;\n",
    );
    let before = files(&project);
    squash(&project, &["--to", "2"]).code(4).says("cannot be folded").says("runs outside a transaction").says("t1");
    assert_eq!(files(&project), before);
    squash(&project, &["--to", "1"]).code(2).says("nothing to fold");
    squash(&project, &["--to", "9"]).code(2).says("no migration with version 9");
    project.migrate(&["squash", "--to", "2"]).code(4);
}

#[test]
fn a_dry_run_prints_and_writes_nothing_and_no_answer_is_a_no() {
    let project = shop();
    let before = files(&project);
    let ran = squash(&project, &["--to", "4", "--dry-run"]).ok().prints("CREATE TABLE public.shops");
    assert!(ran.stdout.contains("\n-- 002_rows\ninsert into shops values (1, 'North');\n"), "{}", ran.stdout);
    project.migrate(&["squash", "--to", "4"]).code(4).says("Replace the 4 pairs from 001_shops to 004_more by one?");
    assert_eq!(files(&project), before);
}

#[test]
fn what_is_irreversible_stays_so() {
    let project = Project::new();
    project.tables(1);
    project.file("migrations/002_gone.sql", "-- migrate: irreversible: the rows were sent away\ncreate table t2 ();\n");
    squash(&project, &["--to", "2"]).ok().prints("no rollback");
    project.migrate(&["verify", "--files"]).ok().prints("0 problems");
    project.migrate(&["up"]).ok().prints("1 migration applied");
    project.migrate(&["down", "--yes"]).code(4).says("the rows were sent away");
}

#[test]
fn a_database_with_half_of_them_is_told_what_to_do() {
    let project = shop();
    project.migrate(&["up", "--to", "2"]).ok().prints("2 migrations applied");
    squash(&project, &["--to", "4"]).ok().prints("folded 4 pairs");
    project
        .migrate(&["repair", "--squashed", "4", "--yes"])
        .code(2)
        .says("version 4 is not applied here")
        .says("before `migrate squash`");
}

#[test]
fn a_sequence_goes_on_where_it_did() {
    let project = Project::new();
    project.pair("001_t", "create table t (id serial primary key);\n", "drop table t;\n");
    project.pair("002_rows", "insert into t default values;\nselect setval('t_id_seq', 40);\n", "delete from t;\n");
    squash(&project, &["--to", "2"]).ok().prints("as one schema");
    project.migrate(&["up"]).ok().prints("1 migration applied");
    assert_eq!(project.value("select nextval('t_id_seq')"), "41");
    // A block does it outside a transaction: it can neither be run again nor be left out.
    let project = Project::new();
    project.pair("001_t", "create table t (id serial primary key);\n", "drop table t;\n");
    project.pair(
        "002_block",
        "-- migrate: no-transaction\ndo $$ begin create view v as select 1; perform setval('t_id_seq', 40); end $$;\n",
        "drop view v;\n",
    );
    squash(&project, &["--to", "2"]).code(4).says("sequence public.t_id_seq does not go on where it did");
}
