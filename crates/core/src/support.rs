//! Items of the runtime for other packages of this workspace, beyond the public interface. Not a stable interface, and
//! not re-exported by `hotswap`.

/// For secret stores: locks that survive a fork, the process, and files that are read whole.
///
/// Everything else that a store needs is public: [`SecretProvider`](crate::SecretProvider),
/// [`Fetched`](crate::secrets::Fetched), [`FetchError`](crate::secrets::FetchError), and the types that
/// they use.
pub mod store {
    pub use crate::{
        process::Process,
        secrets::payload::wipe,
        source::{
            read::{open, within},
            read_error::{ReadError, Shown},
        },
        sync::{lock, lock_within},
    };
    use crate::{secrets::FetchError, source::Changed};

    /// The argument of [`SecretProvider::watch`](crate::SecretProvider::watch); for tests of stores.
    pub fn changed(call: impl Fn() + Send + Sync + 'static) -> Changed {
        Changed::new(call)
    }

    /// Optional advice, such as that of a [`ReadError`].
    pub trait WithAnyHelp {
        /// The same error with this advice, if there is any.
        #[must_use]
        fn with_any_help(self, help: Option<&str>) -> Self;
    }

    impl WithAnyHelp for FetchError {
        fn with_any_help(self, help: Option<&str>) -> Self {
            FetchError::with_any_help(self, help)
        }
    }
}

/// For the command line: a configuration as seen from outside, and the positions of values in files.
pub mod command_line;
