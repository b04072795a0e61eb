use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(regex = r"\w{5000}")]
    name: String,
}

fn main() {}
