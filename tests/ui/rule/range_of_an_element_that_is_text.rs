use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(each(range(min = 1)))]
    names: Vec<String>,
}

fn main() {}
