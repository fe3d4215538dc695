//! Passwords: odd ones, wrong ones, none, and from the password file.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::OnceLock;

use super::*;

const ODD: &str = "p@ss:w/o%r d'\"\\é#?";
const ODD_IN_URL: &str = "p%40ss%3Aw%2Fo%25r%20d%27%22%5C%C3%A9%23%3F";

/// A server that asks for passwords, in both of PostgreSQL's ways.
fn cluster() -> &'static Cluster {
    static SERVER: OnceLock<Cluster> = OnceLock::new();
    SERVER.get_or_init(|| {
        let hba = "host all scram all scram-sha-256\nhost all md5 all md5\nhost all clear all password";
        let cluster = Cluster::start(&Setup { hba, ..Setup::default() });
        let literal = ODD.replace('\'', "''");
        cluster.sql(&format!(
            "set password_encryption = 'scram-sha-256'; create role scram login password '{literal}';
             create role clear login password '{literal}';
             set password_encryption = 'md5'; create role md5 login password '{literal}'"
        ));
        cluster
    })
}

fn url(user: &str, password: &str) -> String {
    format!("postgres://{user}{password}@127.0.0.1:{}/postgres", cluster().port)
}

#[test]
fn a_password_may_hold_anything_in_url_pairs_and_variable() {
    for user in ["scram", "md5", "clear"] {
        assert_eq!(ask(&options(&url(user, &format!(":{ODD_IN_URL}"))), "select current_user").unwrap(), user);
        let escaped = ODD.replace('\\', "\\\\").replace('\'', "\\'");
        let pairs = format!("host=127.0.0.1 port={} user={user} dbname=postgres password='{escaped}'", cluster().port);
        assert_eq!(ask(&options(&pairs), "select current_user").unwrap(), user);
        let variable = options_in(&url(user, ""), &env().with("PGPASSWORD", ODD)).unwrap();
        assert_eq!(ask(&variable, "select current_user").unwrap(), user);
        assert_eq!(ask(&options(&variable.to_url(true)), "select current_user").unwrap(), user);
    }
}

#[test]
fn a_wrong_password_and_none_are_told_apart_and_never_shown() {
    for user in ["scram", "md5", "clear"] {
        let error = refused(&options(&url(user, ":hunter2")));
        assert!(error.contains(&format!("refused the password of user \"{user}\"")), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
        let error = refused(&options(&url(user, "")));
        assert!(error.contains(&format!("asks for the password of user \"{user}\", and none is given")), "{error}");
        assert!(error.contains("PGPASSWORD") && error.contains(".pgpass"), "{error}");
    }
}

fn write_passfile(folder: &Path, mode: u32) {
    let escaped = ODD.replace('\\', "\\\\").replace(':', "\\:");
    let port = cluster().port;
    let text =
        format!("# ours\nelsewhere:*:*:*:no\n127.0.0.1:{port}:postgres:scram:{escaped}\n127.0.0.1:*:*:md5:hunter2\n");
    let path = folder.join(".pgpass");
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn the_password_file_is_used_and_yields_to_what_is_given() {
    let home = tempfile::tempdir().unwrap();
    write_passfile(home.path(), 0o600);
    let mut at_home = env();
    at_home.home = Some(home.path().to_owned());
    assert_eq!(ask(&options_in(&url("scram", ""), &at_home).unwrap(), "select current_user").unwrap(), "scram");
    // A wrong one in the file, the right one in the URL.
    assert!(refused(&options_in(&url("md5", ""), &at_home).unwrap()).contains("refused the password"));
    let both = options_in(&url("md5", &format!(":{ODD_IN_URL}")), &at_home).unwrap();
    assert_eq!(ask(&both, "select current_user").unwrap(), "md5");
    let named = env().with("PGPASSFILE", home.path().join(".pgpass"));
    assert_eq!(ask(&options_in(&url("scram", ""), &named).unwrap(), "select current_user").unwrap(), "scram");
}

#[test]
fn a_password_file_that_others_can_read_is_ignored_with_a_note() {
    let home = tempfile::tempdir().unwrap();
    write_passfile(home.path(), 0o640);
    let mut env = env();
    env.home = Some(home.path().to_owned());
    let mut notes = Vec::new();
    let options = connect_options(&url("scram", ""), "--url", Path::new("/"), &env, &mut notes).unwrap();
    assert!(matches!(notes.as_slice(), [note] if note.contains("chmod 0600")), "{notes:?}");
    assert!(refused(&options).contains("none is given"));
}
