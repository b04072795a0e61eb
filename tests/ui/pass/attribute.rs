use hotswap::{HotConfig, Secret};
use serde::Deserialize;
use std::collections::HashMap;

#[derive(Deserialize, HotConfig)]
#[hot(
    file = "app.toml",
    file("{profile}.toml", optional),
    dir = "conf.d",
    dotenv = ".env",
    dotenv("x", optional)
)]
#[hot(env = "APP", profile = "my-profile_1", check = fine, crate = hotswap)]
struct App {
    #[hot(restart, getter = "upmost")]
    #[hot(env = "MAX", default = 1)]
    max: u32,
    #[hot(copy)]
    wait: Option<u8>,
    #[hot(scalar)]
    port: Port,
    #[hot(secret)]
    token: Secret<String>,
    #[hot(deprecated = "use `max`", unit = "requests")]
    most: Option<u32>,
    #[hot(merge = "append")]
    hosts: Vec<String>,
    #[hot(merge = key("name"))]
    servers: Vec<HashMap<String, String>>,
    #[hot(merge = "replace")]
    labels: HashMap<String, String>,
    #[hot(nested, merge = "replace", deprecated = "use `max`")]
    limit: Limit,
}

#[derive(Deserialize, HotConfig)]
struct Limit {
    max: u32,
}

type Port = u16;

fn fine(app: &App) -> Result<(), String> {
    if app.max > 0 { Ok(()) } else { Err("max is 0".to_owned()) }
}
