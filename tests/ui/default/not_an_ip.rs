use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(default = "localhost", ip)]
    host: String,
}

fn main() {}
