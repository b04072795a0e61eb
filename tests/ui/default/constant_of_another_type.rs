use hotswap::HotConfig;
use serde::Deserialize;

const NAME: &str = "name";

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(default = NAME)]
    max: u32,
}

fn main() {}
