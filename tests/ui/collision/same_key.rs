use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    max: u32,
    #[serde(rename = "max")]
    other: u32,
}

fn main() {}
