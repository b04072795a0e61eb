use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(file = "app.toml")]
    max: u32,
}

fn main() {}
