//! What the service can be told.

use std::net::SocketAddr;

use hotswap::HotConfig;
use serde::{Deserialize, Serialize};
use tracing::level_filters::LevelFilter;

/// The whole configuration.
#[derive(Clone, Debug, Deserialize, HotConfig)]
#[hot(env = "SERVICE")]
pub struct AppConfig {
    /// Where the service listens; the socket is opened once, so a change waits for a restart.
    #[hot(default = "127.0.0.1:8080", restart)]
    pub listen: SocketAddr,
    /// How much is logged.
    #[hot(default = "info", copy)]
    pub log_level: LogLevel,
    /// How fast the service may be asked.
    #[hot(nested)]
    pub rate_limit: RateLimit,
    /// Who does the work.
    #[hot(nested)]
    pub pool: Workers,
}

/// How much is logged.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

impl From<LogLevel> for LevelFilter {
    fn from(level: LogLevel) -> Self {
        match level {
            LogLevel::Error => Self::ERROR,
            LogLevel::Warn => Self::WARN,
            LogLevel::Info => Self::INFO,
            LogLevel::Debug => Self::DEBUG,
            LogLevel::Trace => Self::TRACE,
        }
    }
}

/// How fast the service may be asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
pub struct RateLimit {
    /// Requests answered per second in the long run.
    #[hot(default = 100, range(min = 1, max = 1_000_000))]
    pub per_second: u32,
    /// Requests answered at once after a quiet time.
    #[hot(default = 100, range(min = 1, max = 1_000_000))]
    pub burst: u32,
}

/// Who does the work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
pub struct Workers {
    /// Requests that are worked on at once; the others wait.
    #[hot(default = 8, range(min = 1, max = 512))]
    pub size: u16,
}
