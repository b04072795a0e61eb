//! A struct with every form and every rule.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use hotswap::HotConfig;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Level {
    Low,
    High,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Store {
    Memory,
    File(String),
    Table { host: String, port: Option<u16> },
    Pair(u8, bool),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Server {
    host: String,
    #[serde(default)]
    weight: i8,
}

/// Anything with rules.
#[derive(Debug, PartialEq, Deserialize, HotConfig)]
#[hot(env = "APP")]
pub(crate) struct Every {
    /// How many.
    #[hot(default = 7, range(min = 1, max = 10))]
    count: u8,
    #[hot(default = 0, range(exclusive_min = -5, exclusive_max = 5))]
    offset: i32,
    #[hot(default = 0.5, range(min = 0, max = 1))]
    share: f64,
    #[hot(default = false)]
    on: bool,
    #[hot(default = 'x')]
    letter: char,
    #[hot(default = "info", one_of("warn", "info"))]
    log: String,
    #[hot(default = 2, one_of(2, 4))]
    lanes: u32,
    #[hot(default = "abc", length(min = 2, max = 4))]
    short: String,
    #[hot(default = "abcdef", length(min = 6))]
    long: String,
    #[hot(default = "x", non_empty)]
    some: String,
    #[hot(default = "a-b", regex = "^[a-z-]+$", contains = "-")]
    slug: String,
    #[hot(default = "me@example.com", email)]
    mail: String,
    #[hot(default = "https://example.com", url)]
    link: String,
    #[hot(default = "127.0.0.1", ip)]
    ip: String,
    #[hot(default = ["a"], length(min = 1, max = 2), each(length(min = 1, max = 2)))]
    names: Vec<String>,
    #[hot(default = ["a"], contains = "a")]
    tags: Vec<String>,
    #[hot(default = [1], length(max = 2), each(range(max = 9)))]
    unique: HashSet<u8>,
    #[serde(default)]
    #[hot(length(max = 2), each(range(min = 1)))]
    weights: BTreeMap<String, u8>,
    #[serde(default)]
    ports: HashMap<u16, String>,
    #[hot(default = "low", copy)]
    level: Level,
    #[hot(default = "memory")]
    store: Store,
    #[serde(default)]
    servers: Vec<Server>,
    #[hot(default = [1, 2], copy)]
    pair: (u8, i16),
    #[hot(default = [1, 2, 3], copy)]
    triple: [u8; 3],
    #[hot(default = "127.0.0.1:80", copy)]
    listen: SocketAddr,
    #[hot(default = "::1", copy)]
    host: IpAddr,
    #[hot(default = "/tmp")]
    path: PathBuf,
    #[hot(default = "10s", copy)]
    #[serde(with = "hotswap::duration")]
    wait: Duration,
    #[hot(range(max = 3), copy)]
    maybe: Option<u8>,
    #[hot(one_of("a", "b"))]
    choice: Option<String>,
    #[serde(alias = "old", default)]
    renamed: u8,
    #[serde(default)]
    free: serde_json::Value,
    #[hot(nested)]
    inner: Inner,
    #[hot(nested)]
    extra: Option<Inner>,
    needed: String,
    #[serde(alias = "former")]
    also: u8,
}

#[derive(Debug, PartialEq, Deserialize, HotConfig)]
pub(crate) struct Inner {
    #[hot(default = 1, range(min = 1))]
    size: u16,
    #[hot(default = "x", length(max = 3))]
    name: String,
    #[hot(nested)]
    #[serde(flatten)]
    flat: Flat,
}

#[derive(Debug, PartialEq, Deserialize, HotConfig)]
pub(crate) struct Flat {
    #[hot(default = true)]
    flag: bool,
}
