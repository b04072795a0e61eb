use hotswap::{HotConfig};
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(secret)]
    token: Option<String>,
}

fn main() {}
