use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(env = "DATABASE_URL")]
    primary: String,
    #[hot(env = "DATABASE_URL")]
    replica: String,
}

fn main() {}
