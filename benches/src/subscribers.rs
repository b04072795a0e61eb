//! The cost of subscribers of unchanged fields for a publish.

use std::time::Instant;

use crate::{
    measure::{Side, contest},
    server::{ServerHandle, handle},
    table::{Aim, Row},
};

const ROUNDS: usize = 201;
const BATCH: u16 = 50;

pub(crate) fn rows() -> Vec<Row> {
    let (few, many) = (subscribed(10), subscribed(100_000));
    let figures = contest(ROUNDS, vec![publishes(&many), publishes(&few)]);
    vec![Row::of(
        "publish of one field, 100,000 subscribers on others",
        "10 subscribers",
        &figures,
        1,
        Aim::AtMost(1.2),
    )]
}

fn subscribed(count: usize) -> ServerHandle {
    let config = handle();
    for number in 0..count {
        match number % 3 {
            0 => config.on_host_change(|_, _| {}).detach(),
            1 => config.on_timeout_change(|_, _| {}).detach(),
            _ => config.on_level_change(|_, _| {}).detach(),
        }
    }
    config
}

fn publishes(config: &ServerHandle) -> Side<'_> {
    let mut port = 1;
    Box::new(move || {
        let start = Instant::now();
        for _ in 0..BATCH {
            port = port % 60_000 + 1;
            config.set_port(port).expect("the port is in its range");
        }
        start.elapsed().as_secs_f64() / f64::from(BATCH)
    })
}
