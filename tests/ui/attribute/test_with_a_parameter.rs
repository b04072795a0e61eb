use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
#[hot(test)]
struct App<T> {
    value: T,
}

fn main() {}
