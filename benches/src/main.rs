//! Compares hotswap with the alternatives and prints a table.
//!
//! `cargo xtask bench` runs everything; `cargo run --release -p hotswap-benches -- reload layers` only these groups.
//! A missed target is reported but is not a failure, because the speed of the machine is not a property of the code.

mod busy;
mod check;
mod crates;
mod fleet;
mod history;
mod latency;
mod layers;
mod measure;
mod read;
mod reload;
mod rivals;
mod server;
mod size;
mod subscribers;
mod table;
mod write;

use table::Row;

type Group = (&'static str, fn() -> Vec<Row>);

const GROUPS: [Group; 11] = [
    ("read", read::rows),
    ("busy", busy::rows),
    ("rivals", rivals::rows),
    ("reload", reload::rows),
    ("layers", layers::rows),
    ("subscribers", subscribers::rows),
    ("write", write::rows),
    ("history", history::rows),
    ("latency", latency::rows),
    ("check", check::rows),
    ("size", size::rows),
];

fn main() {
    let chosen: Vec<String> = std::env::args().skip(1).collect();
    let mut rows = Vec::new();
    for (name, group) in GROUPS {
        if chosen.is_empty() || chosen.iter().any(|choice| choice == name) {
            eprintln!("measuring {name} ..");
            rows.extend(group());
        }
    }
    println!("{}", table::table(&rows));
}
