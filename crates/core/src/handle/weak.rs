//! A handle that does not keep the configuration alive.

use std::{
    fmt,
    marker::PhantomData,
    sync::{Arc, Weak},
};

use super::Handle;
use crate::{
    config::HotConfig,
    engine::{Core, core_ref::CoreRef},
    overrides::WriteOptions,
};

/// A handle that does not keep the configuration alive, for callbacks that would otherwise keep their own
/// configuration alive.
///
/// ```
#[doc = include_str!("../example.txt")]
/// let config = Config::hot_load()?;
/// let weak = config.downgrade();
/// config
///     .on_rate_limit_max_change(move |_, max| {
///         let Some(config) = weak.upgrade() else { return };
///         let _ = config.set_rate_limit_burst(max / 5);
///     })
///     .detach();
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct WeakHandle<S> {
    pub(super) core: Weak<Core>,
    pub(super) base: usize,
    pub(super) options: Option<Arc<WriteOptions>>,
    pub(super) marker: PhantomData<fn() -> S>,
}

impl<S: HotConfig> WeakHandle<S> {
    /// The generated handle, if another handle still exists.
    pub fn upgrade(&self) -> Option<S::Handle> {
        let core = CoreRef::upgrade(&self.core)?;
        Some(Handle::part(core, self.base, self.options.clone()).into())
    }
}

impl<S> Clone for WeakHandle<S> {
    fn clone(&self) -> Self {
        let options = self.options.clone();
        Self { core: Weak::clone(&self.core), base: self.base, options, marker: PhantomData }
    }
}

impl<S> fmt::Debug for WeakHandle<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WeakHandle")
    }
}
