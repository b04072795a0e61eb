use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(merge = "replace")]
    name: Option<String>,
}

fn main() {}
