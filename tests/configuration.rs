//! What was typed, `migrate.toml`, `.env` and the environment, resolved in folders of their own. No server.
#![expect(clippy::unwrap_used, reason = "whatever fails here fails the test")]

use std::fs;
use std::path::Path;
use std::time::Duration;

use counterpose::config::{Environment, Overrides, Platform, Settings, Source, SslMode, Target, resolve};
use counterpose::error::{Error, Kind, find, kind_of};
use tempfile::TempDir;

/// A project folder with files in it.
struct Project(TempDir);

impl Project {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Self(folder)
    }

    fn env(&self) -> Environment {
        let mut env = Environment::empty(self.0.path());
        env.user = Some("me".to_owned());
        env.machine = Some("here".to_owned());
        env
    }

    fn resolve(&self, env: &Environment) -> (Settings, Vec<String>) {
        resolve(&Overrides::default(), env).unwrap()
    }
}

const MIGRATION: (&str, &str) = ("migrations/001_a.sql", "select 1;");

/// The target in one line, or `embedded`.
fn target(settings: &Settings) -> String {
    match &settings.target {
        Target::Given(options) => options.to_url(true),
        Target::Embedded(_) => "embedded".to_owned(),
    }
}

fn usage(overrides: &Overrides, env: &Environment) -> Error {
    let error = resolve(overrides, env).err().unwrap();
    assert_eq!(kind_of(&error), Kind::Usage, "{error:#}");
    let error = find(&error).unwrap();
    assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
    Error { kind: error.kind, message: error.message.clone(), hints: error.hints.clone() }
}

fn with_url(url: &str) -> Overrides {
    Overrides { url: Some(url.to_owned()), ..Overrides::default() }
}

fn with_env(name: &str) -> Overrides {
    Overrides { env: Some(name.to_owned()), ..Overrides::default() }
}

#[test]
fn nothing_given_is_the_bundled_project_on_the_embedded_server() {
    let project = Project::new(&[]);
    let env = project.env().with("XDG_CACHE_HOME", "/cache").with("PATH", "/bin");
    let (settings, notes) = project.resolve(&env);
    let root = fs::canonicalize(project.0.path()).unwrap();
    let Target::Embedded(embedded) = &settings.target else { panic!("{settings:?}") };
    assert_eq!((embedded.home.as_path(), embedded.database.as_str()), (root.join(".migrate").as_path(), "postgres"));
    assert_eq!(embedded.cache.as_deref(), Some(Path::new("/cache/counterpose")));
    assert_eq!((settings.source, settings.platform), (Source::Bundled, Platform::Supabase));
    assert_eq!((settings.environment.as_str(), settings.protected), ("local", false));
    assert_eq!(settings.lock_timeout, Duration::from_secs(5));
    assert_eq!(
        (settings.lock_retries, settings.lock_wait, settings.statement_timeout),
        (5, Duration::from_secs(600), None)
    );
    assert_eq!(settings.origin, "me@here");
    assert!(
        matches!(notes.as_slice(), [note] if note.contains("the bundled coffee-shop and yoga-studio project is used")),
        "{notes:?}"
    );
}

#[test]
fn the_order_of_precedence_is_url_variable_environment_embedded() {
    let toml = "[env.local]\nurl = 'postgres://u@file/d'\n[env.staging]\nurl = 'postgres://u@staging/d'\n";
    let project = Project::new(&[MIGRATION, ("migrate.toml", toml)]);
    let plain = project.env();
    let variable = plain.clone().with("DATABASE_URL", "postgres://u@variable/d");
    let resolved = |overrides: &Overrides, env: &Environment| {
        let (settings, notes) = resolve(overrides, env).unwrap();
        (target(&settings), settings.environment, notes)
    };
    let expect = |host: &str, name: &str| (format!("postgres://u@{host}:5432/d"), name.to_owned(), Vec::new());
    assert_eq!(resolved(&with_url("postgres://u@typed/d"), &variable), expect("typed", "local"));
    assert_eq!(resolved(&Overrides::default(), &variable), expect("variable", "local"));
    assert_eq!(resolved(&Overrides::default(), &plain), expect("file", "local"));
    assert_eq!(resolved(&with_env("staging"), &plain), expect("staging", "staging"));
    assert_eq!(
        resolved(&Overrides::default(), &plain.clone().with("MIGRATE_ENV", "staging")),
        expect("staging", "staging")
    );
    // The variable wins over a typed environment too, and that is said.
    let (url, name, notes) = resolved(&with_env("staging"), &variable);
    assert_eq!((url.as_str(), name.as_str()), ("postgres://u@variable:5432/d", "staging"));
    assert!(
        matches!(notes.as_slice(), [note] if note.contains("DATABASE_URL wins over the url of [env.staging]")),
        "{notes:?}"
    );
    // Unless both lead to the same place.
    let same = plain.with("DATABASE_URL", "postgres://other@staging/d");
    assert_eq!(resolved(&with_env("staging"), &same).2, Vec::<String>::new());
}

