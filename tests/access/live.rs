//! `--live`: on the target itself, which must be as it was afterwards.

use crate::project;

const SCHEMA: &str = "\
create table counted (id bigserial primary key, x text not null);
create table log (id bigint generated always as identity primary key, what text not null);
revoke all on counted, log from anon, authenticated, service_role;
grant select, insert, update, delete on counted to authenticated;
grant usage on sequence counted_id_seq to authenticated;
create function write_down() returns trigger language plpgsql security definer set search_path = '' as $$
begin
  insert into public.log (what) values (tg_op);
  return coalesce(new, old);
end
$$;
create trigger write_down after insert or update or delete on counted for each row execute function write_down();
";

#[test]
fn nothing_is_left_behind() {
    let (cluster, project) = project(SCHEMA, "insert into counted (x) values ('of the fixture');");
    project.client().batch_execute("insert into counted (x) select 'row ' || n from generate_series(1, 30) n").unwrap();
    let data = || {
        project.value("select (select json_agg(c order by id) from counted c)::text || (select json_agg(l order by id) from log l)")
    };
    let (before, schema) = (data(), project.dump());
    let found = project.migrate(&["access", "--live"]).ok().stdout;
    assert!(found.contains("  ann      all      all      all      all      -"), "{found}");
    assert!(!project.path().join("access.lock").exists(), "what stands in a database is not what is promised");
    assert_eq!(data(), before);
    assert_eq!(project.dump(), schema);
    assert_eq!(cluster.sql("select count(*) from pg_database where datname like 'migrate%'"), "0");
    assert_eq!(cluster.sql("select count(*) from pg_stat_activity where state = 'idle in transaction'"), "0");
}

#[test]
fn a_table_that_somebody_holds_costs_a_lock_timeout_and_not_the_application() {
    let (_cluster, project) = project(&format!("{SCHEMA}grant truncate on counted to authenticated;"), "");
    project.client().batch_execute("insert into counted (x) values ('a')").unwrap();
    let mut holder = project.client();
    holder.batch_execute("begin; lock table counted in row exclusive mode").unwrap();
    let begin = std::time::Instant::now();
    // TRUNCATE alone would have to wait: what would have become of it is not known.
    let ran = project.migrate(&["access", "--live", "--lock-timeout", "100ms"]).ok();
    assert!(ran.stdout.contains("  ann      all      all      all      all      !55P03"), "{}", ran.stdout);
    assert!(begin.elapsed() < std::time::Duration::from_secs(20), "{:?}", begin.elapsed());
    holder.batch_execute("rollback").unwrap();
}

#[test]
fn a_protected_environment_asks_first() {
    let (_cluster, project) = project(SCHEMA, "");
    let toml = std::fs::read_to_string(project.path().join("migrate.toml")).unwrap();
    project.file("migrate.toml", format!("{toml}[env.local]\nprotected = true\n"));
    project.migrate(&["access", "--live"]).code(4).says("protected database");
    project.migrate(&["access", "--live", "--yes"]).ok().prints("public.counted");
    project.migrate(&["access"]).ok().prints("public.counted");
}
