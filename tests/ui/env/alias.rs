use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
#[hot(env = "APP")]
struct App {
    port: u16,
    #[serde(alias = "PORT")]
    listen: u16,
}

fn main() {}