#[test]
fn dotenv_is_read_from_the_project_and_never_overrides_the_environment() {
    let dotenv = "DATABASE_URL=postgres://${HOST}@file/d\nPGPASSWORD='a$b'\nnonsense\n";
    let project = Project::new(&[MIGRATION, ("migrate.toml", ""), (".env", dotenv), ("sub/x", "")]);
    let mut below = project.env();
    below.current_dir = project.0.path().join("sub");
    let (settings, notes) = resolve(&Overrides::default(), &below.clone().with("PGPASSWORD", "real")).unwrap();
    assert_eq!(target(&settings), "postgres://%24%7BHOST%7D:real@file:5432/d");
    assert!(matches!(notes.as_slice(), [note] if note.ends_with(".env:3: not NAME=value, skipped")), "{notes:?}");
    let (settings, _) = resolve(&Overrides::default(), &below.with("DATABASE_URL", "postgres://u@real/d")).unwrap();
    assert_eq!(target(&settings), "postgres://u:a%24b@real:5432/d");
}

#[test]
fn secrets_come_from_variables() {
    let toml = "[env.a]\nurl = 'postgres://app:${PW}@h/d?sslrootcert=ca.pem'\n[env.b]\nurl = 'env(WHOLE)'\n[env.c]\nurl = '${MISSING}'";
    let project = Project::new(&[MIGRATION, ("migrate.toml", toml), (".env", "PW=\"p@:/%\"\n")]);
    let env = project.env().with("WHOLE", "host=w user=u dbname=d");
    let root = fs::canonicalize(project.0.path()).unwrap();
    let a = target(&resolve(&with_env("a"), &env).unwrap().0);
    assert_eq!(a, format!("postgres://app:p%40%3A%2F%25@h:5432/d?sslrootcert={}/ca.pem", root.display()));
    assert_eq!(target(&resolve(&with_env("b"), &env).unwrap().0), "postgres://u@w:5432/d");
    let error = usage(&with_env("c"), &env);
    assert_eq!(
        error.message,
        "url in [env.c] of migrate.toml needs the environment variable MISSING, which is not set"
    );
}

#[test]
fn an_environment_that_is_not_there_is_named_with_the_nearest() {
    let toml = "[env.production]\nurl = 'postgres://h/d'\nprotected = true\n[env.empty]\nprotected = true\n";
    let project = Project::new(&[MIGRATION, ("migrate.toml", toml)]);
    let error = usage(&with_env("prodution"), &project.env());
    assert_eq!(error.message, "migrate.toml has no environment `prodution`");
    assert_eq!(error.hints, ["did you mean `production`?"]);
    // Typed beside a URL it is a mistake too; out of MIGRATE_ENV it is only a name.
    usage(&Overrides { url: Some("postgres://h/d".into()), ..with_env("prodution") }, &project.env());
    let (settings, _) = resolve(&with_url("postgres://x/d"), &project.env().with("MIGRATE_ENV", "ci")).unwrap();
    assert_eq!((settings.environment.as_str(), settings.protected), ("ci", false));
    usage(&Overrides::default(), &project.env().with("MIGRATE_ENV", "ci"));
    assert_eq!(usage(&with_env("empty"), &project.env()).message, "[env.empty] in migrate.toml has no url");
    let none = Project::new(&[MIGRATION]);
    assert_eq!(usage(&with_env("x"), &none.env()).message, "there is no migrate.toml, and so no environment `x`");
    assert_eq!(target(&resolve(&with_env("local"), &none.env()).unwrap().0), "embedded");
}

