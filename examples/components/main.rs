//! A component with settings of its own, in an application that nests them in its configuration.
//!
//! Run it with `cargo run --example components`; `APP_RATE_LIMIT_MAX=2` in front of it starts with another limit.
//! The component's tests need no application: `cargo test -p examples --example components`.

mod limiter;

use hotswap::HotConfig;
use limiter::{Limiter, RateLimit};
use serde::Deserialize;

/// The application's configuration. Only here do the components meet.
#[derive(Clone, Debug, Deserialize, HotConfig)]
#[hot(env = "APP")]
struct AppConfig {
    /// How fast a client may go.
    #[hot(nested)]
    rate_limit: RateLimit,
}

fn main() -> Result<(), hotswap::Error> {
    let config = AppConfig::hot_load()?;
    let limiter = Limiter::new(config.rate_limit());

    for max in [3, 7] {
        let version = config.set_rate_limit_max(max)?;
        let admitted = (0..5).filter(|_| limiter.admits()).count();
        println!("version {version}, a limit of {max}: {admitted} of 5 requests admitted");
    }
    if let Err(report) = config.set_rate_limit_max(0) {
        println!("{report}");
    }
    Ok(())
}
