//! One database, two ledgers: what either tool did, the other one knows.

use crate::beside::Beside;

const SLOW: &str = "select pg_sleep(0.2);\n";

#[test]
fn after_up_theirs_lists_everything_and_has_nothing_to_push() {
    let beside = Beside::new();
    beside.pairs(3);
    beside.migrate(&["up"]).ok().prints("3 migrations applied");
    beside.lists(&[("20260101000001", true), ("20260101000002", true), ("20260101000003", true)]);
    beside.supabase(&["db", "push", "--yes"]).ok().prints("\"upToDate\":true");
    beside.migrate(&["status", "--check"]).ok().prints("in Supabase's ledger");
}

#[test]
fn after_down_the_lists_agree_again() {
    let beside = Beside::new();
    beside.pairs(3);
    beside.migrate(&["up"]).ok();
    beside.migrate(&["down", "--steps", "2", "--yes"]).ok();
    beside.lists(&[("20260101000001", true), ("20260101000002", false), ("20260101000003", false)]);
    // What was taken back, theirs applies again, and ours takes over.
    beside.supabase(&["db", "push", "--yes"]).ok();
    let status = beside.migrate(&["status", "--check", "--json"]).ok().json();
    assert_eq!(status["migrations"][2]["standing"], "applied_by_supabase");
    beside.migrate(&["up"]).ok().says("20260101000003_t3 was applied by Supabase's tools; it is in the ledger now");
    let status = beside.migrate(&["status", "--check", "--json"]).ok().json();
    assert_eq!(status["migrations"][2]["standing"], "applied");
    beside.migrate(&["down", "--all", "--yes"]).ok();
    beside.lists(&[("20260101000001", false), ("20260101000002", false), ("20260101000003", false)]);
    assert_eq!(beside.value("select count(*) from pg_class where relname ~ '^t[0-9]$'"), "0");
}

#[test]
fn what_theirs_pushed_is_adopted_and_can_be_rolled_back() {
    let beside = Beside::new();
    beside.pairs(3);
    beside.supabase(&["db", "push", "--yes"]).ok();
    // Nothing of ours is there yet, and reading changes nothing.
    let status = beside.migrate(&["status", "--check", "--json"]).ok().json();
    assert_eq!((status["clean"].as_bool(), status["migrations"][0]["supabase"].as_bool()), (Some(true), Some(true)));
    assert_eq!(beside.value("select to_regnamespace('migrate') is null"), "t");
    beside.migrate(&["down", "--yes"]).code(6).says("`migrate adopt supabase`");
    beside.migrate(&["adopt", "supabase"]).ok().prints("20260101000001_t1 taken over");
    assert_eq!(beside.migrate(&["adopt", "supabase"]).ok().stdout, "nothing to do\n");
    beside.migrate(&["down", "--yes"]).ok().says("rolled back 20260101000003_t3");
    beside.lists(&[("20260101000001", true), ("20260101000002", true), ("20260101000003", false)]);
}

#[test]
fn a_file_that_is_not_what_theirs_ran_is_refused_until_it_is_accepted() {
    let beside = Beside::new();
    beside.pairs(2);
    beside.supabase(&["db", "push", "--yes"]).ok();
    beside.file("supabase/migrations/20260101000002_t2.sql", "create table t2 (id int, more int);\n");
    beside.migrate(&["status"]).ok().prints("not what supabase applied");
    beside.migrate(&["up"]).code(6).says("is not what Supabase's tools ran").says("`migrate adopt supabase --accept`");
    beside.migrate(&["adopt", "supabase"]).code(6).says("not what Supabase's tools ran: 20260101000002_t2");
    beside.migrate(&["adopt", "supabase", "--accept"]).ok().prints("20260101000002_t2 taken over");
    beside.migrate(&["status", "--check"]).ok();
}

