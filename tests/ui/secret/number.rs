use hotswap::{HotConfig};
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(secret)]
    pin: u32,
}

fn main() {}
