use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(default = "Ab", regex = "^[a-z]+$")]
    name: String,
}

fn main() {}
