//! A project that expects Supabase, on plain servers.

use std::sync::OnceLock;

use crate::project::Project;
use crate::support::{Cluster, Setup};

/// The stand-in's roles belong to the whole server.
fn cluster() -> &'static Cluster {
    static SERVER: OnceLock<Cluster> = OnceLock::new();
    SERVER.get_or_init(|| Cluster::start(&Setup::default()))
}

fn project(more: &str) -> Project {
    let project = Project::on(cluster().database());
    project.file("migrate.toml", format!("platform = \"supabase\"\n{more}"));
    project.pair(
        "001_notes",
        "CREATE TABLE notes (id int PRIMARY KEY, owner uuid DEFAULT auth.uid() REFERENCES auth.users (id));\n",
        "DROP TABLE notes;\n",
    );
    project
}

#[test]
fn a_plain_server_is_refused_with_what_is_missing_and_what_to_say() {
    let project = project("");
    project.migrate(&["up"]).code(4).says("lacks auth.users and auth.uid()").says("`--stand-in`");
    assert_eq!(project.value("select to_regnamespace('auth') is null and to_regnamespace('migrate') is null"), "t");
    project.migrate(&["status"]).ok().prints("pending");
    assert_eq!(project.value("select to_regnamespace('auth') is null"), "t");
}

#[test]
fn with_the_stand_in_it_works_in_both_grant_modes() {
    for (setting, open) in [("", "f"), ("expose_new_tables = true\n", "t")] {
        let project = project(setting);
        project.migrate(&["up", "--stand-in"]).ok().says("installed a stand-in").prints("1 migration applied");
        let readable = "select bool_or(has_table_privilege(r, 'public.notes', 'SELECT')) from unnest(array['anon', 'authenticated', 'service_role']) r";
        assert_eq!(project.value(readable), open, "{setting}");
        assert_eq!(project.value("select has_schema_privilege('anon', 'migrate', 'USAGE')"), "f");
        // It is there now, and need not be asked for again.
        assert_eq!(project.migrate(&["up"]).ok().stdout, "nothing to do\n");
        project.pair("002_more", "CREATE TABLE more ();\n", "DROP TABLE more;\n");
        let ran = project.migrate(&["up"]).ok().prints("1 migration applied");
        assert!(!ran.stderr.contains("stand-in"), "{}", ran.stderr);
        project.migrate(&["down", "--all", "--yes"]).ok();
    }
}

#[test]
fn somebodys_auth_schema_is_never_changed() {
    for theirs in [
        "CREATE SCHEMA auth;",
        "CREATE SCHEMA auth; CREATE TABLE auth.sessions (id int); COMMENT ON SCHEMA auth IS 'ours';",
        "CREATE SCHEMA auth; CREATE TABLE auth.users (id uuid PRIMARY KEY, mine int);",
        "CREATE SCHEMA auth; CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql AS 'SELECT NULL::uuid';",
    ] {
        let project = project("");
        project.client().batch_execute(theirs).unwrap();
        let before = project.dump();
        project.migrate(&["up"]).code(4).says("lacks auth.users and auth.uid()");
        let ran = project.migrate(&["up", "--stand-in", "--yes"]);
        assert!(matches!(ran.code, 1 | 4), "{ran:?}");
        ran.says("schema auth exists and is not our stand-in");
        assert_eq!(project.dump(), before, "{theirs}");
        assert_eq!(project.value("select setconfig is null from pg_database d left join pg_db_role_setting on setdatabase = d.oid where datname = current_database()"), "t");
    }
}

#[test]
fn a_database_that_has_them_is_taken_for_one_and_left_as_it_is() {
    let project = project("");
    let real = "CREATE SCHEMA auth; CREATE TABLE auth.users (id uuid PRIMARY KEY, mine int);
                CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql AS 'SELECT NULL::uuid';";
    project.client().batch_execute(real).unwrap();
    let auth = "select string_agg(format('%s %s', relname, relacl), ',' order by relname) || (select string_agg(format('%s %s', proname, proacl), ',') from pg_proc where pronamespace = 'auth'::regnamespace) from pg_class where relnamespace = 'auth'::regnamespace";
    let before = project.value(auth);
    project.migrate(&["up", "--stand-in"]).ok().prints("1 migration applied");
    assert_eq!(project.value(auth), before);
    assert_eq!(project.value("select count(*) from pg_publication"), "0");
}

#[test]
fn a_role_that_may_not_make_roles_is_told_so() {
    let project = project("");
    let name = project.value("select current_database()");
    let poor = format!("{name}_poor");
    project
        .client()
        .batch_execute(&format!(
            "CREATE ROLE {poor} LOGIN; GRANT ALL ON DATABASE {name} TO {poor}; GRANT ALL ON SCHEMA public TO {poor}"
        ))
        .unwrap();
    let url = project.url.replace("postgres@", &format!("{poor}@"));
    let ran = project.migrate(&["up", "--stand-in", "--url", &url]).code(1);
    ran.says("failed to install the Supabase stand-in").says("permission denied");
    assert_eq!(project.value("select to_regnamespace('auth') is null and to_regclass('notes') is null"), "t");
}
