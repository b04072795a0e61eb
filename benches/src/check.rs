//! The compile-time cost of the derive.

use std::fmt::Write;

use crate::{
    crates::Crates,
    measure::{Side, contest, once},
    table::{Aim, Row},
};

/// A compiler run is more sensitive to disturbances than a loop.
const ROUNDS: usize = 15;
/// Ten structs of twenty fields each.
const STRUCTS: usize = 10;
const FIELDS: usize = 20;
const TYPES: [&str; 5] = ["u32", "String", "bool", "f64", "Option<String>"];

const SERDE: &str = "serde = { version = \"1\", features = [\"derive\"] }\n";

pub(crate) fn rows() -> Vec<Row> {
    let bare = source("Deserialize", "");
    let hot = source("Deserialize, hotswap::HotConfig", "#[hot(nested)] ");
    let with_hotswap = Crates::hotswap("\"derive\", \"toml\"") + SERDE;
    let crates = Crates::generate(
        "check",
        &[("bare", SERDE.to_owned(), "lib.rs", bare), ("hot", with_hotswap, "lib.rs", hot)],
    );
    let figures = contest(ROUNDS, vec![check(&crates, "hot"), check(&crates, "bare")]);
    vec![Row::of("cargo check of 200 fields", "serde's Deserialize alone", &figures, 1, Aim::AtMost(2.2))]
}

fn check<'c>(crates: &'c Crates, name: &'c str) -> Side<'c> {
    // Dependencies are built in the first round, which is not measured.
    once(|| crates.touch(name), || crates.cargo(&["check", "--package", name]))
}

fn source(derives: &str, nested: &str) -> String {
    let mut text = "use serde::Deserialize;\n".to_owned();
    for number in 0..STRUCTS {
        write!(text, "/// Part {number}.\n#[derive({derives})]\npub struct Part{number} {{\n").expect("text");
        for field in 0..FIELDS {
            let ty = TYPES[field % TYPES.len()];
            writeln!(text, "    /// Field {field}.\n    pub field_{field}: {ty},").expect("text");
        }
        text.push_str("}\n");
    }
    write!(text, "/// All of it.\n#[derive({derives})]\npub struct Whole {{\n").expect("text");
    for number in 0..STRUCTS {
        writeln!(text, "    /// Part {number}.\n    {nested}pub part_{number}: Part{number},").expect("text");
    }
    text.push_str("}\n");
    text
}
