//! The HTTP client: address, trusted authorities and timeouts.

use std::{path::Path, sync::Arc};

use hotswap_client::{credential_file, server};
use hotswap_core::{secrets::FetchError, support::store::Shown};
use reqwest::{Url, redirect};
use rustify::clients::reqwest::Client as Http;
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject},
};
use rustls_platform_verifier::BuilderVerifierExt;

use super::settings::Settings;

/// A standby redirects to the active server, which may redirect to its own public name.
const REDIRECTS: usize = 2;

pub(super) fn connect(settings: &Settings) -> Result<Http, FetchError> {
    let address = address(&settings.address())?;
    let tls = tls(address.scheme() == "https", settings.ca_file().as_deref())?;
    let http = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(redirects())
        .timeout(settings.timeout)
        .build()
        .map_err(|_| FetchError::invalid("no HTTP client can be made of the settings"))?;
    Ok(Http::new(address.as_str().trim_end_matches('/'), http))
}

fn address(text: &str) -> Result<Url, FetchError> {
    server(text, "the address of Vault", "give VAULT_ADDR as `https://host:port`, and nothing else")
}

/// A redirect includes the token, so it must not leave TLS.
fn redirects() -> redirect::Policy {
    redirect::Policy::custom(|attempt| {
        let from = attempt.previous();
        let same = from.last().is_some_and(|url| url.scheme() == attempt.url().scheme());
        if same && from.len() <= REDIRECTS { attempt.follow() } else { attempt.stop() }
    })
}

/// With its own cryptography provider, because the program chooses the provider of the process.
fn tls(https: bool, authority: Option<&Path>) -> Result<ClientConfig, FetchError> {
    let unusable = |error| FetchError::invalid(format!("TLS cannot be set up: {error}"));
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().map_err(unusable)?;
    let builder = match authority {
        Some(path) if https => builder.with_root_certificates(roots(path)?),
        None if https => builder.with_platform_verifier().map_err(unusable)?,
        _ => builder.with_root_certificates(RootCertStore::empty()),
    };
    Ok(builder.with_no_client_auth())
}

/// The bundle of a system has a few hundred kB.
const MAX_CERTIFICATES: u64 = 16 << 20;

/// Only the authorities in a file.
fn roots(path: &Path) -> Result<RootCertStore, FetchError> {
    let refuse = |why: &str| {
        FetchError::invalid(format!("the file of certificates {} {why}", Shown(path)))
            .with_help("VAULT_CACERT or `Vault::ca_file` names a file in PEM format")
    };
    let text = credential_file::read(path, MAX_CERTIFICATES)
        .map_err(|error| refuse(&format!("cannot be read: {error}")))?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&text) {
        let certificate = certificate.map_err(|_| refuse("is not in PEM format"))?;
        roots.add(certificate).map_err(|_| refuse("holds a certificate that cannot be used"))?;
    }
    if roots.is_empty() { Err(refuse("holds no certificate")) } else { Ok(roots) }
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn an_address_names_a_server_and_nothing_else() {
        assert!(address("https://vault.example:8200").is_ok());
        assert!(address("http://127.0.0.1:8200/").is_ok());
        for odd in
            ["vault", "ftp://host", "https://user:hunter2@host", "https://host/path", "https://host?hunter2"]
        {
            let error = address(odd).unwrap_err();
            assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        }
    }
}
