//! The binary size that the library adds.

use crate::{
    crates::Crates,
    table::{Aim, Row, Unit},
};

const SERDE: &str = "serde = { version = \"1\", features = [\"derive\"] }\n";

const HOT: &str = "
use serde::Deserialize;
use hotswap::HotConfig;

#[derive(Deserialize, HotConfig)]
#[hot(file = \"server.toml\")]
struct Server {
    #[hot(default = 8080)]
    port: u16,
    #[hot(default = \"localhost\")]
    host: String,
}

fn main() -> Result<(), hotswap::Error> {
    let config = Server::hot_load()?;
    println!(\"{}:{}\", *config.host(), config.port());
    Ok(())
}
";

const BARE: &str = "
use figment::{Figment, providers::{Format, Toml}};
use serde::Deserialize;

#[derive(Deserialize)]
struct Server {
    port: u16,
    host: String,
}

fn main() -> Result<(), Box<figment::Error>> {
    let config: Server = Figment::from(Toml::file(\"server.toml\")).extract()?;
    println!(\"{}:{}\", config.host, config.port);
    Ok(())
}
";

pub(crate) fn rows() -> Vec<Row> {
    let figment = "figment = { version = \"0.10\", features = [\"toml\"] }\n".to_owned() + SERDE;
    let hotswap = Crates::hotswap("\"derive\", \"toml\"") + SERDE;
    let crates = Crates::generate(
        "size",
        &[("bare", figment, "main.rs", BARE.to_owned()), ("hot", hotswap, "main.rs", HOT.to_owned())],
    );
    let [ours, theirs] = ["hot", "bare"].map(|name| {
        crates.cargo(&["build", "--release", "--package", name]);
        crates.binary_size(name)
    });
    let size = |bytes: u64| format!("{} kB", bytes / 1000);
    vec![Row {
        what: "release binary of a small config, stripped".to_owned(),
        ours: size(ours),
        against: format!("figment alone: {}", size(theirs)),
        figure: ours as f64 / theirs as f64,
        unit: Unit::Ratio,
        aim: Aim::None,
    }]
}
