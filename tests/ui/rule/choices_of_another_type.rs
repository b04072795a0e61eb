use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(one_of("a", "b"))]
    max: u32,
}

fn main() {}
