//! The references that handles hold. The configuration runs as long as there is one.

use std::{
    ops::Deref,
    sync::{Arc, Weak, atomic::Ordering},
};

use super::Core;

/// A counted reference to a running configuration. The engine's thread borrows the core for each reload cycle and holds no
/// reference, so dropping the last one stops everything at once, not at the end of a cycle.
pub(crate) struct CoreRef(Arc<Core>);

impl CoreRef {
    pub(crate) fn first(core: Arc<Core>) -> Self {
        core.core_refs.fetch_add(1, Ordering::Relaxed);
        Self(core)
    }

    pub(crate) fn downgrade(&self) -> Weak<Core> {
        Arc::downgrade(&self.0)
    }

    /// Another reference, if one still exists.
    pub(crate) fn upgrade(core: &Weak<Core>) -> Option<Self> {
        let core = core.upgrade()?;
        let more = |core_refs: usize| core_refs.checked_add(1).filter(|more| *more > 1);
        core.core_refs.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).ok()?;
        Some(Self(core))
    }
}

impl Clone for CoreRef {
    fn clone(&self) -> Self {
        self.0.core_refs.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(&self.0))
    }
}

impl Deref for CoreRef {
    type Target = Core;

    #[inline]
    fn deref(&self) -> &Core {
        &self.0
    }
}

impl Drop for CoreRef {
    fn drop(&mut self) {
        if self.0.core_refs.fetch_sub(1, Ordering::AcqRel) > 1 {
            return;
        }
        self.0.shut_down();
        if !self.0.process.is_current() {
            // Dropping it would affect the parent: the handles of its threads may refer to threads of this process by
            // now, and the lock of a state directory is shared.
            std::mem::forget(Arc::clone(&self.0));
        }
    }
}
