use hotswap::{HotConfig};
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct Inner<T> {
    value: T,
}

#[derive(PartialEq, Deserialize)]
struct Value;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(nested)]
    value: Inner<Value>,
}

fn main() {}
