use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct Limit {
    max: u32,
}

fn read<'de, D: serde::Deserializer<'de>>(decoder: D) -> Result<Limit, D::Error> {
    Limit::deserialize(decoder)
}

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(nested)]
    #[serde(deserialize_with = "read")]
    limit: Limit,
}

fn main() {}
