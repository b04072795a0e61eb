use hotswap::HotConfig;
use serde::Deserialize;

fn fine(_: &u32) -> Result<(), String> {
    Ok(())
}

#[derive(Deserialize, HotConfig)]
#[hot(check = fine)]
struct App {
    max: u32,
}

fn main() {}
