//! A small configuration that every library here supports.

use hotswap::HotConfig;
use serde::{Deserialize, Serialize};

/// Has the attributes of two libraries, which do not conflict.
#[dynamic_config::dynamic_config]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
pub(crate) struct Server {
    #[hot(default = "localhost")]
    pub(crate) host: String,
    #[hot(default = 8080, range(min = 1, max = 65_535))]
    pub(crate) port: u16,
    #[hot(default = 30)]
    pub(crate) timeout: u32,
    #[hot(default = true)]
    pub(crate) enabled: bool,
    #[hot(default = 0.5)]
    pub(crate) share: f64,
    #[hot(default = "info")]
    pub(crate) level: String,
}

pub(crate) fn server() -> Server {
    Server {
        host: "localhost".to_owned(),
        port: 8080,
        timeout: 30,
        enabled: true,
        share: 0.5,
        level: "info".to_owned(),
    }
}

/// A handle that is opaque to the optimiser.
pub(crate) fn handle() -> ServerHandle {
    Server::hot_fixed(server())
}
