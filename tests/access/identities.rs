//! Who is tried where nobody is named, and what an identity carries.

use crate::project::Project;
use crate::same;
use crate::support::{Cluster, Setup};

#[test]
fn without_identities_it_is_the_roles_that_grants_and_policies_name() {
    let cluster = Cluster::start(&Setup::default());
    cluster.sql("create role app; create role reader; create role unrelated; create role boss superuser");
    let project = Project::on(cluster.database());
    project.pair(
        "001_schema",
        "create table things (id int primary key, tenant text not null);
         grant select, insert on things to app; grant select (id) on things to reader; grant all on things to boss;",
        "drop table things;",
    );
    let found = project.migrate(&["access"]).ok().stdout;
    let expected = "\
public.things
  columns: id, tenant
          select   insert   update   delete   truncate
  app     all      all      -        -        -
  reader  all      -        -        -        -
    select: id
";
    same(&found, expected);
}

#[test]
fn a_schema_that_names_nobody_asks_for_identities() {
    let project = Project::new();
    project.tables(1);
    project.migrate(&["access"]).code(2).says("nobody to try as").says("[[access.identities]]");
}

#[test]
fn settings_tell_tenants_apart_and_schemas_are_chosen() {
    let cluster = Cluster::start(&Setup::default());
    cluster.sql("create role app");
    let project = Project::on(cluster.database());
    project.file(
        "migrate.toml",
        "[access]\nschemas = ['app']\nfixture = 'rows.sql'\n\
         [[access.identities]]\nname = 'one'\nrole = 'app'\nsettings = { 'app.tenant' = '1' }\n\
         [[access.identities]]\nname = 'nobody'\nrole = 'app'\n",
    );
    project.file("rows.sql", "insert into app.things values (1, 1), (2, 2);");
    project.pair(
        "001_schema",
        "create schema app; grant usage on schema app to app;
         create table app.things (id int primary key, tenant int not null);
         alter table app.things enable row level security;
         grant select on app.things to app;
         create policy own on app.things to app using (tenant = nullif(current_setting('app.tenant', true), '')::int);
         create table public.elsewhere (id int);",
        "drop table public.elsewhere; drop schema app cascade;",
    );
    let found = project.migrate(&["access"]).ok().stdout;
    let expected = "\
app.things
  columns: id, tenant
          select   insert   update   delete   truncate
  one     some     -        -        -        -
  nobody  none     -        -        -        -
";
    same(&found, expected);
}

#[test]
fn a_role_that_is_no_superuser_finds_the_same() {
    let cluster = Cluster::start(&Setup::default());
    cluster.sql("create role app; create role deployer login createdb; grant app to deployer");
    let name = cluster.create_database();
    cluster.sql(&format!("alter database {name} owner to deployer"));
    let url = format!("postgres://deployer@/{name}?host={}&port={}", cluster.socket().display(), cluster.port);
    let project = Project::on(url);
    project.file(
        "migrate.toml",
        "[access]\nfixture = 'rows.sql'\n[[access.identities]]\nname = 'one'\nrole = 'app'\nsettings = { 'app.tenant' = '1' }\n",
    );
    project.file("rows.sql", "insert into things values (1, 1, 'a'), (2, 2, 'b');");
    project.pair(
        "001_schema",
        "create table things (id int primary key, tenant int not null, code text not null unique);
         alter table things enable row level security;
         grant select, insert, delete, update (code) on things to app;
         create policy own on things to app using (tenant = nullif(current_setting('app.tenant', true), '')::int);
         create table forced (id int primary key);
         alter table forced enable row level security;
         alter table forced force row level security;
         grant select on forced to app;",
        "drop table forced; drop table things;",
    );
    // It cannot write without triggers, nor look behind a policy that binds owners too: that is said.
    let ran = project.migrate(&["access"]).ok().says("row security hides rows from the role that tries");
    let expected = "\
public.forced
  columns: id
       select   insert   update   delete   truncate
  one  granted  -        -        -        -

public.things
  columns: id, tenant, code
       select   insert   update   delete   truncate
  one  some     some     some     some     -
    update: code
";
    same(&ran.stdout, expected);
    // One that may not become the identity is told so.
    cluster.sql("revoke app from deployer");
    project.migrate(&["access"]).code(1).says("failed to act as identity one").says("grant \"app\"");
}
