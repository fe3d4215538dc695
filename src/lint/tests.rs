//! Each rule found, mended and ignored.

use super::*;

fn pair(up: &str, down: &str) -> Pair {
    let script = |folder: &str, text: &str| migration::script(format!("{folder}/1_x.sql"), text.into()).unwrap();
    let (up, down) = (script("migrations", up), Some(script("rollbacks", down)));
    Pair { version: 1, digits: "1".into(), name: "x".into(), up, down }
}

/// What is found in a migration, as `line:column rule`.
fn found(up: &str, platform: Platform) -> Vec<String> {
    let findings = check(&pair(up, ""), platform);
    findings.iter().map(|f| format!("{}:{} {}", f.line, f.column, f.rule)).collect()
}

#[test]
fn a_table_in_an_exposed_schema_needs_rls_and_grants() {
    let bare = "\n  create table a (b bigint);";
    assert_eq!(found(bare, Platform::Supabase), ["2:3 table-without-rls", "2:3 table-without-grants"]);
    assert_eq!(found(bare, Platform::Postgres), Vec::<String>::new());
    let mended = "create table a (b bigint);\nalter table only public.a enable row level security;\n\
                  grant select (b), insert on table x, a to anon;";
    assert_eq!(found(mended, Platform::Supabase), Vec::<String>::new());
    let by_schema = "create table a (b bigint);\nalter table a enable row level security;\n\
                     revoke all on all tables in schema private, public from anon;";
    assert_eq!(found(by_schema, Platform::Supabase), Vec::<String>::new());
    let of_a_function = "create table a (b bigint);\nalter table a enable row level security;\n\
                         grant execute on function a(int) to anon;";
    assert_eq!(found(of_a_function, Platform::Supabase), ["1:1 table-without-grants"]);
    let elsewhere = "create table private.a (b bigint);\ncreate temp table c (d bigint);";
    assert_eq!(found(elsewhere, Platform::Supabase), Vec::<String>::new());
}

#[test]
fn a_view_reads_as_its_caller() {
    assert_eq!(found("create view v (a) as select 1;", Platform::Supabase), ["1:1 view-without-security-invoker"]);
    let mended = "create or replace view public.v (a) with (security_barrier, security_invoker = on) as select 1;";
    assert_eq!(found(mended, Platform::Supabase), Vec::<String>::new());
    let off = "create view v with (security_invoker = false) as select 1;";
    assert_eq!(found(off, Platform::Supabase).len(), 1);
}

#[test]
fn a_definer_pins_its_search_path() {
    let bare = "create function s.f() returns int language sql security definer as $$ select 1 $$;";
    assert_eq!(found(bare, Platform::Postgres), ["1:1 security-definer-search-path"]);
    let mended =
        "create function s.f() returns int language sql security definer set search_path = '' as $$ select 1 $$;";
    assert_eq!(found(mended, Platform::Postgres), Vec::<String>::new());
    let only_told = "create function s.f() returns int language sql as $$ select 'security definer' $$;";
    assert_eq!(found(only_told, Platform::Postgres), Vec::<String>::new());
    assert_eq!(found("alter function f() security definer;", Platform::Postgres).len(), 1);
}

#[test]
fn ignore_comments_silence_ours_and_squawks() {
    let lines =
        "-- The rows are public.\n-- squawk-ignore table-without-rls, table-without-grants\ncreate table a (b bigint);";
    assert_eq!(found(lines, Platform::Supabase), Vec::<String>::new());
    let file = "-- squawk-ignore-file view-without-security-invoker\n\ncreate view v as select 1;";
    assert_eq!(found(file, Platform::Supabase), Vec::<String>::new());
    let other = "-- squawk-ignore ban-drop-table\ncreate view v as select 1;";
    assert_eq!(found(other, Platform::Supabase), ["2:1 view-without-security-invoker"]);
    assert_eq!(
        found("-- squawk-ignore ban-drop-column\nalter table a drop column b;", Platform::Postgres),
        Vec::<String>::new()
    );
    assert_eq!(found("-- squawk-ignore no-such-rule\nselect 1;", Platform::Postgres), ["1:18 unused-ignore"]);
}

#[test]
fn squawks_rules_are_asked_as_the_script_runs() {
    assert_eq!(found("alter table a drop column b;", Platform::Postgres), ["1:15 ban-drop-column"]);
    assert_eq!(found("\ncreate index i on a (b);", Platform::Postgres), ["2:1 require-concurrent-index-creation"]);
    let concurrently = "-- migrate: no-transaction\ncreate index concurrently i on a (b);";
    assert_eq!(found(concurrently, Platform::Postgres), Vec::<String>::new());
    assert_eq!(found("create index concurrently i on a (b);", Platform::Postgres), ["1:1 missing-header"]);
}

#[test]
fn rollbacks_may_drop_what_they_undo() {
    let rules = |down: &str| -> Vec<String> {
        check(&pair("select 1;", down), Platform::Supabase)
            .into_iter()
            .map(|f| format!("{} {}", f.path, f.rule))
            .collect()
    };
    assert_eq!(rules("drop table a; alter table b drop column c; drop function f;"), Vec::<String>::new());
    assert_eq!(rules("drop index i;"), ["rollbacks/1_x.sql require-concurrent-index-deletion"]);
}

#[test]
fn copy_data_is_no_sql() {
    let text = "copy a from stdin;\nit's $$ drop table x;\n\\.\ndrop table y;";
    assert_eq!(found(text, Platform::Postgres), ["4:1 ban-drop-table"]);
}

#[test]
fn what_stops_a_pair_is_an_error() {
    let mut pair = pair("commit;\n\\set x", "");
    pair.down = None;
    let found: Vec<_> = check(&pair, Platform::Postgres).into_iter().map(|f| (f.line, f.rule, f.level)).collect();
    let error = |line, rule: &str| (line, rule.to_owned(), Level::Error);
    assert_eq!(found, [error(1, "missing-rollback"), error(2, "unreadable")]);
}

/// The project that the binary carries is an example to its users.
#[test]
fn the_bundled_project_is_clean() {
    let pairs = migration::discover(&crate::config::Source::Bundled).unwrap();
    assert!(!pairs.is_empty());
    let told: Vec<_> = pairs
        .iter()
        .flat_map(|pair| check(pair, Platform::Supabase))
        .map(|f| format!("{}:{}:{}: {} [{}]", f.path, f.line, f.column, f.message, f.rule))
        .collect();
    assert_eq!(told, Vec::<String>::new(), "{told:#?}");
}

#[test]
fn a_header_that_supabase_ignores_is_told_on_supabase() {
    let header = "-- a note\n-- supabase:disable-transaction\nselect 1;";
    assert_eq!(found(header, Platform::Supabase), ["2:1 ignored-by-supabase"]);
    assert_eq!(found(header, Platform::Postgres), Vec::<String>::new());
    assert_eq!(
        found(
            "-- squawk-ignore-file ignored-by-supabase\n-- supabase:disable-transaction\nselect 1;",
            Platform::Supabase
        ),
        Vec::<String>::new()
    );
}
