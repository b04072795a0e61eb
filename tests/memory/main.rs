//! The memory cost of the history: every allocation of this process is counted, so nothing else runs in it.

// Tests may panic.
#![allow(clippy::unwrap_used)]

use std::{alloc::System, fs};

use hotswap::HotConfig;
use serde::{Deserialize, Serialize};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static COUNTED: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(default = 0)]
    limit: u32,
    services: Vec<Service>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Service {
    name: String,
    host: String,
    port: u16,
    weight: u32,
    tags: Vec<String>,
}

/// About a megabyte of JSON, in which one port is `port`.
fn text(port: u16) -> String {
    let service = |number: u16| Service {
        name: format!("service-{number:05}"),
        host: format!("host-{number:05}.internal.example.com"),
        port: if number == 1000 { port } else { 80 },
        weight: 10,
        tags: ["alpha", "beta", "gamma", "delta"].map(|tag| format!("{tag}-{number:05}")).to_vec(),
    };
    let services: Vec<_> = (0..7000).map(service).collect();
    serde_json::json!({ "services": services }).to_string()
}

fn held() -> usize {
    let stats = COUNTED.stats();
    stats.bytes_allocated - stats.bytes_deallocated
}

const ROUNDS: u16 = 8;

/// The cost of one more version, after the first of its kind.
fn cost(mut publish: impl FnMut(u16)) -> f64 {
    publish(1);
    let before = held();
    (2..ROUNDS + 2).for_each(&mut publish);
    (held() as f64 - before as f64) / f64::from(ROUNDS)
}

#[test]
fn a_thousand_versions_of_a_megabyte_cost_less_than_three() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.json");
    let write = |port| fs::write(&path, text(port)).unwrap();
    write(0);
    let size = fs::metadata(&path).unwrap().len();
    assert!((1_000_000..1_200_000).contains(&size), "{size}");

    let before = held();
    let app = App::hot_builder().file(&path).watch(false).history(1000).load().unwrap();
    let one = (held() - before) as f64;

    let mut versions = 1;
    let mut counted = |done: u64| {
        versions += 1;
        assert_eq!(done, versions);
    };
    let costs = [
        (
            "a changed line of the file",
            cost(|port| {
                write(port);
                counted(app.reload().unwrap());
            }),
        ),
        ("a field that is set", cost(|limit| counted(app.set_limit(limit.into()).unwrap()))),
        (
            "a field inside a large one that is set",
            cost(|port| {
                counted(app.update(|config| config.services[2000].port = port).unwrap());
            }),
        ),
    ];
    for (what, cost) in costs {
        assert!(
            one + 1000.0 * cost <= 3.0 * one,
            "{what}: {cost} bytes for a version, {one} for the first one"
        );
    }
    assert_eq!(app.at(3).unwrap().services[1000].port, 2);
}
