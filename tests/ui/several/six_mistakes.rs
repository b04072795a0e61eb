use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
#[hot(fiel = "app.toml", env = "APP")]
struct App {
    #[hot(default = "100")]
    max: u32,
    #[hot(nested)]
    list: Vec<u8>,
    version: u32,
    #[hot(range(min = 2, max = 1), lenght(min = 1))]
    level: u8,
}

fn main() {}
