//! A pool of database connections under load, whose user and password come from Vault and change in the
//! meantime.
//!
//! `cargo run -p vault_pool` runs for a minute, `-- 600` for ten. See the README for the servers.

mod connections;
mod load;
mod settings;

use std::{env, error::Error, time::Duration};

use hotswap::HotConfig;
use settings::PoolConfig;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/config/default.toml");

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let seconds = env::args().nth(1).map_or(Ok(60), |seconds| seconds.parse())?;
    // The provider of `vault:` reads VAULT_ADDR and VAULT_TOKEN.
    let config = PoolConfig::hot_builder().file(FILE).load_async().await?;
    let (pool, _subscription) = connections::open(&config)?;
    println!("{}", config.status());
    let tally = load::run(&pool, Duration::from_secs(seconds)).await;
    println!("{} queries, {} failed, {} users", tally.queries, tally.failed, tally.users.len());
    match tally.failed {
        0 => Ok(()),
        _ => Err("queries failed".into()),
    }
}
