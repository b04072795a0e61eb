use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
#[hot(fiel = "app.toml")]
struct App {
    max: u32,
}

fn main() {}
