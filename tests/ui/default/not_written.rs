use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Clone, PartialEq, Deserialize)]
struct ReadOnly(u8);

const NOTHING: ReadOnly = ReadOnly(0);

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(default = NOTHING)]
    value: ReadOnly,
}

fn main() {}
