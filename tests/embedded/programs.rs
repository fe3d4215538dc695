//! Which server programs are chosen, tried on scripts that only say a version.

use std::path::Path;

use counterpose::server::programs;

use super::*;

/// A folder of programs that claim a version. Scripts lose against real programs wherever both are looked at.
fn fake(folder: &Path, version: &str) {
    fs::create_dir_all(folder).unwrap();
    for name in ["postgres", "initdb"] {
        let file = folder.join(name);
        fs::write(&file, format!("#!/bin/sh\necho '{name} (PostgreSQL) {version}'\n")).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    }
}

fn given(folder: &Path) -> EmbeddedOptions {
    EmbeddedOptions { pg_bin: Some(folder.to_path_buf()), ..options("/nowhere/.migrate".into()) }
}

#[test]
fn the_given_folder_is_searched_alone() {
    let folder = tempfile::tempdir().unwrap();
    let error = programs::find(&given(folder.path())).unwrap_err();
    assert_eq!(kind_of(&error), Kind::Usage);
    assert!(error.to_string().contains("holds no `initdb` and `postgres`"), "{error}");
    fake(folder.path(), "16.3");
    let found = programs::find(&given(folder.path())).unwrap();
    assert_eq!((found.major, found.minor, found.bin.as_path()), (16, 3, folder.path()));
    fake(folder.path(), "14.9");
    let error = programs::find(&given(folder.path())).unwrap_err();
    assert!(error.to_string().contains("PostgreSQL 15 or newer is needed"), "{error}");
}

#[test]
fn a_wrapper_on_the_path_does_not_hide_the_real_programs() {
    let folder = tempfile::tempdir().unwrap();
    fake(folder.path(), "99.1");
    let options = EmbeddedOptions {
        path: Some(std::env::join_paths([folder.path(), Path::new("/usr/bin")]).unwrap()),
        ..options("/nowhere/.migrate".into())
    };
    let found = programs::find(&options).unwrap();
    assert!(found.major >= 15 && found.major < 99, "{found:?}");
    let start = fs::read(found.path("initdb")).unwrap();
    assert_ne!(&start[..2], b"#!");
}

#[test]
fn a_link_leads_to_the_folder_that_holds_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let real = programs::find(&options("/nowhere/.migrate".into())).unwrap();
    for name in ["postgres", "initdb"] {
        std::os::unix::fs::symlink(real.path(name), folder.path().join(name)).unwrap();
    }
    assert_eq!(programs::find(&given(folder.path())).unwrap().bin, real.bin);
}
