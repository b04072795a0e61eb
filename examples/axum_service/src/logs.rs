//! Logs whose level follows the configuration.

use hotswap::Subscription;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::{
    Registry,
    fmt::{self, MakeWriter},
    layer::SubscriberExt,
    reload,
    util::{SubscriberInitExt, TryInitError},
};

use crate::settings::AppConfigHandle;

/// Logs to `out`, with the level of the configuration, for as long as the subscription is kept.
pub fn start<W>(config: &AppConfigHandle, out: W) -> Result<Subscription, TryInitError>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    // The most verbose level at first, because it is the maximum for records from `log`.
    let (filter, level) = reload::Layer::new(LevelFilter::TRACE);
    tracing_subscriber::registry().with(filter).with(fmt::layer().with_writer(out)).try_init()?;

    let (changing, changed) = (level.clone(), config.clone());
    let subscription = config.on_log_level_change(move |old, new| {
        adopt(&changing, &changed);
        tracing::info!("the log level goes from {old:?} to {new:?}");
    });
    adopt(&level, config);
    Ok(subscription)
}

/// Reads the level inside, so that the second of two concurrent calls never sets the older level.
fn adopt(level: &reload::Handle<LevelFilter, Registry>, config: &AppConfigHandle) {
    // Fails only if the subscriber was dropped, together with its logs.
    let _ = level.modify(|level| *level = config.log_level().into());
}
