use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct Limit {
    max: u32,
}

type Alias = Limit;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(nested, restart, getter = "limits")]
    limit: Limit,
    #[hot(nested = Limit)]
    alias: Alias,
    #[hot(nested)]
    maybe: Option<Limit>,
    #[hot(nested)]
    #[serde(flatten)]
    flat: Limit,
}
