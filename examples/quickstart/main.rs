use hotswap::HotConfig;
use serde::{Deserialize, Serialize};

/// How fast a client may go.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
#[hot(check = RateLimit::burst_fits)]
struct RateLimit {
    /// Requests a client may make in one window.
    #[hot(default = 100, range(min = 1, max = 100_000))]
    max: u32,
    /// Extra requests allowed in a burst.
    #[hot(default = 20)]
    burst: u32,
    name: String,
}
impl RateLimit {
    fn burst_fits(&self) -> Result<(), String> {
        if self.burst > self.max { Err("burst is larger than max".into()) } else { Ok(()) }
    }
}

#[derive(Clone, Debug, HotConfig, Deserialize)]
#[hot(file = "/tmp/try/default.toml", env = "APP")]
struct AppConfig {
    #[hot(nested)]
    rate_limit: RateLimit,
    #[hot(default = "0.0.0.0:8080", restart)]
    listen: std::net::SocketAddr,
    #[hot(default = "info", one_of("error", "warn", "info", "debug", "trace"))]
    log_level: String,
}

fn main() -> Result<(), hotswap::Error> {
    let config = AppConfig::hot_builder().file("/tmp/try/default.toml").env("APP").load()?;
    println!("{} {} {:?}", config.rate_limit_max(), config.log_level(), config.rate_limit_name());
    let _sub = config.on_rate_limit_max_change(|old, new| println!("{old} -> {new}"));
    let _e = config.on_reload_error(|e| println!("{e}"));
    println!("set -> {:?}", config.set_rate_limit_max(500));
    println!("set -> {:?}", config.set_rate_limit_max(5));
    loop {
        std::thread::sleep(std::time::Duration::from_secs(1));
        println!("{}", config.status());
    }
}
