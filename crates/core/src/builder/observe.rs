//! Observers of every attempt to change the configuration.

use super::Builder;
use crate::{config::HotConfig, observe::Observe};

impl<T: HotConfig> Builder<T> {
    /// Adds an observer, which receives every accepted and every refused attempt to change the configuration, once and in
    /// order, from the first version on. [`Observe`] documents the guarantees, and has an example.
    ///
    /// An observer that holds a handle keeps the configuration alive; give it a [`WeakHandle`](crate::WeakHandle).
    pub fn observe(mut self, observer: impl Observe) -> Self {
        self.observers.push(Box::new(observer));
        self
    }
}
