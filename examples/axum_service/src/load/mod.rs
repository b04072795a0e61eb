//! The service under load while its file changes: no request may be lost.

mod client;
mod edits;
mod tally;

use std::{
    error::Error,
    io,
    net::SocketAddr,
    time::{Duration, Instant},
};

use edits::Edits;
use hotswap::HotConfig;
use tally::Tally;
use tokio::{
    net::TcpListener,
    sync::oneshot,
    task::{JoinSet, spawn_blocking},
    time::timeout,
};

use crate::{
    logs, service,
    settings::{AppConfig, AppConfigHandle},
};

const CLIENTS: usize = 8;
/// A timeout that is too long even for a slow and busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// Prints the outcomes of the requests.
///
/// # Errors
/// One of them failed, or the last edit never went live.
pub async fn run(length: Duration) -> Result<(), Box<dyn Error>> {
    let edits = Edits::new()?;
    let config = AppConfig::hot_builder().file(edits.file()).load_async().await?;
    let _logs = logs::start(&config, io::sink)?;
    let listener = TcpListener::bind(*config.listen()).await?;
    let address = listener.local_addr()?;
    let (stop, stopped) = oneshot::channel();
    let server =
        tokio::spawn(service::serve(config.clone(), listener, async { stopped.await.unwrap_or(()) }));

    println!("{CLIENTS} clients ask {address} for {length:?} while {} changes ...", edits.file().display());
    let deadline = Instant::now() + length;
    let editing = spawn_blocking(move || edits.until(deadline));
    let tally = ask(address, deadline).await?;
    let edits = editing.await??;
    last_edit_goes_live(&config, &edits).await?;

    let _ = stop.send(());
    server.await??;
    config.shutdown()?;
    report(&config, &edits, &tally)
}

async fn ask(address: SocketAddr, deadline: Instant) -> Result<Tally, Box<dyn Error>> {
    let mut clients = JoinSet::new();
    for _ in 0..CLIENTS {
        clients.spawn(client::ask_until(address, deadline));
    }
    Ok(clients.join_all().await.into_iter().sum())
}

async fn last_edit_goes_live(config: &AppConfigHandle, edits: &Edits) -> Result<(), Box<dyn Error>> {
    let mut limit = config.watch(AppConfig::paths().rate_limit().per_second());
    let last = edits.last()?;
    let live = async {
        while *limit.borrow() != last {
            limit.changed().await?;
        }
        Ok(())
    };
    timeout(PATIENCE, live).await.map_err(|_| "the last edit never went live")?
}

fn report(config: &AppConfigHandle, edits: &Edits, tally: &Tally) -> Result<(), Box<dyn Error>> {
    let refused = config.status().counts.refused;
    println!("{edits}: {refused} refused, version {} of the configuration is live", config.version());
    println!("{tally}");
    if tally.lost() == 0 { Ok(()) } else { Err("requests got lost".into()) }
}
