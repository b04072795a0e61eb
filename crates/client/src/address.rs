//! Addresses of secret stores.

use hotswap_core::secrets::FetchError;
use url::Url;

/// Parses the address of a server: scheme, host and port only.
///
/// Errors and the status show addresses, so an address that contains credentials is refused without repeating it.
pub fn server(text: &str, what: &str, help: &str) -> Result<Url, FetchError> {
    let refuse = |why| FetchError::invalid(format!("{what} {why}")).with_help(help);
    let url = Url::parse(text).map_err(|_| refuse("is not a URL"))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(refuse("is not an HTTP address"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refuse("holds credentials"));
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err(refuse("holds a path"));
    }
    Ok(url)
}
