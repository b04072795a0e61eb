use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
#[hot(env = "APP")]
struct App {
    #[hot(nested)]
    #[serde(flatten)]
    part: Part,
}

#[derive(Deserialize, HotConfig)]
struct Part {
    profile: String,
}

fn main() {}
