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
