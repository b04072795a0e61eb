//! A tour in one minute: load, react, refuse, recover, patch, roll back. `-- --stay` keeps watching at the
//! end.
//!
//! Run it with `cargo run --example quickstart`.

mod settings;

use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::mpsc::{Receiver, channel},
    time::Duration,
};

use hotswap::HotConfig;
use serde_json::json;
use settings::{AppConfig, AppConfigHandle};

/// Far more than the 50 ms that a file must be quiet before it is read.
const PATIENCE: Duration = Duration::from_secs(10);

fn main() -> Result<(), Box<dyn Error>> {
    if std::env::var_os("APP_POOL_SIZE").is_none() {
        return again_with_a_variable();
    }
    let folder = copy_of_the_folder()?;
    std::env::set_current_dir(folder.path())?;

    let config = AppConfig::hot_load()?;
    println!("1. Loaded from TOML, YAML and the environment. Effective values, and where each came from:\n");
    show(&config);

    let (tell, heard) = channel();
    let changed = tell.clone();
    let _limit = config.on_rate_limit_max_change(move |old, new| {
        let _ = changed.send(format!("callback: rate_limit.max went from {old} to {new}"));
    });
    let _errors = config.on_reload_error(move |report| {
        let _ = tell.send(report.to_string());
    });

    println!("\n2. A good edit of config/default.toml: max = 250");
    edit("config/default.toml", "max = 100", "max = 250")?;
    wait(&heard)?;
    println!("   version {}, every getter now says {}", config.version(), config.rate_limit_max());

    println!("\n3. An edit with four mistakes. The report names all of them, and nothing changes:");
    let good = fs::read_to_string("config/default.toml")?;
    fs::write("config/default.toml", FOUR_MISTAKES)?;
    wait(&heard)?;
    println!("   still version {}, rate_limit.max is {}", config.version(), config.rate_limit_max());

    println!("\n4. The mistakes are mended, and max = 500 goes live:");
    fs::write("config/default.toml", good.replace("max = 250", "max = 500"))?;
    wait(&heard)?;
    println!("   version {}", config.version());

    operate(&config)?;
    if std::env::args().any(|argument| argument == "--stay") {
        return stay(&config, folder.path(), &heard);
    }
    println!("\nThat was it. Run it with `-- --stay` to edit the files yourself.");
    Ok(())
}

/// Changes that an operator makes in the running program.
fn operate(config: &AppConfigHandle) -> Result<(), Box<dyn Error>> {
    let burst = |burst: u32| json!([{ "op": "replace", "path": "/rate_limit/burst", "value": burst }]);
    let alice = config.by("alice");

    println!("\n5. A patch of the live process: rate_limit.burst = 50");
    alice.patch(burst(50))?;
    config.overrides().iter().for_each(|set| println!("   {set}"));

    println!("\n6. A patch that breaks a rule is refused, and nothing changes:");
    let refusal = alice.patch(burst(5000)).err().ok_or("the patch was accepted")?;
    refusal.to_string().lines().for_each(|line| println!("   {line}"));

    println!("\n7. One step back. What happened is remembered:");
    alice.rollback(1)?;
    let last = config.history().into_iter().rev().take(2).collect::<Vec<_>>();
    let lines = last.iter().rev().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    lines.lines().for_each(|line| println!("   {line}"));

    println!("\n8. A field that needs a restart keeps its running value:");
    config.set_listen("127.0.0.1:9090".parse()?)?;
    println!("   still listening on {}", *config.listen());
    config.pending_restart().iter().for_each(|field| println!("   {field}"));
    Ok(())
}

/// A program cannot safely change its own environment, so the tour starts itself again with a variable set.
fn again_with_a_variable() -> Result<(), Box<dyn Error>> {
    println!("$ APP_POOL_SIZE=16 quickstart\n");
    let mut tour = Command::new(std::env::current_exe()?);
    let status = tour.args(std::env::args_os().skip(1)).env("APP_POOL_SIZE", "16").status()?;
    if status.success() { Ok(()) } else { Err(format!("the tour failed: {status}").into()) }
}

const FOUR_MISTAKES: &str = r#"listen = "0.0.0.0:8080"
log_levle = "info"

[rate_limit]
max = 0
burst = "many"
window = "10 parsecs"
"#;

fn show(config: &AppConfigHandle) {
    let now = config.load();
    let rows = [
        ("listen", now.listen.to_string()),
        ("log_level", now.log_level.clone()),
        ("rate_limit.max", now.rate_limit.max.to_string()),
        ("rate_limit.burst", now.rate_limit.burst.to_string()),
        ("rate_limit.window", format!("{:?}", now.rate_limit.window)),
        ("pool.size", now.pool.size.to_string()),
        ("pool.url", now.pool.url.clone()),
    ];
    for (path, value) in rows {
        let origin = config.explain(path).origin().map_or("nowhere".to_owned(), ToString::to_string);
        println!("   {path:<18} {value:<28} {origin}");
    }
}

fn edit(path: &str, old: &str, new: &str) -> std::io::Result<()> {
    fs::write(path, fs::read_to_string(path)?.replace(old, new))
}

/// Prints the message of a callback, or fails without one.
fn wait(heard: &Receiver<String>) -> Result<(), Box<dyn Error>> {
    let text = heard.recv_timeout(PATIENCE).map_err(|_| "no callback came within ten seconds")?;
    text.lines().for_each(|line| println!("   {line}"));
    Ok(())
}

fn stay(config: &AppConfigHandle, folder: &Path, heard: &Receiver<String>) -> Result<(), Box<dyn Error>> {
    println!("\nWatching. Edit {} and see; Ctrl-C ends.", folder.join("config/default.toml").display());
    let _all = config.subscribe(|change| println!("   version {}: {:?}", change.version(), change.changed()));
    loop {
        heard.recv()?.lines().for_each(|line| println!("   {line}"));
    }
}

/// The tour edits files, so it works on a copy of its own folder.
fn copy_of_the_folder() -> std::io::Result<tempfile::TempDir> {
    let folder = tempfile::tempdir()?;
    fs::create_dir(folder.path().join("config"))?;
    let original: PathBuf = [env!("CARGO_MANIFEST_DIR"), "quickstart", "config"].iter().collect();
    for entry in fs::read_dir(original)? {
        let entry = entry?;
        fs::copy(entry.path(), folder.path().join("config").join(entry.file_name()))?;
    }
    Ok(folder)
}
