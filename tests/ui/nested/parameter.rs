use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App<T> {
    #[hot(nested)]
    limit: T,
}

fn main() {}
