//! TLS, as far as the program goes; every mode of it is tried in `tests/connections`.

use crate::certificates::Authority;
use crate::project::Project;
use crate::support::{Cluster, Setup};

#[test]
fn verify_full_takes_the_right_authority_and_no_other() {
    let authority = Authority::new();
    let identity = authority.sign(Some("DNS:localhost"), 2);
    let files = [("server.crt", identity.certificate.as_str()), ("server.key", &identity.key)];
    let hba = "hostssl all all all trust\nhost all all all reject";
    let cluster = Cluster::start(&Setup { conf: "ssl = on", hba, files: &files, ..Setup::default() });
    let url = |host: &str, root: &Authority| {
        let root = root.file().display().to_string();
        format!("postgres://postgres@{host}:{}/postgres?sslmode=verify-full&sslrootcert={root}", cluster.port)
    };
    let project = Project::on(url("localhost", &authority));
    project.tables(1);
    project.migrate(&["status"]).ok().says("(sslmode verify-full)");
    project.migrate(&["up"]).ok();
    project.migrate(&["status", "--check"]).ok();
    let stranger = Authority::new();
    let wrong = url("localhost", &stranger);
    project.migrate(&["status", "--url", &wrong]).code(1).says("not signed by a trusted authority");
    let elsewhere = url("127.0.0.1", &authority);
    project.migrate(&["status", "--url", &elsewhere]).code(1).says("made for another host");
    let plain = format!("postgres://postgres@localhost:{}/postgres?sslmode=disable", cluster.port);
    project.migrate(&["status", "--url", &plain]).code(1).says("lets no such connection in");
}
