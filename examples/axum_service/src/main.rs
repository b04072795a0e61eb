//! An HTTP service whose rate limit, log level and pool of workers change while it serves.
//!
//! `cargo run -p axum_service` serves; `-- --load` puts it under load while its file changes ten times a second.

mod bucket;
mod load;
mod logs;
mod pool;
mod service;
mod settings;

use std::{env, error::Error, io, time::Duration};

use hotswap::HotConfig;
use settings::AppConfig;
use tokio::{net::TcpListener, signal};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/config/default.toml");

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    match (arguments.next().as_deref(), arguments.next()) {
        (None, _) => serve().await,
        (Some("--load"), None) => load::run(Duration::from_secs(10)).await,
        (Some("--load"), Some(seconds)) => load::run(Duration::from_secs(seconds.parse()?)).await,
        _ => Err("usage: axum_service [--load [SECONDS]]".into()),
    }
}

async fn serve() -> Result<(), Box<dyn Error>> {
    let config = AppConfig::hot_builder().file(FILE).load_async().await?;
    let _logs = logs::start(&config, io::stderr)?;
    let listener = TcpListener::bind(*config.listen()).await?;
    invite(&listener.local_addr()?.to_string());
    service::serve(config.clone(), listener, interrupted()).await?;
    Ok(config.shutdown()?)
}

fn invite(address: &str) {
    println!("Edit {FILE}");
    println!("and see who gets an answer:");
    println!(
        "  for i in $(seq 20); do curl -s -o /dev/null -w '%{{http_code}} ' http://{address}/work; done"
    );
    println!("Ctrl-C ends it.");
}

async fn interrupted() {
    if signal::ctrl_c().await.is_err() {
        tracing::warn!("no signals here: end the service another way");
        std::future::pending().await
    }
}
