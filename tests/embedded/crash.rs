//! What a killed, broken or robbed server leaves, and how the next command copes.

use super::*;

#[test]
fn a_killed_server_is_recovered_with_what_was_committed() {
    let home = Home::new();
    let mut client = home.client();
    client.batch_execute("create table kept (answer int); insert into kept values (42)").unwrap();
    let pid = home.pid();
    kill_process(pid, Signal::KILL).unwrap();
    wait_until("the server is gone", || control::status(&home.options).unwrap().state == State::Stopped);
    assert!(home.data().join("postmaster.pid").exists(), "a crash leaves the file");
    assert_eq!(home.client().query_one("select answer from kept", &[]).unwrap().get::<_, i32>(0), 42);
    assert_ne!(home.pid(), pid);
}

#[test]
fn a_backend_that_outlives_its_killed_server_is_ended_first() {
    let home = Home::new();
    let mut client = home.client();
    let backend: i32 = client.query_one("select pg_backend_pid()", &[]).unwrap().get(0);
    let backend = Pid::from_raw(backend).unwrap();
    // A loop never looks whether the postmaster lives; a wait would.
    let busy = std::thread::spawn(move || client.batch_execute("do $$ begin loop perform 1; end loop; end $$"));
    let mut other = home.client();
    wait_until("the loop runs", || {
        let sql = "select count(*) from pg_stat_activity where state = 'active' and query like 'do %'";
        other.query_one(sql, &[]).unwrap().get::<_, i64>(0) == 1
    });
    kill_process(home.pid(), Signal::KILL).unwrap();
    wait_until("the server is gone", || control::status(&home.options).unwrap().state == State::Stopped);
    assert!(is_alive(backend), "the backend is the point of this test");
    assert_eq!(setting(&mut home.client(), "fsync"), "on");
    assert!(!is_alive(backend));
    busy.join().unwrap().unwrap_err();
}

#[test]
fn a_pid_file_whose_number_is_another_program_s_now_is_stale() {
    let home = Home::new();
    home.start();
    kill_process(home.pid(), Signal::KILL).unwrap();
    wait_until("the server is gone", || control::status(&home.options).unwrap().state == State::Stopped);
    // Of the same user as the server: PostgreSQL itself would refuse to start.
    let owner = fs::metadata(home.data()).unwrap().uid();
    let mut other =
        std::os::unix::process::CommandExt::uid(&mut Command::new("sleep"), owner).arg("60").spawn().unwrap();
    let file = home.data().join("postmaster.pid");
    let text = fs::read_to_string(&file).unwrap();
    let (_, rest) = text.split_once('\n').unwrap();
    fs::write(&file, format!("{}\n{rest}", other.id())).unwrap();
    let lock = home.data().join("../socket/.s.PGSQL.5432.lock");
    let text = fs::read_to_string(&lock).unwrap();
    fs::write(&lock, text.replacen(text.lines().next().unwrap(), &other.id().to_string(), 1)).unwrap();
    assert_eq!(control::status(&home.options).unwrap().state, State::Stopped);
    assert!(!control::stop(&home.options, &mut Silent).unwrap(), "it is not ours to stop");
    home.start();
    assert_eq!(other.try_wait().unwrap(), None, "the other program is left alone");
    other.kill().unwrap();
    other.wait().unwrap();
}

#[test]
fn rubbish_in_the_pid_file_is_no_server() {
    let home = Home::new();
    home.start();
    control::stop(&home.options, &mut Silent).unwrap();
    fs::write(home.data().join("postmaster.pid"), "no number\n").unwrap();
    home.start();
}

#[test]
fn a_server_whose_socket_was_cleaned_away_is_restarted() {
    let home = Home::new();
    home.start();
    let (pid, socket) = (home.pid(), control::status(&home.options).unwrap().socket.unwrap());
    fs::remove_dir_all(&socket).unwrap();
    home.client().batch_execute("select 1").unwrap();
    assert_ne!(home.pid(), pid);
}

#[test]
fn a_server_that_cannot_start_shows_its_log() {
    let home = Home::new();
    home.start();
    control::stop(&home.options, &mut Silent).unwrap();
    let conf = home.data().join("postgresql.conf");
    let text = fs::read_to_string(&conf).unwrap();
    fs::write(&conf, format!("{text}\nno_such_setting = 1\n")).unwrap();
    let error = ensure(&home.options).unwrap_err().to_string();
    assert!(error.contains("did not start") && error.contains("no_such_setting"), "{error}");
    assert!(control::log_tail(&home.options, 3).unwrap().contains("no_such_setting"));
    fs::write(&conf, text).unwrap();
    home.start();
}
