use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
#[hot(env = "APP")]
struct App {
    #[hot(env = "APP_NAME_OF_PROFILE")]
    profile: String,
    #[hot(nested)]
    pool: Pool,
    #[hot(getter = "other", env = "OTHER")]
    pool_size: u32,
    #[hot(nested)]
    tls: Option<Pool>,
}

#[derive(Deserialize, HotConfig)]
struct Pool {
    size: u32,
}