#[test]
fn a_protected_database_stays_protected_however_it_is_reached() {
    let toml = "[env.production]\nurl = 'postgres://app:${PW}@db/shop'\nprotected = true\n[env.staging]\nurl = 'postgres://s/d'\n";
    let project = Project::new(&[MIGRATION, ("migrate.toml", toml)]);
    let env = project.env().with("PW", "hunter2");
    let protected = |overrides: &Overrides, env: &Environment| {
        let (settings, notes) = resolve(overrides, env).unwrap();
        (settings.protected, notes)
    };
    assert_eq!(protected(&with_env("production"), &env), (true, vec![]));
    let (is, notes) = protected(&with_url("host=db user=other dbname=shop"), &env);
    assert!(is && notes == ["this is the database of [env.production], which is protected"], "{notes:?}");
    assert_eq!(protected(&with_env("staging"), &env), (false, vec![]));
    assert_eq!(protected(&with_url("postgres://db/other"), &env), (false, vec![]));
}

#[test]
fn the_file_is_found_upward_and_dir_is_taken_alone() {
    let project = Project::new(&[("migrate.toml", "platform = 'supabase'"), MIGRATION, ("a/b/x", "")]);
    let root = fs::canonicalize(project.0.path()).unwrap();
    let mut env = project.env();
    env.current_dir = project.0.path().join("a/b");
    let (settings, notes) = resolve(&Overrides::default(), &env).unwrap();
    assert_eq!((&settings.root, settings.platform), (&root, Platform::Supabase));
    assert_eq!(
        settings.source,
        Source::Folder { migrations: root.join("migrations"), rollbacks: root.join("rollbacks") }
    );
    assert_eq!(notes, Vec::<String>::new());
    let dir = |dir: &str| Overrides { dir: Some(dir.into()), ..Overrides::default() };
    let (settings, _) = resolve(&dir("../.."), &env).unwrap();
    assert_eq!((settings.root, settings.platform), (root.clone(), Platform::Supabase));
    let (settings, _) = resolve(&dir("."), &env).unwrap();
    assert_eq!((settings.root, settings.source), (root.join("a/b"), Source::Bundled));
    assert!(usage(&dir("nowhere"), &env).message.ends_with("a/b/nowhere: no such folder"));
}

#[test]
fn platform_and_source_follow_the_folder() {
    let plain = Project::new(&[MIGRATION]);
    assert_eq!(plain.resolve(&plain.env()).0.platform, Platform::Postgres);
    let supabase = Project::new(&[("supabase/config.toml", ""), ("supabase/migrations/1_a.sql", "")]);
    let (settings, notes) = supabase.resolve(&supabase.env());
    let root = fs::canonicalize(supabase.0.path()).unwrap();
    let expected =
        Source::Supabase { migrations: root.join("supabase/migrations"), rollbacks: root.join("supabase/rollbacks") };
    assert_eq!((settings.platform, settings.source), (Platform::Supabase, expected));
    assert_eq!(notes, ["migrations are read from supabase/migrations"]);
    let both = Project::new(&[MIGRATION, ("supabase/config.toml", ""), ("migrate.toml", "platform = 'postgres'")]);
    assert_eq!(both.resolve(&both.env()).0.platform, Platform::Postgres);
    let named = Project::new(&[("db/up/1_a.sql", ""), ("migrate.toml", "migrations = 'db/up'\nrollbacks = 'db/down'")]);
    let root = fs::canonicalize(named.0.path()).unwrap();
    let expected = Source::Folder { migrations: root.join("db/up"), rollbacks: root.join("db/down") };
    assert_eq!(named.resolve(&named.env()).0.source, expected);
    let missing = Project::new(&[("migrate.toml", "migrations = 'db/up'")]);
    assert!(usage(&Overrides::default(), &missing.env()).message.contains("db/up"));
}

#[test]
fn what_is_typed_wins_over_the_file() {
    let toml = "lock_timeout = '2s'\nlock_wait = '1min'\nstatement_timeout = '1h'\nlock_retries = 9\n[ledger]\nrefinery_table = 'public.refinery_schema_history'\n";
    let project = Project::new(&[MIGRATION, ("migrate.toml", toml)]);
    let (settings, _) = project.resolve(&project.env());
    assert_eq!((settings.lock_timeout, settings.lock_retries), (Duration::from_secs(2), 9));
    assert_eq!(
        (settings.lock_wait, settings.statement_timeout),
        (Duration::from_secs(60), Some(Duration::from_secs(3600)))
    );
    assert_eq!(settings.refinery_table.schema, "public");
    let typed = Overrides {
        lock_timeout: Some(Duration::from_secs(1)),
        statement_timeout: Some(Duration::ZERO),
        stand_in: true,
        pg_bin: Some("bin".into()),
        ..Overrides::default()
    };
    let (settings, _) = resolve(&typed, &project.env()).unwrap();
    assert_eq!(
        (settings.lock_timeout, settings.statement_timeout, settings.stand_in),
        (Duration::from_secs(1), None, true)
    );
    let Target::Embedded(embedded) = settings.target else { panic!("not embedded") };
    assert_eq!(embedded.pg_bin.as_deref(), Some(project.0.path().join("bin").as_path()));
}

