use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(nested)]
    pending: Pending,
}

#[derive(Deserialize, HotConfig)]
struct Pending {
    restart: bool,
}

fn main() {}
