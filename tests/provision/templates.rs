//! Templates: what makes another one, what a clone has of it, and how long it is kept.

use crate::support::{Cluster, Setup};
use crate::{cluster, databases, project_on, template, value};

#[test]
fn the_same_content_is_the_same_template_and_other_content_is_another() {
    let cluster = cluster();
    let project = project_on(&cluster);
    let name = |ran: crate::project::Ran| ran.json()["template"].as_str().unwrap().to_owned();
    let clone = || name(project.migrate(&["db", "clone", "--json"]).ok());
    let first = clone();
    assert_eq!(clone(), first);
    let mut seen = vec![first.clone()];
    // The rollback is in the ledger, and so in the template.
    project.file("rollbacks/001_t1.sql", "drop table t1 cascade;\n");
    seen.push(clone());
    project.file("migrate.toml", "[ledger]\nrefinery_table = \"public.history\"\n");
    seen.push(clone());
    project.file("migrate.toml", "platform = \"supabase\"\n");
    seen.push(clone());
    project.file("migrate.toml", "platform = \"supabase\"\nexpose_new_tables = true\n");
    seen.push(clone());
    project.pair("002_more", "create table more ();\n", "drop table more;\n");
    seen.push(clone());
    let all = seen.len();
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), all, "{seen:?}");
    project.file("migrate.toml", "");
    project.file("rollbacks/001_t1.sql", "DROP TABLE t1;\n");
    for folder in ["migrations", "rollbacks"] {
        std::fs::remove_file(project.path().join(folder).join("002_more.sql")).unwrap();
    }
    assert_eq!(clone(), first, "and back again");
}

#[test]
fn a_clone_is_what_migrate_up_would_have_made() {
    let cluster = cluster();
    let project = project_on(&cluster);
    project.tables(3);
    let url = project.migrate(&["db", "clone"]).ok().stdout.trim().to_owned();
    assert_eq!(value(&url, "select string_agg(version::text, ' ') from migrate.refinery_schema_history"), "1 2 3");
    assert_eq!(project.migrate(&["up", "--url", &url]).ok().stdout, "nothing to do\n");
    let _ = project.migrate(&["down", "--all", "--yes", "--url", &url]).ok();
    assert_eq!(value(&url, "select count(*) from pg_tables where schemaname = 'public'"), "0");
}

#[test]
fn settings_and_grants_of_the_database_come_along() {
    let cluster = cluster();
    let project = project_on(&cluster);
    cluster.sql("create role guest");
    project.pair(
        "002_settings",
        "do $$ begin
           execute format('alter database %I set search_path = \"$user\", \"odd, name\", public', current_database());
           execute format('alter database %I set app.greeting = ''it''''s = here''', current_database());
           execute format('alter role guest in database %I set statement_timeout = ''7s''', current_database());
           execute format('revoke connect on database %I from public', current_database());
           execute format('grant create on database %I to guest', current_database());
         end $$;\n",
        "select;\n",
    );
    let of = |name: &str| {
        cluster.sql(&format!(
            "select d.datacl, (select string_agg(r.rolname || ' ' || s.setconfig::text, '; ' order by r.rolname)
                               from pg_db_role_setting s left join pg_roles r on r.oid = s.setrole where s.setdatabase = d.oid),
                    (select s.setconfig from pg_db_role_setting s where s.setdatabase = d.oid and s.setrole = 0)
             from pg_database d where datname = '{name}'"
        ))
    };
    let json = project.migrate(&["db", "clone", "--json"]).ok().json();
    let (url, name) = (json["databases"][0]["url"].as_str().unwrap(), json["databases"][0]["name"].as_str().unwrap());
    assert_eq!(of(name), of(&template(&cluster)));
    assert_eq!(value(url, "show search_path"), "\"$user\", \"odd, name\", public");
    assert_eq!(value(url, "show app.greeting"), "it's = here");
    assert!(of(name).contains("statement_timeout=7s"), "{}", of(name));
}

#[test]
fn a_supabase_project_gets_its_stand_in() {
    let cluster = cluster();
    let project = project_on(&cluster);
    project.file("migrate.toml", "platform = \"supabase\"\n");
    project.pair(
        "002_policy",
        "create table notes (owner uuid references auth.users);\nalter table notes enable row level security;\n\
         create policy own on notes to authenticated using (owner = auth.uid());\n",
        "drop table notes;\n",
    );
    let url = project.migrate(&["db", "clone"]).ok().stdout;
    assert_eq!(value(url.trim(), "show search_path"), "\"$user\", public, extensions");
    assert_eq!(value(url.trim(), "select count(*) from pg_publication where pubname = 'supabase_realtime'"), "1");
    assert_eq!(value(url.trim(), "select has_table_privilege('anon', 'notes', 'select')"), "f");
}

#[test]
fn without_migrations_there_is_a_template_all_the_same() {
    let cluster = cluster();
    let project = project_on(&cluster);
    std::fs::remove_file(project.path().join("migrations/001_t1.sql")).unwrap();
    std::fs::remove_file(project.path().join("rollbacks/001_t1.sql")).unwrap();
    project.file("migrate.toml", "platform = \"supabase\"\n");
    let url = project.migrate(&["db", "clone"]).ok().stdout;
    assert_eq!(value(url.trim(), "select to_regprocedure('auth.uid()') is not null"), "t");
}

