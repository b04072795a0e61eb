//! Who decrypts files that are encrypted as a whole.

use std::sync::Arc;

use super::{FetchError, SecretProvider};

/// The provider of the scheme `age`, or why there is none.
pub(crate) type Opener = Result<Arc<dyn SecretProvider>, FetchError>;

/// The one that this build brings.
pub(crate) fn usual() -> Opener {
    #[cfg(feature = "age")]
    return Ok(Arc::new(super::age::Age::new()));
    #[cfg(not(feature = "age"))]
    Err(FetchError::new(super::FetchErrorKind::Unsupported, "it needs the feature `age` of hotswap")
        .with_help("switch on the cargo feature `age` of hotswap"))
}
