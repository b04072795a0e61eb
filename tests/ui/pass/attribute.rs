use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
#[hot(file = "app.toml", file("{profile}.toml", optional), dir = "conf.d", dotenv = ".env", dotenv("x", optional))]
#[hot(env = "APP", profile = "my-profile_1", check = fine, crate = hotswap)]
struct App {
    #[hot(restart, getter = "most")]
    #[hot(env = "MAX", default = 1)]
    max: u32,
    #[hot(copy)]
    wait: Option<u8>,
    #[hot(scalar)]
    port: Port,
    #[hot(secret)]
    token: String,
}

type Port = u16;

fn fine(app: &App) -> Result<(), String> {
    if app.max > 0 { Ok(()) } else { Err("max is 0".to_owned()) }
}

fn main() {}
