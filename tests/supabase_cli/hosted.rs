//! As on the platform: `postgres` is no superuser, and others own `auth` and `storage`.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use postgres::{Client, NoTls};

use crate::beside::Beside;
use crate::support::{Cluster, Setup};

const STAND_IN: &str = include_str!("../../src/server/stand_in.sql");
const HIDDEN: &str = include_str!("../../src/server/stand_in_hidden.sql");

/// A server with a template for either world of default privileges; then its `postgres` is demoted.
fn cluster() -> &'static Cluster {
    static SERVER: OnceLock<Cluster> = OnceLock::new();
    SERVER.get_or_init(|| {
        let cluster = Cluster::start(&Setup::default());
        cluster.sql(
            "create role supabase_admin superuser login; create role cli_login_x login noinherit in role postgres",
        );
        for (name, more) in [("open", ""), ("hidden", HIDDEN)] {
            cluster.sql(&format!("create database {name}"));
            let url = format!("postgres://postgres@127.0.0.1:{}/{name}", cluster.port);
            let mut client = Client::connect(&url, NoTls).unwrap();
            client.batch_execute(STAND_IN).unwrap();
            client.batch_execute(more).unwrap();
            // Who is a superuser needs no grant, and loses it with the ownership.
            client.batch_execute("grant all on auth.users, storage.objects, storage.buckets to postgres").unwrap();
        }
        let admin = format!("postgres://supabase_admin@127.0.0.1:{}/template1", cluster.port);
        let demote = "alter role postgres nosuperuser createdb createrole replication bypassrls";
        Client::connect(&admin, NoTls).unwrap().batch_execute(demote).unwrap();
        cluster
    })
}

/// A project with a database made from a template.
fn project(template: &str, login: &str) -> Beside {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    // Two copies of one template at once disturb each other.
    static COPY: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let name = format!("hosted_{}", COUNT.fetch_add(1, Ordering::Relaxed));
    let guard = COPY.lock().unwrap();
    cluster().sql(&format!("create database {name} template {template}"));
    drop(guard);
    Beside::at(cluster(), login, &name)
}

#[test]
fn objects_belong_to_postgres_whoever_logs_in() {
    for login in ["postgres", "supabase_admin", "cli_login_x"] {
        let mut beside = project("hidden", login);
        beside.pairs(2);
        beside.pair(
            3,
            "create table t3 (id int);\ncreate index concurrently i3 on t3 (id);\nselect count(*) from t3;\n",
            "drop table t3;",
        );
        beside.file("supabase/migrations/20260101000005_t5.sql", "create table t5 (); set role anon;\n");
        beside.file("supabase/rollbacks/20260101000005_t5.sql", "drop table t5;\n");
        beside.migrate(&["up"]).ok();
        let owners = "select string_agg(distinct pg_get_userbyid(relowner), ',') from pg_class c join pg_namespace n on n.oid = relnamespace \
                      where nspname in ('migrate', 'supabase_migrations') or relname in ('t1', 't2', 't3', 'i3')";
        assert_eq!(beside.value(owners), "postgres", "{login}");
        beside.migrate(&["status", "--check"]).ok();
        beside.migrate(&["down", "--steps", "1", "--yes"]).ok();
        // Whoever comes next, as whom ever.
        beside.log_in_as("postgres");
        beside.migrate(&["up"]).ok();
        beside.migrate(&["status", "--check"]).ok();
    }
}

/// Everything of Supabase's own schemas that a catalog can tell, in one text.
const THEIRS: &str = "
select md5(string_agg(line, E'\\n' order by line)) from (
    select format('%s.%s %s %s %s', relnamespace::regnamespace, relname, relkind, relowner, relacl) as line from pg_class
    where relnamespace::regnamespace::text in ('auth', 'storage', 'realtime', 'extensions')
    union all select format('%s %s %s', oid::regprocedure, proowner, proacl) from pg_proc
    where pronamespace::regnamespace::text in ('auth', 'storage', 'realtime', 'extensions')
    union all select format('%s %s', tgrelid::regclass, tgname) from pg_trigger where tgrelid in ('auth.users'::regclass, 'storage.objects'::regclass)
    union all select format('%s %s', polrelid::regclass, polname) from pg_policy
    union all select format('%s %s %s', nspname, nspowner, nspacl) from pg_namespace
    where nspname in ('auth', 'storage', 'realtime', 'extensions', 'public')) told";

