//! A program that mounts the command line for its configuration.
//!
//! Run it in its own folder: `cargo run -- config check`, `cargo run -- config check --file config/broken.toml`.

use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use hotswap::{
    HotConfig,
    cli::{ConfigCommand, Shell, completions},
};

/// What the program can be told.
#[derive(Clone, Debug, serde::Deserialize, HotConfig)]
#[hot(file = "config/default.toml", file("config/{profile}.toml", optional), env = "APP")]
struct Config {
    /// Where the service listens.
    #[hot(default = "127.0.0.1:8080", restart)]
    listen: std::net::SocketAddr,
    /// How much is logged.
    #[hot(default = "info", one_of("error", "warn", "info", "debug", "trace"))]
    log_level: String,
    /// The connections to the database.
    #[hot(nested)]
    pool: Pool,
}

/// The connections to the database.
#[derive(Clone, Debug, serde::Deserialize, HotConfig)]
struct Pool {
    /// Connections kept open.
    #[hot(default = 8, range(min = 1, max = 512))]
    size: u16,
    /// Where the database is.
    #[hot(url)]
    url: String,
}

/// A service that does nothing yet.
#[derive(Parser)]
#[command(name = "service")]
enum Program {
    /// Serve requests
    Serve,
    /// Look into the configuration
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print a completion script
    Completions { shell: Shell },
}

fn main() -> ExitCode {
    match Program::parse() {
        Program::Serve => serve(),
        Program::Config(command) => return command.run(Config::hot_builder),
        Program::Completions { shell } => print!("{}", completions(Program::command(), shell)),
    }
    ExitCode::SUCCESS
}

fn serve() {
    match Config::hot_load() {
        Ok(config) => println!("would listen on {}", config.listen()),
        Err(error) => eprintln!("{error}"),
    }
}
