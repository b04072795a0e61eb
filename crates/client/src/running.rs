//! The client of a store, created at the first use.

use std::{
    fmt,
    future::Future,
    sync::{Arc, Mutex},
};

use hotswap_core::{secrets::FetchError, support::store::lock};

use crate::runtime::Runtime;

/// A client and its runtime. Both are created at the first fetch, so a provider without references starts no
/// thread.
pub struct Running<C>(Mutex<Option<Pair<C>>>);

type Pair<C> = (Arc<C>, Arc<Runtime>);

impl<C> Running<C> {
    fn client(&self, make: impl FnOnce() -> C) -> Result<Pair<C>, FetchError> {
        let mut running = lock(&self.0);
        if let Some(running) = &*running {
            return Ok(running.clone());
        }
        let runtime = Runtime::shared()?;
        Ok(running.insert((Arc::new(make()), runtime)).clone())
    }

    /// Runs the work on the thread of the runtime, with the client; `make` creates the client at the first use.
    ///
    /// # Errors
    /// The thread of the runtime cannot be spawned, or the work panicked.
    pub async fn run<T: Send + 'static, F: Future<Output = T> + Send + 'static>(
        &self,
        make: impl FnOnce() -> C,
        work: impl FnOnce(Arc<C>) -> F,
    ) -> Result<T, FetchError> {
        let (client, runtime) = self.client(make)?;
        runtime.run(work(client)).await
    }
}

impl<C> Default for Running<C> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

/// Omits the client, which may contain a token.
impl<C> fmt::Debug for Running<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Running")
    }
}
