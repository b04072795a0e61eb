use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
#[hot(env = "APP")]
struct App {
    #[hot(nested)]
    tls: Option<Tls>,
    tls_cert: String,
}

#[derive(Deserialize, HotConfig)]
struct Tls {
    cert: String,
}

fn main() {}
