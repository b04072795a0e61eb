use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(default = 1.5, range(max = 1))]
    ratio: Option<f64>,
}

fn main() {}