#[test]
fn a_version_without_a_file_is_told_and_forgotten_in_both_ledgers() {
    let beside = Beside::new();
    beside.pairs(2);
    beside.supabase(&["db", "push", "--yes"]).ok();
    std::fs::remove_file(beside.path().join("supabase/migrations/20260101000002_t2.sql")).unwrap();
    std::fs::remove_file(beside.path().join("supabase/rollbacks/20260101000002_t2.sql")).unwrap();
    beside.migrate(&["status", "--check"]).code(3).prints("20260101000002_t2  missing");
    beside.migrate(&["up"]).code(6).says("20260101000002_t2 is applied, and its file is missing");
    beside.migrate(&["adopt", "supabase"]).code(6).says("`supabase migration fetch`");
    beside.migrate(&["repair", "--forget", "20260101000002", "--yes"]).ok();
    beside.lists(&[("20260101000001", true)]);
    beside.migrate(&["status", "--check"]).ok();
}

#[test]
fn what_only_ours_has_is_told_and_written_into_theirs() {
    let beside = Beside::new();
    beside.pairs(2);
    beside.migrate(&["up"]).ok();
    beside.supabase(&["migration", "repair", "--status", "reverted", "20260101000002", "--yes"]).ok();
    beside.migrate(&["status", "--check"]).code(3).prints("the two ledgers disagree: `migrate adopt supabase`");
    beside.migrate(&["up"]).ok().says("Supabase's ledger lacks 20260101000002_t2");
    beside.migrate(&["adopt", "supabase"]).ok().prints("20260101000002_t2 written into Supabase's ledger");
    beside.migrate(&["status", "--check"]).ok();
    beside.lists(&[("20260101000001", true), ("20260101000002", true)]);
}

#[test]
fn statements_are_cut_as_theirs_cuts_them() {
    let (theirs, ours) = (Beside::new(), Beside::new());
    for beside in [&theirs, &ours] {
        beside.file("supabase/migrations/20260101000001_hard.sql", HARD);
        beside.file("supabase/migrations/20260101000002_empty.sql", "");
        beside.file("supabase/migrations/20260101000003_comment.sql", "-- nothing; else\n");
        beside.file("supabase/migrations/20260101000004_dots.in.name.sql", "\u{feff}select 1;\nselect 2");
    }
    theirs.supabase(&["db", "push", "--yes"]).ok();
    ours.migrate(&["up"]).ok();
    let recorded = "select string_agg(format('%s|%s|%s', version, name, to_json(statements)), E'\\n' order by version) \
                    from supabase_migrations.schema_migrations";
    assert_eq!(ours.value(recorded), theirs.value(recorded));
    let columns = "select string_agg(format('%s %s %s', attname, atttypid::regtype, attnotnull), ',' order by attname) \
                   from pg_attribute where attrelid = 'supabase_migrations.schema_migrations'::regclass and attnum > 0";
    assert_eq!(ours.value(columns), theirs.value(columns));
}

const HARD: &str = "-- leading; comment
/* block ; comment */
create table a (id int); -- trailing; comment
create function f() returns int language plpgsql as $$
begin
  return 1; -- x
end
$$;

;
;;
/* alone */;
create function g() returns int begin atomic select 1; select 2; end;
insert into a values (1); insert into a values (2)  ;
create function \"b;c\"() returns text language sql as 'select '';''';
select E'a\\';b', U&'d\\0061;', $x$ ; $x$, \"id;\" from (select 1 as \"id;\") q;
create rule r as on insert to a do also (select 1; select 2);
-- a comment between

select 'last' -- before its semicolon
;
-- the end; really
";

