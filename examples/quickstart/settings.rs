//! What the program can be told.

use std::{net::SocketAddr, time::Duration};

use hotswap::{CheckError, HotConfig};
use serde::{Deserialize, Serialize};

/// The whole configuration.
#[derive(Clone, Debug, Deserialize, HotConfig)]
#[hot(file = "config/default.toml", file("config/{profile}.yaml", optional), env = "APP")]
pub struct AppConfig {
    /// Where the service listens; the socket is opened once, so a change waits for a restart.
    #[hot(default = "0.0.0.0:8080", restart)]
    pub listen: SocketAddr,
    /// How much is logged.
    #[hot(default = "info", one_of("error", "warn", "info", "debug", "trace"))]
    pub log_level: String,
    /// How fast a client may go.
    #[hot(nested)]
    pub rate_limit: RateLimit,
    /// The connections to the database.
    #[hot(nested)]
    pub pool: Pool,
}

/// How fast a client may go.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
#[hot(check = RateLimit::burst_fits)]
pub struct RateLimit {
    /// Requests a client may make in one window.
    #[hot(default = 100, range(min = 1, max = 100_000))]
    pub max: u32,
    /// Extra requests allowed in a burst.
    #[hot(default = 20)]
    pub burst: u32,
    /// Length of the window.
    #[hot(default = "10s", copy)]
    #[serde(with = "hotswap::duration")]
    pub window: Duration,
}

impl RateLimit {
    fn burst_fits(&self) -> Result<(), CheckError> {
        if self.burst <= self.max {
            return Ok(());
        }
        Err(CheckError::new(format!("a burst of {} does not fit a limit of {}", self.burst, self.max))
            .field("burst"))
    }
}

/// The connections to the database.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
pub struct Pool {
    /// Connections kept open.
    #[hot(default = 8, range(min = 1, max = 512))]
    pub size: u16,
    /// Where the database is.
    #[hot(url)]
    pub url: String,
}
