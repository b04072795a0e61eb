//! Guards that readers hold while they use a value.

use std::{fmt, marker::PhantomData, ops::Deref, sync::Arc};

use crate::{config::HotConfig, snapshot::Published};

/// One consistent snapshot, for short use; from [`Handle::load`](crate::Handle::load). Derefs to the struct.
///
/// `!Send`, so it cannot be held across `.await` in a spawned future. See [the guide](crate::guide::reading).
///
/// ```
#[doc = include_str!("example.txt")]
/// let config = Config::hot_load()?;
/// let now: hotswap::Guard<Config> = config.load();
/// assert_eq!((now.rate_limit.max, now.rate_limit.burst), (100, 20));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Guard<S> {
    published: arc_swap::Guard<Arc<Published>>,
    base: usize,
    /// arc-swap's guards use slots of the thread that created them: sending a guard is sound but slow, and
    /// holding it across `.await` keeps an old configuration alive.
    unsendable: PhantomData<*const ()>,
    marker: PhantomData<fn() -> S>,
}

impl<S: HotConfig> Guard<S> {
    #[inline]
    pub(crate) fn new(published: arc_swap::Guard<Arc<Published>>, base: usize) -> Self {
        Self { published, base, unsendable: PhantomData, marker: PhantomData }
    }
}

impl<S: HotConfig> Deref for Guard<S> {
    type Target = S;

    #[inline]
    fn deref(&self) -> &S {
        self.published.get(self.base)
    }
}

impl<S: HotConfig + fmt::Debug> fmt::Debug for Guard<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

/// The value of one field, for short use; from the getters. Derefs to it, and forwards `Debug`, `Display` and
/// `PartialEq`. `!Send`, like the [`Guard`] it holds.
///
/// ```
#[doc = include_str!("example.txt")]
/// let config = Config::hot_load()?;
/// let level = config.log_level();
/// assert_eq!(level, "info");
/// assert_eq!(format!("{level}, {} letters", level.len()), "info, 4 letters");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Ref<S, F> {
    guard: Guard<S>,
    get: fn(&S) -> &F,
}

impl<S: HotConfig, F> Ref<S, F> {
    #[inline]
    pub(crate) fn new(guard: Guard<S>, get: fn(&S) -> &F) -> Self {
        Self { guard, get }
    }
}

impl<S: HotConfig, F> Deref for Ref<S, F> {
    type Target = F;

    #[inline]
    fn deref(&self) -> &F {
        (self.get)(&self.guard)
    }
}

impl<S: HotConfig, F: fmt::Debug> fmt::Debug for Ref<S, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl<S: HotConfig, F: fmt::Display> fmt::Display for Ref<S, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&**self, f)
    }
}

impl<S: HotConfig, F: PartialEq<O>, O: ?Sized> PartialEq<O> for Ref<S, F> {
    fn eq(&self, other: &O) -> bool {
        **self == *other
    }
}