#[test]
fn columns_are_probed_and_the_rollback_is_filled_where_there_is_one() {
    let beside = Beside::new();
    beside.client().batch_execute(
        "create schema supabase_migrations; create table supabase_migrations.schema_migrations (version text primary key, \
         created_by text, idempotency_key text unique, rollback text[])",
    ).unwrap();
    beside.pairs(2);
    beside.file("supabase/rollbacks/20260101000002_t2.sql", "-- both;\ndrop table t2;\nselect 1;\n");
    beside.migrate(&["up"]).ok();
    let rollback = "select string_agg(array_to_json(rollback)::text, ' ' order by version) from supabase_migrations.schema_migrations";
    assert_eq!(beside.value(rollback), r#"["drop table t1"] ["-- both;\ndrop table t2","select 1"]"#);
    // Theirs adds the columns that it wants, and goes on.
    beside.pair(3, "create table t3 ();", "drop table t3;");
    beside.supabase(&["db", "push", "--yes"]).ok();
    beside.migrate(&["up"]).ok();
    beside.pair(4, "create table t4 ();", "drop table t4;");
    beside.migrate(&["up"]).ok();
    assert_eq!(
        beside.value("select row(name, statements, rollback, created_by)::text from supabase_migrations.schema_migrations where version = '20260101000004'"),
        r#"(t4,"{""create table t4 ()""}","{""drop table t4""}",)"#
    );
    beside.migrate(&["down", "--all", "--yes"]).ok();
    assert_eq!(beside.value("select count(*) from supabase_migrations.schema_migrations"), "0");
}

#[test]
fn a_script_outside_a_transaction_is_claimed_and_given_back_when_it_fails() {
    let beside = Beside::new();
    beside.pairs(1);
    beside.pair(
        2,
        "create index concurrently i1 on t1 (id);\nselect 1 / count(*) from t1;\n",
        "drop index concurrently if exists i1;\n",
    );
    beside.file(
        "supabase/rollbacks/20260101000002_t2.sql",
        "-- migrate: no-transaction\ndrop index concurrently if exists i1;\n",
    );
    beside.migrate(&["up"]).code(1).says("division by zero");
    beside.lists(&[("20260101000001", true), ("20260101000002", false)]);
    beside.migrate(&["status"]).ok().prints("half applied (1 of 2 statements)");
    beside.client().batch_execute("insert into t1 values (1)").unwrap();
    beside.migrate(&["up"]).ok();
    beside.lists(&[("20260101000001", true), ("20260101000002", true)]);
    beside.migrate(&["status", "--check"]).ok();
    beside.migrate(&["down", "--yes"]).ok();
    beside.lists(&[("20260101000001", true), ("20260101000002", false)]);
}

#[test]
fn a_push_beside_an_up_doubles_nothing_and_both_ledgers_agree() {
    for pause in [0, 500, 900] {
        let beside = Beside::new();
        for n in 1..=4 {
            let up = format!("{SLOW}create table t{n} (id int);\ninsert into t{n} values (1);\n");
            beside.pair(n, &up, &format!("drop table t{n};\n"));
        }
        let ours = beside.start(&["up"]);
        std::thread::sleep(std::time::Duration::from_millis(pause));
        let theirs = beside.supabase(&["db", "push", "--yes"]);
        let ours = ours.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&ours.stderr).into_owned();
        assert!(matches!(ours.status.code(), Some(0 | 1 | 6)), "{said}");
        // Whoever lost says so; the next run of either goes on.
        beside.migrate(&["up"]).ok();
        beside.migrate(&["status", "--check"]).ok();
        let rows = "select (select count(*) from t1) || ' ' || (select count(*) from t2) || ' ' || (select count(*) from t3) \
                    || ' ' || (select count(*) from t4)";
        assert_eq!(beside.value(rows), "1 1 1 1", "{said}\n{}", theirs.stderr);
        beside.supabase(&["db", "push", "--yes"]).ok().prints("\"upToDate\":true");
        beside.lists(&[
            ("20260101000001", true),
            ("20260101000002", true),
            ("20260101000003", true),
            ("20260101000004", true),
        ]);
    }
}

#[test]
fn a_version_that_theirs_applied_since_we_looked_is_refused_before_it_runs() {
    let beside = Beside::new();
    beside.pairs(2);
    beside.migrate(&["up", "--steps", "1"]).ok();
    // Ours looks, and waits for the lock on their table, which a push of the second one holds.
    let mut push = beside.client();
    push.batch_execute("begin; create table t2 (id int); insert into supabase_migrations.schema_migrations (version) values ('20260101000002')").unwrap();
    let ours = beside.start(&["up"]);
    crate::project::wait_for("the lock", || {
        beside.value("select count(*) from pg_locks where not granted and relation = 'supabase_migrations.schema_migrations'::regclass") == "1"
    });
    push.batch_execute("commit").unwrap();
    let said = String::from_utf8(ours.wait_with_output().unwrap().stderr).unwrap();
    assert!(
        said.contains("20260101000002_t2 was applied by Supabase's tools in the meantime; nothing was done twice"),
        "{said}"
    );
    beside.migrate(&["up"]).ok().says("20260101000002_t2 was applied by Supabase's tools");
}
