//! The databases that the CLI knows by a word.

use std::process::Command;

use crate::beside::Beside;
use crate::support::Cluster;

fn said(command: &mut Command) -> (Option<i32>, String) {
    let output = command.env_remove("DATABASE_URL").output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn local_follows_the_file_the_variables_and_their_order() {
    let beside = Beside::new();
    let target = |arguments: &[&str], vars: &[(&str, &str)]| {
        let (_, text) = said(beside.command(arguments).envs(vars.iter().copied()));
        text.lines().next().unwrap_or_default().to_owned()
    };
    let at = |port: u16| format!("target: postgres://postgres@127.0.0.1:{port}/postgres (sslmode prefer)");
    assert_eq!(target(&["status", "--local"], &[]), at(54322));
    beside.file("supabase/config.toml", "[db]\nport = 5001\n");
    assert_eq!(target(&["status", "--local"], &[]), at(5001));
    assert_eq!(target(&["status", "--local"], &[("SUPABASE_DB_PORT", "5002")]), at(5002));
    beside.file("supabase/config.toml", "[db]\nport = \"env(PORT_OF_MINE)\"\n");
    beside.file(".env", "PORT_OF_MINE=5003\n");
    assert_eq!(target(&["status", "--local"], &[]), at(5003));
    beside.file("supabase/.env", "PORT_OF_MINE=5004\n");
    beside.file("supabase/.env.local", "PORT_OF_MINE=5005\n");
    assert_eq!(target(&["status", "--local"], &[]), at(5005));
    beside.file("supabase/.env.development.local", "PORT_OF_MINE=5006\n");
    assert_eq!(target(&["status", "--local"], &[]), at(5006));
    assert_eq!(target(&["status", "--local"], &[("SUPABASE_ENV", "test")]), at(5004));
    assert_eq!(target(&["status", "--local"], &[("PORT_OF_MINE", "5007")]), at(5007));
    let named = target(&["status", "--local"], &[("SUPABASE_SERVICES_HOSTNAME", "localhost")]);
    assert_eq!(named, "target: postgres://postgres@localhost:5006/postgres (sslmode prefer)");
}

#[test]
fn variables_count_in_the_order_of_the_contract() {
    let beside = Beside::new();
    let names = ["MIGRATE_DATABASE_URL", "DATABASE_URL", "SUPABASE_DB_URL", "POSTGRES_URL_NON_POOLING", "POSTGRES_URL"];
    for first in 0..names.len() {
        let mut command = beside.command(&["status"]);
        command.env_remove("DATABASE_URL");
        for (at, name) in names.iter().enumerate().skip(first) {
            command.env(name, format!("postgres://u@127.0.0.1:1/d{at}?supa=base-pooler.x"));
        }
        let text = String::from_utf8(command.output().unwrap().stderr).unwrap();
        assert!(text.starts_with(&format!("target: postgres://u@127.0.0.1:1/d{first} ")), "{text}");
        assert_eq!(text.contains("POSTGRES_URL_NON_POOLING is better"), first == 4, "{text}");
    }
    // An environment of migrate.toml comes before what Supabase's tools leave behind, and these count in their projects only.
    beside.file("migrate.toml", "[env.staging]\nurl = 'postgres://u@127.0.0.1:1/staging'\n");
    let url = "postgres://u@127.0.0.1:1/theirs";
    let (_, text) = said(beside.command(&["status", "--env", "staging"]).env("SUPABASE_DB_URL", url));
    assert!(text.starts_with("target: postgres://u@127.0.0.1:1/staging "), "{text}");
    let plain = crate::project::Project::new();
    let (_, text) = said(plain.command(&["verify", "--files"]).env("SUPABASE_DB_URL", url));
    assert!(text.starts_with("target: embedded PostgreSQL"), "{text}");
}

#[test]
fn linked_goes_to_the_session_pooler_where_the_direct_address_is_out_of_reach() {
    let beside = Beside::new();
    let (code, text) = said(&mut beside.command(&["status", "--linked"]));
    assert!(code == Some(2) && text.contains("`supabase link --project-ref REF`"), "{text}");
    beside.file("supabase/.temp/project-ref", "nosuchproject\n");
    let (code, text) = said(&mut beside.command(&["status", "--linked"]));
    assert!(code == Some(2) && text.contains("set SUPABASE_DB_PASSWORD"), "{text}");
    let cluster = Cluster::start(&crate::support::Setup {
        hba: "host all postgres.nosuchproject all scram-sha-256\nhost all postgres all reject",
        ..Default::default()
    });
    cluster.sql("create role \"postgres.nosuchproject\" login superuser password 'pa:ss@w/rd'");
    let pooler = format!("postgresql://postgres.nosuchproject:[YOUR-PASSWORD]@127.0.0.1:{}/postgres", cluster.port);
    beside.file("supabase/.temp/pooler-url", &pooler);
    beside.pairs(1);
    beside.file("supabase/.env.local", "SUPABASE_DB_PASSWORD='pa:ss@w/rd'\n");
    let (code, text) = said(beside.command(&["up", "--linked"]).env("PGSSLMODE", "disable"));
    assert_eq!(code, Some(0), "{text}");
    assert!(!text.contains("pa:ss"), "{text}");
    assert_eq!(cluster.sql("select version from supabase_migrations.schema_migrations"), "20260101000001");
    // The transaction pooler's address is taken for its session mode.
    beside.file("supabase/.temp/pooler-url", "postgresql://postgres.nosuchproject@pooler.invalid:6543/postgres");
    let (_, text) = said(&mut beside.command(&["status", "--linked"]));
    assert!(text.starts_with("target: postgres://postgres@db.nosuchproject.supabase.co:5432,pooler.invalid:5432/postgres (sslmode require)"), "{text}");
}

#[test]
fn the_transaction_pooler_is_refused_by_its_address_with_the_url_to_use() {
    let beside = Beside::new();
    for (host, user) in [("aws-0-eu.pooler.supabase.com", "postgres.ref"), ("db.ref.supabase.co", "postgres")] {
        let url = format!("postgres://{user}:secret@{host}:6543/postgres?sslmode=require");
        let (code, text) = said(beside.command(&["up"]).env("POSTGRES_URL", url));
        assert_eq!(code, Some(2), "{text}");
        assert!(
            text.contains(&format!("session mode: postgres://{user}@{host}:5432/postgres?sslmode=require")),
            "{text}"
        );
        assert!(!text.contains("secret"), "{text}");
    }
}

#[test]
fn the_words_need_a_project_of_the_cli_and_one_another_s_absence() {
    let project = crate::project::Project::new();
    project.migrate(&["status", "--local"]).code(2).says("there is no supabase/config.toml").says("`supabase init`");
    project.migrate(&["status", "--local", "--linked"]).code(2).says("cannot be used with");
    project.migrate(&["status", "--linked", "--url", "postgres://h/d"]).code(2).says("cannot be used with");
}
