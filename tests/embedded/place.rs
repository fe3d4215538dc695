//! Where the cluster and its socket live, and whose they are.

use super::*;

#[test]
fn a_path_too_long_for_a_socket_gets_a_short_private_folder() {
    let mut home = Home::new();
    home.options.home = home.folder.path().join("project").join("x".repeat(90)).join(".migrate");
    home.client().batch_execute("select 1").unwrap();
    let socket = control::status(&home.options).unwrap().socket.unwrap();
    assert!(!socket.starts_with(home.folder.path()));
    let (meta, owner) = (fs::symlink_metadata(&socket).unwrap(), fs::metadata(home.data()).unwrap().uid());
    assert_eq!((meta.mode() & 0o7777, meta.uid(), meta.is_dir()), (0o700, owner, true));
    control::stop(&home.options, &mut Silent).unwrap();
    assert!(!socket.exists(), "the folder goes with the server");
    // Somebody else was there first, with a folder open to others.
    std::os::unix::fs::symlink("/tmp", &socket).unwrap();
    home.start();
    let other = control::status(&home.options).unwrap().socket.unwrap();
    assert_ne!(other, socket);
    fs::remove_file(&socket).unwrap();
    // After a crash nobody stops the server, and still its folder goes with the cluster.
    kill_process(home.pid(), Signal::KILL).unwrap();
    wait_until("the server is gone", || control::status(&home.options).unwrap().state == State::Stopped);
    control::destroy(&home.options, &mut Silent).unwrap();
    assert!(!other.exists());
}

#[test]
fn what_is_not_ours_is_neither_used_nor_deleted() {
    let home = Home::new();
    let folder = home.options.home.join("postgres");
    fs::create_dir_all(folder.join("data")).unwrap();
    fs::write(folder.join("data/precious"), "").unwrap();
    for error in [ensure(&home.options).unwrap_err(), control::destroy(&home.options, &mut Silent).unwrap_err()] {
        assert_eq!(kind_of(&error), Kind::Refused, "{error:#}");
    }
    assert!(folder.join("data/precious").exists());
    fs::remove_dir_all(&folder).unwrap();
    // A link to a cluster is not a cluster.
    let other = Home::new();
    other.start();
    std::os::unix::fs::symlink(other.options.home.join("postgres"), &folder).unwrap();
    assert_eq!(kind_of(&control::destroy(&home.options, &mut Silent).unwrap_err()), Kind::Refused);
    other.client().batch_execute("select 1").unwrap();
    fs::remove_file(&folder).unwrap();
}

#[test]
fn a_renamed_project_keeps_its_running_server() {
    let home = Home::new();
    home.start();
    let pid = home.pid();
    let renamed = home.folder.path().join("renamed");
    fs::rename(home.options.home.parent().unwrap(), &renamed).unwrap();
    let moved = Home { options: options(renamed.join(".migrate")), folder: tempfile::tempdir().unwrap() };
    if home.options.home.join("postgres.path").exists() {
        panic!("the tests' folders can be entered by the server's user");
    }
    moved.client().batch_execute("select 1").unwrap();
    assert_eq!(moved.pid(), pid);
}

#[test]
fn a_project_that_the_server_s_user_cannot_enter_gets_its_cluster_elsewhere() {
    let home = Home::new();
    let project = home.options.home.parent().unwrap();
    fs::set_permissions(project, fs::Permissions::from_mode(0o700)).unwrap();
    home.client().batch_execute("create table here ()").unwrap();
    let pointer = home.options.home.join("postgres.path");
    if !rustix::process::geteuid().is_root() {
        assert!(!pointer.exists() && home.data().starts_with(&home.options.home));
        return;
    }
    let root = PathBuf::from(fs::read_to_string(&pointer).unwrap().trim());
    assert_eq!(home.data(), root.join("data"));
    assert!(!root.starts_with(&home.options.home));
    // A copy of the project gets its own cluster, and destroying it leaves the first alone.
    let copy = Home::new();
    fs::set_permissions(copy.options.home.parent().unwrap(), fs::Permissions::from_mode(0o700)).unwrap();
    fs::create_dir(&copy.options.home).unwrap();
    fs::copy(&pointer, copy.options.home.join("postgres.path")).unwrap();
    let none: bool = copy.client().query_one("select to_regclass('here') is null", &[]).unwrap().get(0);
    assert!(none && copy.data() != home.data());
    control::destroy(&copy.options, &mut Silent).unwrap();
    home.client().batch_execute("table here").unwrap();
    control::destroy(&home.options, &mut Silent).unwrap();
    assert!(!root.exists() && !pointer.exists());
}

#[test]
fn root_runs_the_server_as_the_owner_of_the_project() {
    let home = Home::new();
    let us = rustix::process::geteuid().as_raw();
    let owner = if us == 0 { 65534 } else { us };
    std::os::unix::fs::chown(home.options.home.parent().unwrap(), Some(owner), None).unwrap();
    home.start();
    assert_eq!(fs::metadata(home.data()).unwrap().uid(), owner);
    assert_eq!(fs::metadata(&home.options.home).unwrap().uid(), owner);
    assert_eq!(fs::metadata(home.options.home.join("postgres.lock")).unwrap().uid(), owner);
}
