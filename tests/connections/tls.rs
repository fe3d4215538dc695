//! Every `sslmode` against servers whose certificates are right, wrong, expired, self-signed and old.

use std::sync::OnceLock;
use std::time::Duration;

use super::certificates::{Authority, Identity};
use super::*;

const IN_USE: &str = "select ssl from pg_catalog.pg_stat_ssl where pid = pg_catalog.pg_backend_pid()";

fn start(identity: &Identity, hba: &str) -> Cluster {
    let files = [("server.crt", identity.certificate.as_str()), ("server.key", identity.key.as_str())];
    Cluster::start(&Setup { conf: "ssl = on", hba, files: &files, ..Setup::default() })
}

/// A server with a good certificate for `localhost`, and its authority.
fn good() -> &'static (Cluster, Authority) {
    static GOOD: OnceLock<(Cluster, Authority)> = OnceLock::new();
    GOOD.get_or_init(|| {
        let authority = Authority::new();
        let hba = "hostssl all only_tls all trust\nhostnossl all only_plain all trust\nhost all only_tls,only_plain all reject";
        let cluster = start(&authority.sign(Some("DNS:localhost"), 2), hba);
        cluster.sql("create role only_tls login; create role only_plain login; set password_encryption = 'scram-sha-256'");
        (cluster, authority)
    })
}

fn url(cluster: &Cluster, user: &str, host: &str, parameters: &str) -> ConnectOptions {
    options(&format!("postgres://{user}@{host}:{}/postgres?{parameters}", cluster.port))
}

fn with_root(parameters: &str, authority: &Authority) -> String {
    format!("{parameters}&sslrootcert={}", authority.file().display())
}

#[test]
fn verify_full_lets_the_right_server_in_and_tls_is_in_use() {
    let (cluster, authority) = good();
    for mode in ["verify-full", "verify-ca", "require"] {
        let options = url(cluster, "postgres", "localhost", &with_root(&format!("sslmode={mode}"), authority));
        assert_eq!(ask(&options, IN_USE).unwrap(), "t", "{mode}");
    }
}

#[test]
fn another_host_name_passes_verify_ca_and_fails_verify_full() {
    let (cluster, authority) = good();
    let root = |mode: &str| with_root(&format!("sslmode={mode}"), authority);
    assert_eq!(ask(&url(cluster, "postgres", "127.0.0.1", &root("verify-ca")), IN_USE).unwrap(), "t");
    let error = refused(&url(cluster, "postgres", "127.0.0.1", &root("verify-full")));
    assert!(
        error.contains(&format!("the certificate of 127.0.0.1:{} is made for another host", cluster.port)),
        "{error}"
    );
    assert!(error.contains("localhost"), "names what it has: {error}");
    // The name is checked even where the address is given beside it.
    let beside = url(cluster, "postgres", "elsewhere.example", &format!("{}&hostaddr=127.0.0.1", root("verify-full")));
    assert!(refused(&beside).contains("made for another host"));
    let beside = url(cluster, "postgres", "localhost", &format!("{}&hostaddr=127.0.0.1", root("verify-full")));
    assert_eq!(ask(&beside, IN_USE).unwrap(), "t");
}

#[test]
fn an_unknown_authority_is_refused_by_every_mode_that_looks() {
    let (cluster, _) = good();
    let stranger = Authority::new();
    for mode in ["verify-full", "verify-ca", "require"] {
        let error = refused(&url(cluster, "postgres", "localhost", &with_root(&format!("sslmode={mode}"), &stranger)));
        assert!(error.contains("not signed by a trusted authority"), "{mode}: {error}");
        assert!(error.contains("sslrootcert=FILE"), "{error}");
    }
    // With the system's authorities alone, ours is a stranger too.
    let error = refused(&url(cluster, "postgres", "localhost", "sslrootcert=system"));
    assert!(error.contains("not signed by a trusted authority"), "{error}");
    for mode in ["require", "prefer"] {
        assert_eq!(ask(&url(cluster, "postgres", "localhost", &format!("sslmode={mode}")), IN_USE).unwrap(), "t");
    }
}

#[test]
fn the_root_certificate_at_home_is_found() {
    let (cluster, authority) = good();
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join(".postgresql")).unwrap();
    std::fs::copy(authority.file(), home.path().join(".postgresql/root.crt")).unwrap();
    let mut env = env();
    env.home = Some(home.path().to_owned());
    let text = format!("postgres://postgres@localhost:{}/postgres?sslmode=verify-full", cluster.port);
    assert_eq!(ask(&options_in(&text, &env).unwrap(), IN_USE).unwrap(), "t");
}

#[test]
fn an_expired_certificate_is_named_as_such() {
    let authority = Authority::new();
    let identity = authority.sign(Some("DNS:localhost"), 0);
    std::thread::sleep(Duration::from_millis(1100));
    let cluster = start(&identity, "");
    for mode in ["verify-full", "verify-ca"] {
        let error =
            refused(&url(&cluster, "postgres", "localhost", &with_root(&format!("sslmode={mode}"), &authority)));
        assert!(error.contains("has expired"), "{mode}: {error}");
    }
    assert_eq!(ask(&url(&cluster, "postgres", "localhost", "sslmode=require"), IN_USE).unwrap(), "t");
}

#[test]
fn a_self_signed_certificate_is_trusted_where_it_is_the_root_itself() {
    let (authority, identity) = Authority::self_signed("DNS:localhost");
    let cluster = start(&identity, "");
    let root = with_root("sslmode=verify-full", &authority);
    assert_eq!(ask(&url(&cluster, "postgres", "localhost", &root), IN_USE).unwrap(), "t");
    assert!(refused(&url(&cluster, "postgres", "127.0.0.1", &root)).contains("made for another host"));
    let (other, _) = Authority::self_signed("DNS:localhost");
    let error = refused(&url(&cluster, "postgres", "localhost", &with_root("sslmode=verify-ca", &other)));
    assert!(error.contains("not accepted") || error.contains("trusted authority"), "{error}");
}

