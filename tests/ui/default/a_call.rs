use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(default = u32::from(3_u8))]
    max: u32,
}

fn main() {}
