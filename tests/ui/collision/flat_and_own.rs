use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(nested)]
    pool: Pool,
    pool_size: u32,
}

#[derive(Deserialize, HotConfig)]
struct Pool {
    size: u32,
}

fn main() {}
