use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(merge = "append")]
    labels: std::collections::HashMap<String, String>,
}

fn main() {}
