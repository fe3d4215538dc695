//! Certificates for servers, made with openssl.

use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

use crate::support::succeed;

/// A folder with an authority and what it signs.
pub(crate) struct Authority {
    folder: TempDir,
}

/// A server's certificate and key, as PEM.
pub(crate) struct Identity {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

const KEY: [&str; 5] = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

impl Authority {
    pub(crate) fn new() -> Self {
        let authority = Self { folder: tempfile::tempdir().unwrap() };
        authority.openssl(
            &["req", "-x509", "-keyout", "ca.key", "-out", "ca.crt", "-subj", "/CN=test authority", "-days", "2"],
            &KEY,
        );
        authority
    }

    /// The authority's own certificate.
    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("ca.crt")
    }

    /// Signs a certificate. Without names it is one of X.509 version 1, as PostgreSQL's manual makes them.
    pub(crate) fn sign(&self, names: Option<&str>, days: u32) -> Identity {
        self.openssl(&["req", "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=localhost"], &KEY);
        let days = days.to_string();
        let sign = [
            "x509",
            "-req",
            "-in",
            "server.csr",
            "-CA",
            "ca.crt",
            "-CAkey",
            "ca.key",
            "-CAcreateserial",
            "-out",
            "server.crt",
        ];
        match names {
            Some(names) => {
                std::fs::write(self.folder.path().join("names"), format!("subjectAltName={names}\n")).unwrap();
                self.openssl(&sign, &["-days", &days, "-extfile", "names"]);
            }
            None => self.openssl(&sign, &["-days", &days]),
        }
        Identity { certificate: self.read("server.crt"), key: self.read("server.key") }
    }

    /// A certificate signed by itself, with the names given.
    pub(crate) fn self_signed(names: &str) -> (Self, Identity) {
        let authority = Self { folder: tempfile::tempdir().unwrap() };
        let names = format!("subjectAltName={names}");
        let arguments =
            ["req", "-x509", "-keyout", "server.key", "-out", "ca.crt", "-subj", "/CN=localhost", "-addext", &names];
        authority.openssl(&arguments, &KEY);
        let identity = Identity { certificate: authority.read("ca.crt"), key: authority.read("server.key") };
        (authority, identity)
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(name)).unwrap()
    }

    fn openssl(&self, arguments: &[&str], more: &[&str]) {
        succeed(Command::new("openssl").current_dir(&self.folder).args(arguments).args(more));
    }
}
