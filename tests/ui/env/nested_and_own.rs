use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
#[hot(env = "APP")]
struct App {
    #[hot(nested)]
    pool: Pool,
    #[hot(getter = "other")]
    pool_size: u32,
}

#[derive(Deserialize, HotConfig)]
struct Pool {
    size: u32,
}

fn main() {}
