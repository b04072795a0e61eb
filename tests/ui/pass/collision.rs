use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(getter = "revision")]
    version: u32,
    max: u32,
    #[hot(getter = "other_max")]
    set_max: u32,
    #[hot(nested, getter = "workers")]
    pool: Pool,
    pool_size: u32,
}

#[derive(Deserialize, HotConfig)]
struct Pool {
    size: u32,
}
