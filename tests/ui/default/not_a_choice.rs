use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(default = "loud", one_of("warn", "info"))]
    level: String,
}

fn main() {}
