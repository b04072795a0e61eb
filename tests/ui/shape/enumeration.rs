use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
enum App {
    One,
}

fn main() {}
