//! Structs with parameters, at the root and nested.

use hotswap::HotConfig;
use serde::{Deserialize, de::DeserializeOwned};

#[derive(Deserialize, HotConfig)]
struct Pool<T> {
    size: u32,
    seed: T,
    more: Vec<T>,
}

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(nested)]
    numbers: Pool<u64>,
    #[hot(nested)]
    names: Pool<String>,
}

#[derive(Deserialize, HotConfig)]
#[serde(bound = "T: DeserializeOwned")]
struct Around<T>
where
    T: Default,
{
    #[hot(nested)]
    pool: Pool<T>,
}

#[derive(Deserialize, HotConfig)]
struct Fixed<const WIDTH: usize = 3> {
    name: String,
    #[hot(nested)]
    pool: Pool<u8>,
}

fn pool<T>(seed: T) -> Pool<T> {
    Pool { size: 2, seed, more: Vec::new() }
}

#[test]
fn nested_with_arguments() {
    let handle = App::hot_fixed(App { numbers: pool(9), names: pool("x".to_owned()) });
    assert_eq!(handle.numbers_size(), 2);
    assert_eq!(*handle.numbers_seed(), 9);
    assert_eq!(*handle.names_seed(), "x");
    assert!(handle.names_more().is_empty());
}

#[test]
fn a_parameter_passed_on() {
    let handle = Around::hot_fixed(Around { pool: pool(1_u16) });
    assert_eq!(*handle.pool_seed(), 1);
    assert_eq!(*handle.pool().seed(), 1);
}

#[test]
fn a_constant_parameter() {
    let handle = Fixed::<4>::hot_fixed(Fixed { name: "n".to_owned(), pool: pool(1) });
    assert_eq!(*handle.name(), "n");
    assert_eq!(handle.pool_size(), 2);
}

#[test]
fn paths_with_parameters() {
    assert_eq!(Around::<u16>::paths().pool().seed().pointer(), "/pool/seed");
}
