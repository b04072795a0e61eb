//! A change that passes every rule but harms the program is rolled back automatically.
//!
//! Run it with `cargo run --example health`.

mod service;

use std::{error::Error, fs, sync::Arc, sync::mpsc::channel, thread, time::Duration};

use hotswap::{Health, HotConfig};
use serde::Deserialize;
use service::Service;

/// What the service can be told.
#[derive(Clone, Debug, Deserialize, HotConfig)]
#[hot(file = "app.toml")]
pub struct Settings {
    /// The longest that a request may take.
    #[hot(default = "250ms", copy)]
    #[serde(with = "hotswap::duration")]
    pub time_limit: Duration,
}

/// Long enough to see the effect of a change; a real service would use minutes.
const PROBATION: Duration = Duration::from_millis(400);
const PATIENCE: Duration = Duration::from_secs(20);

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    std::env::set_current_dir(&folder)?;
    fs::write("app.toml", "time_limit = '250ms'")?;

    let service = Arc::new(Service::default());
    let looked_at = Arc::clone(&service);
    let check = move |_: &Settings| if looked_at.is_well() { Health::Ok } else { Health::Failing };
    let config = Settings::hot_builder().health(check, PROBATION).load()?;
    service.start(&config);

    let (tell, told) = channel();
    let _reports = config.on_reload_error(move |report| {
        let _ = tell.send(report.to_string());
    });

    println!("1. A good change: it goes live, and is on probation.");
    fs::write("app.toml", "time_limit = '100ms'")?;
    until(|| config.time_limit() == Duration::from_millis(100))?;
    println!("   {}", first_line(&config.status()));
    until(|| config.status().probation.is_none())?;
    println!("   {}", first_line(&config.status()));

    println!("2. A change that no rule forbids, but every request now takes too long:");
    fs::write("app.toml", "time_limit = '1ms'")?;
    let report = told.recv_timeout(PATIENCE).map_err(|_| "nothing was taken back")?;
    report.lines().for_each(|line| println!("   {line}"));
    println!("   time_limit is {:?} again. The history:", config.time_limit());
    for record in config.history() {
        println!("   version {} from {}", record.version, record.cause);
    }

    println!("3. The file still says 1ms, and is not heard until it says something else:");
    for source in config.status().sources {
        println!("   {source}");
    }
    fs::write("app.toml", "time_limit = '120ms'")?;
    until(|| config.time_limit() == Duration::from_millis(120))?;
    println!("   time_limit is {:?}", config.time_limit());
    Ok(())
}

fn first_line(status: &hotswap::Status) -> String {
    status.to_string().lines().next().unwrap_or_default().to_owned()
}

fn until(mut condition: impl FnMut() -> bool) -> Result<(), &'static str> {
    let steps = PATIENCE.as_millis() / 5;
    for _ in 0..steps {
        if condition() {
            return Ok(());
        }
        thread::sleep(Duration::from_millis(5));
    }
    Err("a change did not come")
}
