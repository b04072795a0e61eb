use hotswap::{HotConfig};
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(secret)]
    token: String,
}

fn main() {}
