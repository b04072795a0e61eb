use hotswap::HotConfig;
use serde::Deserialize;

fn short(_: &bool) -> Result<(), String> {
    Ok(())
}

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(custom = short)]
    max: u32,
}

fn main() {}
