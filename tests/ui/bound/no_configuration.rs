use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize)]
struct App {
    max: u32,
}

fn load<T: HotConfig>() {}

fn main() {
    load::<App>();
}
