//! Items of the runtime for other packages of this workspace, beyond the public interface. Not a stable interface, and
//! not re-exported by `hotswap`.

/// For secret stores: locks that survive a fork, the process, and files that are read whole.
///
/// Everything else that a store needs is public: [`SecretProvider`](crate::SecretProvider),
/// [`Fetched`](crate::secrets::Fetched), [`FetchError`](crate::secrets::FetchError), and the types that
/// they use.
pub mod store {
    use crate::source::Changed;
    pub use crate::{
        process::Process,
        secrets::working_directory::WorkingDirectory,
        source::{
            read::{open, within},
            read_error::{ReadError, Shown},
        },
        sync::{lock, lock_within},
    };

    /// The argument of [`SecretProvider::watch`](crate::SecretProvider::watch); for tests of stores.
    pub fn changed(call: impl Fn() + Send + Sync + 'static) -> Changed {
        Changed::new(call)
    }
}

/// For the command line: a configuration as it looks from outside, and the references in files.
pub mod command_line;
mod references;
