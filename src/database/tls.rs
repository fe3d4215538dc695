//! TLS as libpq's `sslmode` means it: who must have signed the server's certificate, and what name it must bear.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, ring, verify_tls12_signature, verify_tls13_signature,
    verify_tls13_signature_with_raw_key,
};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, SubjectPublicKeyInfoDer, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio_postgres::config::Host;
use tokio_postgres_rustls::MakeRustlsConnect;
use x509_cert::der::{Decode as _, Encode as _};

use crate::config::{ConnectOptions, SslMode};
use crate::error::{Error, Kind};

/// What is asked of the server's certificate.
#[derive(Debug)]
enum Trust {
    /// Nothing: the line is private, the other end is not known.
    Anyone,
    /// Signed by one of these authorities, or one of these itself.
    Signed(Roots),
    /// That, and made for the host that was asked for.
    SignedFor(Roots),
}

#[derive(Debug)]
struct Roots {
    store: RootCertStore,
    /// The same as given: a server's own self-signed certificate may be among them.
    certificates: Vec<CertificateDer<'static>>,
}

/// What makes TLS sessions with these options.
///
/// # Errors
/// When a certificate or key file cannot be read. The path is named.
pub(super) fn connector(options: &ConnectOptions) -> anyhow::Result<MakeRustlsConnect> {
    let provider = Arc::new(ring::default_provider());
    let verifier = Verifier { trust: trust(options)?, algorithms: provider.signature_verification_algorithms };
    let builder = ClientConfig::builder_with_provider(Arc::<CryptoProvider>::clone(&provider))
        .with_safe_default_protocol_versions()
        .context("set up TLS")?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    let mut config = match &options.ssl_identity {
        None => builder.with_no_client_auth(),
        Some((cert, key)) => builder
            .with_client_auth_cert(read_certificates(cert, "sslcert")?, read_key(key)?)
            .with_context(|| format!("use sslcert {} with sslkey {}", cert.display(), key.display()))?,
    };
    // Without this name a server with direct negotiation hangs up; others ignore it.
    config.alpn_protocols = vec![b"postgresql".to_vec()];
    Ok(MakeRustlsConnect::new(config))
}

/// As in libpq, `require` with a root certificate is `verify-ca`. Weaker modes do not look: an attacker could make them
/// fall back to no TLS at all, so that a check would protect nothing.
fn trust(options: &ConnectOptions) -> anyhow::Result<Trust> {
    if !options.config.get_hosts().iter().any(|host| matches!(host, Host::Tcp(_))) {
        // Sockets know no TLS: nothing needs to be read for them.
        return Ok(Trust::Anyone);
    }
    Ok(match (options.ssl_mode, &options.ssl_root_cert) {
        (SslMode::Disable | SslMode::Allow | SslMode::Prefer, _) | (SslMode::Require, None) => Trust::Anyone,
        (SslMode::Require | SslMode::VerifyCa, root) => Trust::Signed(Roots::load(root.as_deref())?),
        (SslMode::VerifyFull, root) => Trust::SignedFor(Roots::load(root.as_deref())?),
    })
}

impl Roots {
    fn load(path: Option<&Path>) -> anyhow::Result<Self> {
        let certificates = match path {
            Some(path) if path != Path::new("system") => read_certificates(path, "sslrootcert")?,
            _ => rustls_native_certs::load_native_certs().certs,
        };
        let mut store = RootCertStore::empty();
        let (added, _) = store.add_parsable_certificates(certificates.iter().cloned());
        if added == 0 {
            let place = path.map_or_else(|| "the system's store".to_owned(), |path| path.display().to_string());
            let error = Error::new(Kind::Usage, format!("no trusted certificate could be read from {place}"));
            return Err(error.hint("give the CA's certificate as a PEM file with sslrootcert=FILE").into());
        }
        Ok(Self { store, certificates })
    }
}

fn read_certificates(path: &Path, key: &str) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    let read = || CertificateDer::pem_file_iter(path)?.collect::<Result<Vec<_>, _>>();
    let certificates = read().with_context(|| format!("read {key} {}", path.display()))?;
    if certificates.is_empty() {
        let message = format!("{key} {} holds no certificate", path.display());
        return Err(Error::new(Kind::Usage, message).hint("it must be a PEM file: -----BEGIN CERTIFICATE-----").into());
    }
    Ok(certificates)
}

fn read_key(path: &Path) -> anyhow::Result<PrivateKeyDer<'static>> {
    PrivateKeyDer::from_pem_file(path).with_context(|| format!("read sslkey {}", path.display()))
}

#[derive(Debug)]
struct Verifier {
    trust: Trust,
    algorithms: WebPkiSupportedAlgorithms,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let roots = match &self.trust {
            Trust::Anyone => return Ok(ServerCertVerified::assertion()),
            Trust::Signed(roots) | Trust::SignedFor(roots) => roots,
        };
        let certificate = ParsedCertificate::try_from(end_entity)?;
        let algorithms = self.algorithms.all;
        let signed =
            verify_server_cert_signed_by_trust_anchor(&certificate, &roots.store, intermediates, now, algorithms);
        match signed {
            Err(error) if !(roots.certificates.contains(end_entity) && is_only_a_root(&error)) => return Err(error),
            _ => {}
        }
        if matches!(self.trust, Trust::SignedFor(_)) {
            verify_server_name(&certificate, server_name)?;
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        match (verify_tls13_signature(message, cert, dss, &self.algorithms), &self.trust) {
            // PostgreSQL's manual makes certificates of X.509 version 1, which webpki does not read. Where nothing is asked
            // of the certificate, its key will do; the signature still counts, for channel binding rests on it.
            (Err(rustls::Error::InvalidCertificate(unread)), Trust::Anyone)
                if unread != CertificateError::BadSignature =>
            {
                let key = public_key(cert).ok_or(CertificateError::BadEncoding)?;
                verify_tls13_signature_with_raw_key(message, &key, dss, &self.algorithms)
            }
            (verified, _) => verified,
        }
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// The public key in a certificate of any version.
fn public_key(certificate: &CertificateDer<'_>) -> Option<SubjectPublicKeyInfoDer<'static>> {
    let certificate = x509_cert::Certificate::from_der(certificate).ok()?;
    certificate.tbs_certificate.subject_public_key_info.to_der().ok().map(Into::into)
}

/// Whether a certificate was refused for being an authority's, as `openssl req -x509` makes them: when it is itself
/// what `sslrootcert` holds, libpq takes it, and so do we.
fn is_only_a_root(error: &rustls::Error) -> bool {
    let rustls::Error::InvalidCertificate(CertificateError::Other(other)) = error else { return false };
    other.0.to_string().contains("CaUsedAsEndEntity")
}