#[test]
fn a_version_1_certificate_serves_require_and_is_refused_with_its_cure_by_verify_full() {
    let authority = Authority::new();
    let cluster = start(&authority.sign(None, 2), "");
    assert_eq!(ask(&url(&cluster, "postgres", "localhost", "sslmode=require"), IN_USE).unwrap(), "t");
    let error = refused(&url(&cluster, "postgres", "localhost", &with_root("sslmode=verify-full", &authority)));
    assert!(error.contains("X.509 version 3"), "{error}");
}

#[test]
fn prefer_and_allow_fall_back_the_way_each_prefers() {
    let (cluster, _) = good();
    let used =
        |user: &str, mode: &str| ask(&url(cluster, user, "localhost", &format!("sslmode={mode}")), IN_USE).unwrap();
    assert_eq!(
        (used("postgres", "disable"), used("postgres", "allow"), used("postgres", "prefer")),
        ("f".into(), "f".into(), "t".into())
    );
    assert_eq!((used("only_tls", "allow"), used("only_tls", "prefer")), ("t".into(), "t".into()));
    assert_eq!((used("only_plain", "allow"), used("only_plain", "prefer")), ("f".into(), "f".into()));
    let error = refused(&url(cluster, "only_tls", "localhost", "sslmode=disable"));
    assert!(error.contains("lets no such connection in") && error.contains("only_tls"), "{error}");
}

#[test]
fn a_server_without_tls_is_used_by_prefer_and_refused_by_require() {
    let cluster = Cluster::shared();
    assert_eq!(ask(&url(cluster, "postgres", "localhost", "sslmode=prefer"), IN_USE).unwrap(), "f");
    let error = refused(&url(cluster, "postgres", "localhost", "sslmode=require"));
    assert!(
        error.contains(&format!("localhost:{} offers no TLS, and sslmode=require asks for it", cluster.port)),
        "{error}"
    );
}

#[test]
fn a_root_certificate_that_cannot_be_read_is_named() {
    let cluster = Cluster::shared();
    let missing =
        ask(&url(cluster, "postgres", "localhost", "sslmode=verify-full&sslrootcert=/no/such.crt"), "select 1");
    assert!(format!("{:#}", missing.unwrap_err()).contains("sslrootcert /no/such.crt"));
    let empty = tempfile::NamedTempFile::new().unwrap();
    let parameters = format!("sslmode=verify-full&sslrootcert={}", empty.path().display());
    let error = ask(&url(cluster, "postgres", "localhost", &parameters), "select 1").unwrap_err();
    assert!(error.to_string().contains("holds no certificate"), "{error}");
}

#[test]
fn cancelling_goes_through_tls_as_well() {
    let (cluster, authority) = good();
    let options = url(cluster, "only_tls", "localhost", &with_root("sslmode=verify-full", authority));
    let code = run(async {
        let mut connected = open(&options).await.unwrap();
        let pid = pooler::ask(&connected.client, &mut connected.connection, "select pg_catalog.pg_backend_pid()")
            .await
            .unwrap();
        assert_eq!(pooler::key_pid(&connected.client).map(|pid| pid.to_string()), pid);
        let canceller = connected.canceller.clone();
        let cancel = async {
            tokio::time::sleep(Duration::from_millis(200)).await;
            canceller.cancel().await
        };
        let sleep = pooler::ask(&connected.client, &mut connected.connection, "select pg_catalog.pg_sleep(20)");
        let (slept, cancelled) = tokio::join!(sleep, cancel);
        cancelled.unwrap();
        slept.unwrap_err().code().unwrap().code().to_owned()
    });
    assert_eq!(code, "57014");
}

#[test]
fn a_certificate_of_the_client_opens_what_asks_for_one() {
    let authority = Authority::new();
    let server = authority.sign(Some("DNS:localhost"), 2);
    // Its common name is the user that `cert` lets in.
    let client = authority.sign(Some("DNS:client"), 2);
    let root = std::fs::read_to_string(authority.file()).unwrap();
    let files = [("server.crt", server.certificate.as_str()), ("server.key", &server.key), ("root.crt", &root)];
    let hba = "hostssl all localhost all cert";
    let cluster =
        Cluster::start(&Setup { conf: "ssl = on\nssl_ca_file = 'root.crt'", hba, files: &files, ..Setup::default() });
    cluster.sql("create role localhost login");
    let home = tempfile::tempdir().unwrap();
    let file = |name: &str| home.path().join(name).display().to_string();
    std::fs::write(file("c"), &client.certificate).unwrap();
    std::fs::write(file("k"), &client.key).unwrap();
    let with = format!("sslmode=require&sslcert={}&sslkey={}", file("c"), file("k"));
    assert_eq!(ask(&url(&cluster, "localhost", "localhost", &with), "select current_user").unwrap(), "localhost");
    let error = refused(&url(&cluster, "localhost", "localhost", "sslmode=require"));
    assert!(error.contains("connection requires a valid client certificate"), "{error}");
    let missing = format!("sslmode=require&sslcert={}&sslkey=/no/such.key", file("c"));
    let error = ask(&url(&cluster, "localhost", "localhost", &missing), "select 1").unwrap_err();
    assert!(format!("{error:#}").contains("sslkey /no/such.key"), "{error:#}");
}
