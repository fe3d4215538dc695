//! Making a cluster: alone, from a copy, in a crowd, killed half-way, on a full disk.

use super::*;

#[test]
fn a_first_start_makes_a_private_durable_cluster() {
    let mut home = Home::new();
    home.options.cache = None;
    assert_eq!(control::status(&home.options).unwrap().state, State::Absent);
    let mut told = Told::default();
    let connect_options = server::ensure(&home.options, &mut told, &mut never).unwrap();
    assert!(told.0.iter().any(|line| line.starts_with("made a private PostgreSQL")), "{:?}", told.0);
    let mut client = connect(&connect_options);
    for (name, value) in [
        ("listen_addresses", ""),
        ("fsync", "on"),
        ("full_page_writes", "on"),
        ("synchronous_commit", "on"),
        ("data_checksums", "on"),
        ("server_encoding", "UTF8"),
        ("lc_collate", "C.UTF-8"),
        ("TimeZone", "UTC"),
        ("wal_level", "logical"),
    ] {
        assert_eq!(setting(&mut client, name), value, "{name}");
    }
    let data = home.data();
    assert_eq!(data, home.options.home.join("postgres/data"));
    let log = fs::metadata(home.options.home.join("postgres/server.log")).unwrap();
    assert_eq!(log.mode() & 0o777, 0o600);
    let owner = fs::metadata(&data).unwrap().uid();
    assert_ne!(owner, 0);
    for folder in [data.clone(), data.join("../socket"), data.join("..")] {
        let meta = fs::metadata(&folder).unwrap();
        assert_eq!((meta.mode() & 0o777, meta.uid()), (0o700, owner), "{}", folder.display());
    }
    assert_eq!(fs::read_to_string(home.options.home.join(".gitignore")).unwrap(), "*\n");
}

#[test]
fn first_starts_at_once_in_many_threads_make_one_cluster() {
    let home = Home::new();
    let barrier = Barrier::new(8);
    let made = std::thread::scope(|scope| {
        let start = || {
            barrier.wait();
            let mut told = Told::default();
            connect(&server::ensure(&home.options, &mut told, &mut never).unwrap());
            told.0.iter().filter(|line| line.starts_with("made a private") || line.starts_with("started")).count()
        };
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(start)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum::<usize>()
    });
    assert_eq!(made, 2, "one cluster made, one server started");
}

#[test]
fn first_starts_at_once_in_many_processes_make_one_cluster() {
    let home = Home::new();
    let mut children: Vec<_> = (0..6).map(|_| child(&home).spawn().unwrap()).collect();
    for child in &mut children {
        assert!(child.wait().unwrap().success());
    }
    let log = control::log_tail(&home.options, 1000).unwrap();
    assert_eq!(log.matches("database system is ready to accept connections").count(), 1, "{log}");
}

#[test]
fn a_first_start_killed_half_way_leaves_nothing_in_the_way() {
    for delay_ms in [20, 60, 150, 300] {
        let mut home = Home::new();
        home.options.cache = None;
        let mut child = child(&home).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(delay_ms));
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(setting(&mut home.client(), "data_checksums"), "on", "killed after {delay_ms} ms");
    }
}

/// This test program again, to start the server of `home` and nothing else.
fn child(home: &Home) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["first_start::started_by_another_test", "--exact", "--ignored"]).env("TEST_HOME", &home.options.home);
    command.stdout(std::process::Stdio::null());
    command
}

#[test]
#[ignore = "run by other tests as a process of its own"]
fn started_by_another_test() {
    let home = PathBuf::from(std::env::var_os("TEST_HOME").unwrap());
    ensure(&EmbeddedOptions { cache: None, ..options(home) }).unwrap();
}

