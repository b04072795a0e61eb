use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
#[serde(from = "u32")]
struct App {
    max: u32,
}

impl From<u32> for App {
    fn from(max: u32) -> Self {
        Self { max }
    }
}

fn main() {}
