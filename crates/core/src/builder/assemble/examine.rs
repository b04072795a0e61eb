//! Examines a configuration that does not load.

use std::{sync::mpsc::channel, time::Instant};

use super::Sources;
use crate::{
    builder::Builder, config::HotConfig, error::Error, explain::Rejected, watch::debounce::Debounce,
};

/// The content of the sources of a configuration that was refused for this reason.
pub fn examine<T: HotConfig>(builder: Builder<T>, why: &Error) -> Result<Rejected, Error> {
    let (commands, inbox) = channel();
    let mut sources = Sources::new(builder, &commands)?;
    let mut debounce = Debounce::new(sources.timing, Instant::now());
    let collected = sources.first_read(&mut None, &inbox, &mut debounce);
    let secrets = sources.secret_manager.secrets(collected.accepted());
    Ok(Rejected::new::<T>(collected.layers, secrets, why))
}
