use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
#[hot(env = "APP")]
struct App {
    pool_size: u32,
    #[serde(rename = "pool-size")]
    other: u32,
}

fn main() {}