#[test]
fn a_template_that_nobody_used_for_a_while_is_dropped() {
    let cluster = cluster();
    let project = project_on(&cluster);
    let _ = project.migrate(&["db", "clone"]).ok();
    let old = template(&cluster);
    project.pair("002_more", "create table more ();\n", "drop table more;\n");
    let _ = project.migrate(&["db", "clone"]).ok();
    assert_eq!(databases(&cluster, "migrate\\_template%").len(), 2, "both are new");
    let ago = |seconds: i64| {
        let epoch = cluster.sql("select extract(epoch from now())::int8").parse::<i64>().unwrap();
        cluster.sql(&format!(
            "comment on database {old} is 'template of migrate: 1 bytes, last used {}'",
            epoch - seconds
        ));
    };
    ago(6 * 86400);
    let _ = project.migrate(&["db", "clone"]).ok();
    assert_eq!(databases(&cluster, "migrate\\_template%").len(), 2, "a week is the default");
    project.file("migrate.toml", "template_lifetime = \"5d\"\n");
    let _ = project.migrate(&["db", "clone"]).ok();
    assert!(!databases(&cluster, "migrate\\_template%").contains(&old));
}

#[test]
fn use_is_noted_so_that_an_old_template_stays() {
    let cluster = cluster();
    let project = project_on(&cluster);
    let _ = project.migrate(&["db", "clone"]).ok();
    let name = template(&cluster);
    cluster.sql(&format!("comment on database {name} is 'template of migrate: 9000000 bytes, last used 1000000000'"));
    let ran = project.migrate(&["db", "clone"]).ok();
    assert!(!ran.stderr.contains("built"), "{}", ran.stderr);
    let note =
        cluster.sql(&format!("select shobj_description(oid, 'pg_database') from pg_database where datname = '{name}'"));
    assert!(
        note.starts_with("template of migrate: 9000000 bytes, last used ") && !note.ends_with("1000000000"),
        "{note}"
    );
}

#[test]
fn how_it_is_copied_follows_what_the_server_does_with_the_disk() {
    let clone = |fsync: &str| {
        let conf = format!("fsync = {fsync}\nlog_statement = ddl");
        let cluster = Cluster::start(&Setup { conf: &conf, ..Setup::default() });
        let project = project_on(&cluster);
        let _ = project.migrate(&["db", "clone"]).ok();
        let log = std::fs::read_to_string(cluster.socket().join("log")).unwrap();
        log.lines().find(|line| line.contains("CREATE DATABASE \"migrate_clone_")).unwrap().to_owned()
    };
    assert!(clone("on").ends_with("STRATEGY WAL_LOG"));
    assert!(clone("off").ends_with("STRATEGY FILE_COPY"));
}

#[test]
fn seeds_of_a_vertical_are_in_the_template_around_a_day() {
    let cluster = cluster();
    let project = project_on(&cluster);
    let _ = project.migrate(&["db", "clone", "--seed", "shop"]).code(2).says("this project has no seeds");
    project.file("seeds/shop/01_t1.csv", "id\n1\n2\n");
    project.file(
        "seeds/shop/02_more.sql",
        "insert into t1 select current_setting('seed.today')::date - date '2026-01-01';\n",
    );
    let _ = project.migrate(&["db", "clone", "--seed", "shops"]).code(2).says("did you mean shop?");
    let seeded = |day: &str| {
        let url = project.migrate(&["db", "clone", "--seed", "shop", "--today", day]).ok().stdout;
        value(url.trim(), "select string_agg(id::text, ' ' order by id) from t1")
    };
    assert_eq!(seeded("2026-01-11"), "1 2 10");
    assert_eq!(seeded("2026-01-11"), "1 2 10");
    assert_eq!(seeded("2026-01-12"), "1 2 11");
    assert_eq!(databases(&cluster, "migrate\\_template%").len(), 2);
    project.file("seeds/shop/01_t1.csv", "id\n1\n");
    assert_eq!(seeded("2026-01-12"), "1 11");
    let ran = project.migrate(&["db", "run", "--seed", "all", "--", "sh", "-c", "psql -Atc 'select count(*) from t1'"]);
    assert_eq!(ran.ok().stdout, "2\n");
    // A template that could not be built is not found.
    project.file("seeds/shop/01_t1.csv", "id\none\n");
    let _ = project.migrate(&["db", "create", "x", "--seed", "shop"]).code(1).says("01_t1.csv:2: column id: \"one\"");
    let url = project.migrate(&["db", "clone"]).ok().stdout;
    assert_eq!(value(url.trim(), "select count(*) from t1"), "0");
}

#[test]
fn seeds_of_supabases_cli_are_in_the_template_when_asked_for() {
    let cluster = cluster();
    let project = project_on(&cluster);
    let _ = project.migrate(&["db", "clone", "--include-seed"]).code(2).says("supabase/config.toml");
    for folder in ["migrations", "rollbacks"] {
        std::fs::remove_dir_all(project.path().join(folder)).unwrap();
    }
    project.file("supabase/config.toml", "project_id = \"shop\"\n");
    project.file("supabase/migrations/20260101000000_notes.sql", "create table notes (id int);\n");
    project.file("supabase/rollbacks/20260101000000_notes.sql", "drop table notes;\n");
    let seeded = |rows: usize| {
        project.file("supabase/seed.sql", "insert into notes values (1);\n".repeat(rows));
        let url = project.migrate(&["db", "clone", "--include-seed"]).ok().stdout;
        value(url.trim(), "select count(*) from notes")
    };
    assert_eq!((seeded(1), seeded(2), seeded(2)), ("1".to_owned(), "2".to_owned(), "2".to_owned()));
    assert_eq!(databases(&cluster, "migrate\\_template%").len(), 2);
    let url = project.migrate(&["db", "clone"]).ok().stdout;
    assert_eq!(value(url.trim(), "select count(*) from notes"), "0");
}
