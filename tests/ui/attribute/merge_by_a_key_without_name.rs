use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(merge = key())]
    servers: Vec<serde_json::Value>,
}

fn main() {}
