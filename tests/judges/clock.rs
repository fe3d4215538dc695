//! A backup is restored some day later than it was taken: on a server whose clock has gone on a year, every row comes back.

use std::process::{Command, Output};

use crate::project::Project;
use crate::support::{Cluster, Setup, succeed};
use crate::{bundled, database, fill};

/// One of PostgreSQL's programs, on a server.
fn program(name: &str, cluster: &Cluster, arguments: &[&str]) -> Output {
    let mut command = Command::new(format!("/usr/lib/postgresql/15/bin/{name}"));
    command.env_clear().env("PGUSER", "postgres").env("PGHOST", cluster.socket());
    succeed(command.env("PGPORT", cluster.port.to_string()).args(arguments))
}

/// Each table with its rows' number and checksum.
fn contents(project: &Project) -> String {
    project.value(
        "select string_agg(format('%s %s %s', c.oid::regclass, t.rows, t.sum), E'\\n' order by c.oid::regclass::text)
         from pg_class c
         cross join lateral (
           select (xpath('/row/rows/text()', x))[1]::text as rows, (xpath('/row/sum/text()', x))[1]::text as sum
           from query_to_xml(
             format('select count(*) as rows, md5(string_agg(t::text, '';'' order by t::text)) as sum from %s t', c.oid::regclass),
             false, true, ''
           ) as x
         ) as t
         where c.relkind = 'r' and c.relnamespace in ('public'::regnamespace, 'auth'::regnamespace, 'migrate'::regnamespace)",
    )
}

#[test]
fn a_dump_that_is_restored_a_year_later_has_every_row() {
    let here = Cluster::start(&Setup::default());
    let project = bundled(&here);
    fill(&project);
    let folder = tempfile::tempdir().unwrap();
    let [roles, dump] = ["roles.sql", "dump"].map(|name| folder.path().join(name).to_str().unwrap().to_owned());
    program("pg_dumpall", &here, &["--roles-only", "-f", &roles]);
    program("pg_dump", &here, &["-Fc", "-f", &dump, &database(&project)]);
    let before = contents(&project);

    let later = Cluster::start(&Setup { clock: Some("+366d"), ..Setup::default() });
    // It has the superuser already.
    let mut psql = Command::new("psql");
    psql.env("PGUSER", "postgres").env("PGHOST", later.socket()).env("PGPORT", later.port.to_string());
    succeed(psql.args(["-q", "-d", "postgres", "-f", &roles]));
    let restored = Project::on(later.database());
    program("pg_restore", &later, &["--exit-on-error", "-d", &database(&restored), &dump]);
    let year = |project: &Project| project.value("select extract(year from now() - interval '180 days')");
    assert_ne!(year(&project), year(&restored), "the clock of the second server has gone on");
    assert_eq!(contents(&restored), before);
    assert!(before.contains("class_schedules 11 "), "{before}");
    // What is past by now can still be looked after.
    let changed = "with u as (update class_schedules set special_notes = 'kept' returning 1) select count(*) from u";
    assert_eq!(restored.value(changed), "11");
}
