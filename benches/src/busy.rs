//! The effect of a writer on readers.

use std::{
    hint::black_box,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use crate::{
    measure::{Side, contest, repeated},
    server::{ServerHandle, handle},
    table::{Aim, Row, Unit, time},
};

const ROUNDS: usize = 51;
const BATCHES: u8 = 10;
/// 10,000 publishes a second.
const PERIOD: Duration = Duration::from_micros(100);

pub(crate) fn rows() -> Vec<Row> {
    vec![row(1), row(2)]
}

fn row(threads: usize) -> Row {
    let config = handle();
    let before = config.version();
    let busy = AtomicBool::new(false);
    let done = AtomicBool::new(false);
    let mut publishing = Duration::ZERO;
    let figures = thread::scope(|scope| {
        let publisher = scope.spawn(|| publish(&config, &busy, &done));
        let read = || long(repeated(threads, || black_box(&config).port()));
        let (quiet, mut noisy) = (read(), read());
        let noisy: Side<'_> = Box::new(|| {
            let start = Instant::now();
            busy.store(true, Ordering::Release);
            publisher.thread().unpark();
            let time = noisy();
            busy.store(false, Ordering::Release);
            publishing += start.elapsed();
            time
        });
        let figures = contest(ROUNDS, vec![Box::new(quiet), noisy]);
        done.store(true, Ordering::Release);
        publisher.thread().unpark();
        figures.disturbed()
    });
    let rate = (config.version() - before) as f64 / publishing.as_secs_f64();
    Row {
        what: format!("scalar reads, {threads} thread(s), {rate:.0} publishes a second"),
        ours: time(figures.time(1)),
        against: format!("the same, quiet: {}", time(figures.time(0))),
        // Throughput is the inverse of time.
        figure: figures.time(0) / figures.time(1),
        unit: Unit::Ratio,
        aim: Aim::AtLeast(0.9),
    }
}

/// Long enough for many publishes.
fn long(mut read: Side<'_>) -> Side<'_> {
    Box::new(move || (0..BATCHES).map(|_| read()).sum::<f64>() / f64::from(BATCHES))
}

/// Publishes every [`PERIOD`] while `busy`; publishes missed by a late wake-up are made up for.
fn publish(config: &ServerHandle, busy: &AtomicBool, done: &AtomicBool) {
    let mut timeout = 0;
    while !done.load(Ordering::Acquire) {
        let mut due = Instant::now();
        while busy.load(Ordering::Acquire) {
            timeout ^= 1;
            config.set_timeout(timeout).expect("no rule speaks against it");
            due += PERIOD;
            thread::sleep(due.saturating_duration_since(Instant::now()));
        }
        thread::park_timeout(Duration::from_millis(100));
    }
}
