use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(nested)]
    a: Inner,
    #[hot(nested)]
    a_b: Deep,
}

#[derive(Deserialize, HotConfig)]
struct Inner {
    #[hot(nested)]
    b: Deep,
}

#[derive(Deserialize, HotConfig)]
struct Deep {
    c: u32,
}

fn main() {}
