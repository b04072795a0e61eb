use hotswap::{HotConfig};
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(secret)]
    tokens: std::collections::BTreeMap<String, String>,
}

fn main() {}