#[test]
fn variables_of_libpq_complete_a_url_and_choose_none_alone() {
    let project = Project::new(&[MIGRATION]);
    let env = project
        .env()
        .with("PGHOST", "pghost")
        .with("PGPORT", "6000")
        .with("PGUSER", "pguser")
        .with("PGDATABASE", "pgdb");
    let given = |url: &str| target(&resolve(&with_url(url), &env).unwrap().0);
    assert_eq!(given("postgres://"), "postgres://pguser@pghost:6000/pgdb");
    assert_eq!(given("postgres://u@h/d"), "postgres://u@h:6000/d");
    assert_eq!(given("postgres://u@h:1,h2/"), "postgres://u@h:1,h2:5432/pgdb");
    let (settings, notes) = resolve(&Overrides::default(), &env).unwrap();
    assert_eq!(target(&settings), "embedded");
    assert!(matches!(notes.as_slice(), [note] if note.contains("--url postgres://")), "{notes:?}");
    let tls = project.env().with("PGSSLMODE", "require").with("PGSSLROOTCERT", "ca.pem");
    let Target::Given(options) = resolve(&with_url("postgres://h/"), &tls).unwrap().0.target else {
        panic!("embedded")
    };
    assert_eq!((options.ssl_mode, options.config.get_user()), (SslMode::Require, Some("me")));
    assert_eq!(options.ssl_root_cert.as_deref(), Some(project.0.path().join("ca.pem").as_path()));
    assert_eq!(options.config.get_dbname(), Some("me"));
}

#[test]
fn what_cannot_be_had_is_refused_with_its_cure() {
    let project = Project::new(&[MIGRATION]);
    for (url, message, hint) in [
        ("postgres://u:hunter2@h/d?pgbouncer=true", "--url: unknown connection parameter `pgbouncer`", "Prisma"),
        ("postgres://u:hunter2@h/d?ssl_mode=require", "--url: unknown connection parameter `ssl_mode`", "`sslmode`"),
        ("postgres://u:hunter2@h/d?sslmode=full", "--url: the connection parameter sslmode", "verify-full"),
        (
            "postgres://u:hunter2@h/d?sslrootcert=system&sslmode=require",
            "--url: sslmode=require is too weak",
            "verify-full",
        ),
        (
            "postgres://u:hunter2@h/d?sslmode=prefer&sslnegotiation=direct",
            "--url: sslmode=prefer is too weak",
            "require",
        ),
        ("postgres://u:hunter2@h/d?sslcert=x", "--url: sslcert is given without sslkey", ""),
        (
            "postgres://u:hunter2@h/d?target_session_attrs=standby",
            "--url: the connection parameter target_session_attrs",
            "read-write",
        ),
        ("postgres://u:hunter2@h/d?service=x", "--url: connection service files are not supported", "PGSERVICE"),
        ("postgres://u:hunter2@h/d?client_encoding=latin1", "--url: client_encoding can only be UTF8", "UTF-8"),
        ("postgres://u:hunter2@a,b,c/d?port=1,2", "--url: 2 ports are given for 3 hosts", ""),
        ("postgres://u:hunter2@a,b/d?hostaddr=1.2.3.4", "--url: 2 hosts are given and 1 host addresses", ""),
        (
            "postgres://u:hunter2@h/d?connect_timeout=soon",
            "--url: the connection parameter connect_timeout",
            "whole number",
        ),
        ("postgres://u:hunter2@x@h/d", "--url: the URL holds more than one `@`", "%40"),
    ] {
        let error = usage(&with_url(url), &project.env());
        assert!(error.message.starts_with(message), "{url}: {}", error.message);
        assert!(error.hints.join(" ").contains(hint), "{url}: {:?}", error.hints);
    }
    let error = usage(&with_url("postgres://h/d"), &project.env().with("PGSERVICE", "x"));
    assert!(error.message.contains("service files are not supported"));
}

#[test]
fn no_debug_output_holds_a_secret() {
    let project = Project::new(&[MIGRATION]);
    let overrides = with_url("postgres://u:hunter2@h/d");
    let env = project.env().with("PGPASSWORD", "hunter2");
    let (settings, _) = resolve(&overrides, &env).unwrap();
    assert!(!format!("{settings:?}{overrides:?}{env:?}").contains("hunter2"));
}