#[test]
fn nothing_of_theirs_is_touched_in_either_world() {
    for (template, is_open) in [("open", "t"), ("hidden", "f")] {
        let beside = project(template, "postgres");
        let before = beside.value(THEIRS);
        beside.pairs(1);
        beside.pair(
            2,
            "create table owned (id int, owner uuid references auth.users (id) default auth.uid());\n",
            "drop table owned;\n",
        );
        beside.migrate(&["up"]).ok();
        beside.migrate(&["down", "--steps", "1", "--yes"]).ok();
        beside.migrate(&["verify", "--files"]).ok();
        assert_eq!(beside.value(THEIRS), before, "{template}");
        assert_eq!(beside.value("select has_table_privilege('anon', 't1', 'SELECT')"), is_open, "{template}");
        let closed = "select bool_or(has_schema_privilege(r, s, 'USAGE')) from unnest(array['anon', 'authenticated', 'service_role']) r, \
                      unnest(array['migrate', 'supabase_migrations']) s";
        assert_eq!(beside.value(closed), "f", "{template}");
        // What only they may do is theirs to refuse, and leaves nothing.
        beside.pair(3, "alter table auth.users add column mine int;\n", "select 1;\n");
        beside.migrate(&["up"]).code(1).says("must be owner of table users (SQLSTATE 42501)");
        beside.lists(&[("20260101000001", true), ("20260101000002", true), ("20260101000003", false)]);
    }
}

/// A small project that does what the advisors ask for.
const NOTES: &str = "
create table notes (
    id bigint generated always as identity primary key,
    owner uuid not null default auth.uid() references auth.users (id),
    body text not null
);
create index notes_owner_idx on notes (owner);
alter table notes enable row level security;
revoke all on notes from anon, authenticated;
grant select, insert on notes to authenticated;
create policy own on notes for all to authenticated using ((select auth.uid()) = owner) with check ((select auth.uid()) = owner);
";

#[test]
fn the_advisors_have_nothing_to_say_about_a_project_and_our_ledger() {
    for template in ["open", "hidden"] {
        let beside = project(template, "postgres");
        beside.pair(1, NOTES, "drop table notes;\n");
        beside.migrate(&["up"]).ok();
        let advice = beside.supabase(&["db", "advisors", "--level", "info", "--fail-on", "warn"]).ok();
        let told: serde_json::Value = serde_json::from_str(&advice.stdout).unwrap();
        // Nobody has queried this database yet.
        let said = told.to_string().replace("unused_index", "");
        assert!(!said.contains("\"level\":\"WARN\"") && !said.contains("\"level\":\"ERROR\""), "{told}");
        // They can speak up.
        beside.pair(2, "create table open (id int);\ngrant select on open to anon;\n", "drop table open;\n");
        beside.migrate(&["up"]).ok();
        let advice = beside.supabase(&["db", "advisors", "--level", "info", "--fail-on", "warn"]).code(1);
        assert!(advice.stdout.contains("rls_disabled_in_public"), "{}", advice.stdout);
    }
}

#[test]
fn the_bundled_project_is_cut_and_recorded_as_theirs_does_it() {
    let (ours, theirs) = (project("hidden", "postgres"), project("hidden", "postgres"));
    let bundled = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let mut count = 0;
    for entry in std::fs::read_dir(bundled).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("supabase/migrations/20260101000{}", path.file_name().unwrap().to_str().unwrap());
        for beside in [&ours, &theirs] {
            beside.file(&name, &std::fs::read_to_string(&path).unwrap());
        }
        count += 1;
    }
    ours.migrate(&["up"]).ok();
    theirs.supabase(&["db", "push", "--yes"]).ok();
    let recorded = "select count(*) || ' ' || md5(string_agg(format('%s|%s|%s', version, name, to_json(statements)), E'\\n' order by version)) \
                    from supabase_migrations.schema_migrations";
    let recorded = (ours.value(recorded), theirs.value(recorded));
    assert_eq!(recorded.0, recorded.1);
    assert!(recorded.0.starts_with(&format!("{count} ")), "{count}: {}", recorded.0);
    // What theirs applied is taken for these very files.
    theirs.migrate(&["adopt", "supabase"]).ok();
    theirs.migrate(&["status", "--check"]).ok();
}