#[test]
fn later_first_starts_copy_the_kept_data_folder() {
    let cache = tempfile::tempdir().unwrap();
    let kept = || fs::read_dir(cache.path()).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    let mut homes = [Home::new(), Home::new(), Home::new()];
    homes.iter_mut().for_each(|home| home.options.cache = Some(cache.path().to_path_buf()));
    let [first, second, third] = &homes;
    first.client().batch_execute("create table only_in_the_first ()").unwrap();
    assert_eq!(kept().len(), 1, "one folder, no temporary one: {:?}", kept());
    assert!(kept()[0].file_name().unwrap().to_str().unwrap().starts_with("initdb-"));
    // An initdb would draw another identifier.
    assert_eq!(identifier(first), identifier(second));
    let sql = "select to_regclass('only_in_the_first') is null";
    let fresh: bool = second.client().query_one(sql, &[]).unwrap().get(0);
    assert!(fresh, "the folder is kept as it was before its first start");
    let owner = fs::metadata(second.data()).unwrap().uid();
    for entry in walkdir::WalkDir::new(second.data()) {
        let meta = entry.unwrap().metadata().unwrap();
        assert_eq!((meta.uid(), meta.mode() & 0o077), (owner, 0));
    }
    // A kept folder that lost a file is not used, and replaced.
    fs::remove_file(kept()[0].join("global/pg_filenode.map")).unwrap();
    assert_ne!(identifier(third), identifier(first));
    assert!(kept()[0].join("global/pg_filenode.map").exists());
}

#[test]
fn first_starts_of_many_projects_at_once_share_one_cache() {
    let cache = tempfile::tempdir().unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut home = Home::new();
                home.options.cache = Some(cache.path().to_path_buf());
                home.client().batch_execute("select 1").unwrap();
            });
        }
    });
    assert_eq!(fs::read_dir(cache.path()).unwrap().count(), 1);
    let mut home = Home::new();
    home.options.cache = Some(cache.path().to_path_buf());
    home.start();
}

fn identifier(home: &Home) -> i64 {
    home.client().query_one("select system_identifier from pg_control_system()", &[]).unwrap().get(0)
}

#[test]
fn a_cache_that_others_can_write_to_is_not_used() {
    let cache = tempfile::tempdir().unwrap();
    fs::set_permissions(cache.path(), fs::Permissions::from_mode(0o777)).unwrap();
    let mut home = Home::new();
    home.options.cache = Some(cache.path().to_path_buf());
    home.start();
    assert_eq!(fs::read_dir(cache.path()).unwrap().count(), 0);
}

#[test]
#[expect(clippy::print_stderr, reason = "what was not tried must be seen")]
fn a_full_disk_is_said_and_nothing_half_made_stays() {
    let home = Home::new();
    let disk = home.folder.path().join("disk");
    fs::create_dir(&disk).unwrap();
    let mount =
        |size: &str| Command::new("mount").args(["-t", "tmpfs", "-o", size, "tmpfs"]).arg(&disk).output().unwrap();
    if !mount("size=20m,mode=755").status.success() {
        eprintln!("not tried: mounting a small disk needs root with CAP_SYS_ADMIN");
        return;
    }
    let small = EmbeddedOptions { cache: None, ..options(disk.join(".migrate")) };
    let failed = ensure(&small).unwrap_err();
    let left = fs::read_dir(disk.join(".migrate/postgres"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect::<Vec<_>>();
    mount("remount,size=200m");
    let started = ensure(&small);
    // Full again, under a stopped server.
    control::stop(&small, &mut Silent).unwrap();
    Command::new("dd")
        .args(["if=/dev/zero", "bs=1M"])
        .arg(format!("of={}", disk.join("ballast").display()))
        .output()
        .unwrap();
    let not_started = ensure(&small);
    fs::remove_file(disk.join("ballast")).unwrap();
    let started_again = ensure(&small);
    control::destroy(&small, &mut Silent).unwrap();
    assert!(Command::new("umount").arg(&disk).status().unwrap().success());
    assert!(failed.to_string().contains("is full"), "{failed:#}");
    assert_eq!(left, ["counterpose"], "{left:?}");
    started.unwrap();
    if let Err(error) = &not_started {
        assert!(find(error).unwrap().hints.join("").contains("is full"), "{error:#}");
    }
    started_again.unwrap();
}
