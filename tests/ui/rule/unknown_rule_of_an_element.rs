use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(each(rnage(min = 1)))]
    numbers: Vec<u32>,
}

fn main() {}
