//! The running server found, stopped, shown, destroyed.

use super::*;

#[test]
fn a_running_server_is_found_at_once_and_left_alone() {
    let home = Home::new();
    home.start();
    let pid = home.pid();
    let begin = Instant::now();
    for _ in 0..20 {
        home.start();
    }
    assert!(begin.elapsed() / 20 < Duration::from_millis(5), "{:?}", begin.elapsed() / 20);
    assert_eq!(home.pid(), pid);
}

#[test]
fn commits_survive_stop_and_start() {
    let home = Home::new();
    home.client().batch_execute("create table kept as select 42 as answer").unwrap();
    assert!(control::stop(&home.options, &mut Silent).unwrap());
    let status = control::status(&home.options).unwrap();
    assert_eq!((status.state, status.socket), (State::Stopped, None));
    assert!(!control::stop(&home.options, &mut Silent).unwrap());
    assert_eq!(home.client().query_one("select answer from kept", &[]).unwrap().get::<_, i32>(0), 42);
}

#[test]
fn a_data_folder_of_another_major_version_is_named_and_left_alone() {
    let home = Home::new();
    home.start();
    control::stop(&home.options, &mut Silent).unwrap();
    fs::write(home.data().join("PG_VERSION"), "14\n").unwrap();
    let error = server::ensure(&home.options, &mut Silent, &mut |_| Ok(false)).unwrap_err();
    let error = find(&error).unwrap();
    assert!(error.message.contains("was made by PostgreSQL 14"), "{error}");
    let hints = error.hints.join("\n");
    assert!(hints.contains("apt-get install postgresql-14") && hints.contains("migrate db destroy"), "{hints}");
    assert!(home.data().join("global/pg_control").exists());
    assert!(control::destroy(&home.options, &mut Silent).unwrap());
    home.start();
}

#[test]
fn destroy_leaves_nothing_and_a_new_cluster_can_follow() {
    let home = Home::new();
    assert!(!control::destroy(&home.options, &mut Silent).unwrap(), "there is none yet");
    home.client().batch_execute("create table gone ()").unwrap();
    let (pid, root) = (home.pid(), home.data().parent().unwrap().to_path_buf());
    assert!(control::destroy(&home.options, &mut Silent).unwrap());
    assert!(!root.exists() && !is_alive(pid));
    let none: bool = home.client().query_one("select to_regclass('gone') is null", &[]).unwrap().get(0);
    assert!(none);
}

#[test]
fn the_url_works_for_psql_and_the_database_name_is_quoted() {
    let mut home = Home::new();
    home.start();
    let psql = control::psql_path(&home.options).unwrap();
    let run = |url: &str, sql: &str| {
        let output = Command::new(&psql).args(["-XAtq", "-c", sql, url]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let url = control::url(&home.options).unwrap();
    run(&url, "create database \"odd name/@?ä\"");
    home.options.database = "odd name/@?ä".into();
    assert_eq!(run(&control::url(&home.options).unwrap(), "select current_database()"), "odd name/@?ä\n");
    let maintenance = server::maintenance_options(&home.start());
    assert_eq!(maintenance.config.get_dbname(), Some("postgres"));
    control::stop(&home.options, &mut Silent).unwrap();
    assert!(control::url(&home.options).is_err());
}
