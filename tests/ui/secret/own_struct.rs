use hotswap::{HotConfig, Secret};
use serde::Deserialize;

#[derive(Clone, PartialEq, Deserialize)]
struct Login {
    user: String,
    password: Secret<String>,
}

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(secret)]
    login: Login,
}

fn main() {}
