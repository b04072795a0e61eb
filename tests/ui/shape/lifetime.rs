use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App<'a> {
    name: &'a str,
}

fn main() {}
