//! The target against what its migrations promise, built in a scratch database.

use crate::project::{Project, wait_for};
use crate::support::Cluster;

/// Names of the scratch databases of a server.
fn shadows(cluster: &Cluster) -> String {
    cluster
        .sql("select coalesce(string_agg(datname, ' ' order by datname), '') from pg_database where datname like 'migrate\\_shadow\\_%'")
}

#[test]
fn what_somebody_changed_by_hand_is_found() {
    let cluster = Cluster::start(&crate::support::Setup::default());
    let project = Project::on(cluster.database());
    project.tables(3);
    project.migrate(&["up"]).ok().prints("3 migrations applied");
    assert_eq!(project.migrate(&["diff", "--check"]).ok().stdout, "no differences\n");
    project.client().batch_execute("create index by_hand on t2 (id)").unwrap();
    let ran = project.migrate(&["diff", "--check"]).code(3);
    assert!(ran.stdout.starts_with("~ table public.t2\n    - index by_hand\n1 difference"), "{}", ran.stdout);
    assert_eq!(shadows(&cluster), "", "the scratch database is dropped");
}

#[test]
fn a_migration_that_fails_leaves_no_scratch_database() {
    let cluster = Cluster::start(&crate::support::Setup::default());
    let project = Project::on(cluster.database());
    project.tables(1).pair("002_wrong", "create table t1 ();\n", "drop table t1;\n");
    project.migrate(&["diff"]).code(1).says("t1").says("scratch database");
    assert_eq!(shadows(&cluster), "");
}

#[test]
fn what_a_killed_program_left_behind_is_dropped_and_nothing_else() {
    let cluster = Cluster::start(&crate::support::Setup::default());
    // The key in the name is that of an advisory lock, which a killed program's session no longer holds.
    let (left, held, foreign) =
        ("migrate_shadow_0123456789abcdef_0", "migrate_shadow_00000001fffffffe_0", "migrate_shadow_2");
    for name in [left, held, foreign] {
        cluster.sql(&format!("create database {name}"));
    }
    let project = Project::on(cluster.database());
    project.tables(1);
    project.migrate(&["up"]).ok().prints("1 migration applied");
    let mut holder = project.client();
    holder.batch_execute("select pg_advisory_lock(8589934590)").unwrap();
    project.migrate(&["diff", "--check"]).ok();
    assert_eq!(shadows(&cluster), format!("{held} {foreign}"));
}

#[test]
fn an_interrupt_drops_the_scratch_database() {
    let cluster = Cluster::start(&crate::support::Setup::default());
    let project = Project::on(cluster.database());
    project.pair("001_slow", "select pg_sleep(60);\n", "select;\n");
    let child = project.start(&["diff"]);
    wait_for("the sleep", || {
        cluster
            .sql("select count(*) from pg_stat_activity where query like '%pg_sleep(60)%' and pid <> pg_backend_pid()")
            != "0"
    });
    let kill = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(kill.success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(shadows(&cluster), "");
}

#[test]
fn the_bundled_project_is_as_it_promises() {
    let cluster = Cluster::start(&crate::support::Setup::default());
    let project = Project::on(cluster.database());
    for folder in ["migrations", "rollbacks"] {
        std::fs::remove_dir(project.path().join(folder)).unwrap();
    }
    project.migrate(&["up", "--stand-in"]).ok().prints("migrations applied");
    project.migrate(&["diff", "--check"]).ok().prints("no differences");
    project
        .client()
        .batch_execute(
            "create trigger by_hand before update on auth.users for each row execute function public.update_updated_at_column();
             alter publication supabase_realtime drop table public.inventory; create table auth.theirs ()",
        )
        .unwrap();
    let ran = project.migrate(&["diff", "--check"]).code(3).prints("~ table auth.users\n    - trigger by_hand\n");
    assert!(
        ran.stdout.contains("~ publication supabase_realtime\n    + member of publication table public.inventory\n"),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.contains("\n2 differences"), "{}", ran.stdout);
    project.client().batch_execute("drop policy \"Staff can read inventory\" on public.inventory").unwrap();
    project.migrate(&["diff", "--check"]).code(3).prints("    + policy Staff can read inventory: for select to ");
}

#[test]
fn policies_on_files_are_the_projects_own() {
    let cluster = Cluster::start(&crate::support::Setup::default());
    let project = Project::on(cluster.database());
    project.file("migrate.toml", "platform = \"supabase\"\n");
    project.pair(
        "001_avatars",
        "insert into storage.buckets (id, name) values ('avatars', 'avatars');\n\
         create policy \"Own folder\" on storage.objects for all to authenticated\n\
           using (bucket_id = 'avatars' and (storage.foldername(name))[1] = auth.uid()::text\n\
                  and storage.extension(name) = 'png');\n",
        "drop policy \"Own folder\" on storage.objects;\ndelete from storage.buckets where id = 'avatars';\n",
    );
    project.migrate(&["up", "--stand-in"]).ok().prints("1 migration applied");
    project.migrate(&["diff", "--check"]).ok().prints("no differences");
    project.migrate(&["verify"]).ok().prints("1 proven");
    let name = "a/b.c/d.tar.gz";
    let parts = format!(
        "select concat_ws(' ', storage.foldername('{name}'), storage.filename('{name}'), storage.extension('{name}'))"
    );
    assert_eq!(project.value(&parts), "{a,b.c} d.tar.gz gz");
    project
        .client()
        .batch_execute("insert into storage.objects (bucket_id, name) values ('avatars', 'x/y.png')")
        .unwrap();
    assert_eq!(project.value("select path_tokens[1] from storage.objects"), "x");
    project
        .client()
        .batch_execute(
            "create policy theirs on storage.buckets for select using (true); create table storage.more ();
             drop policy \"Own folder\" on storage.objects",
        )
        .unwrap();
    let ran = project.migrate(&["diff", "--check"]).code(3).prints("~ table storage.buckets\n    - policy theirs\n");
    ran.prints("    + policy Own folder: for all to authenticated\n").prints("\n2 differences");
}
