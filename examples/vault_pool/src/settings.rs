//! What can be configured.

use hotswap::{HotConfig, Secret};
use serde::Deserialize;

#[derive(Debug, Deserialize, HotConfig)]
#[hot(env = "POOL")]
pub struct PoolConfig {
    pub host: String,
    pub port: u16,
    pub database: String,
    /// How many connections there are at most.
    #[hot(range(min = 1, max = 100), restart)]
    pub connections: usize,
    /// Made by Vault for this program, and taken back after a while.
    #[hot(secret = "vault:database/creds/app#username")]
    pub user: Secret<String>,
    /// From the same answer as the user: the two change together.
    #[hot(secret = "vault:database/creds/app#password")]
    pub password: Secret<String>,
}
