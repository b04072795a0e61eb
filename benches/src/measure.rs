//! Rounds in which the contenders take turns.
//!
//! Neither criterion nor divan: both measure one function to its end and then the next, so a ratio compares two
//! stretches of time, and on a machine that does something else meanwhile it says more about that than about the
//! code. Here every round runs every contender, a batch each, and yields a ratio of its own; the median of those is
//! the figure. What slows a whole round down cancels out.

use std::{
    hint::black_box,
    sync::Barrier,
    thread,
    time::{Duration, Instant},
};

/// How long a batch of short operations runs: far above what a clock costs, far below a time slice.
const BATCH: Duration = Duration::from_millis(2);

/// Runs a batch and says what one operation took, in seconds.
pub(crate) type Side<'s> = Box<dyn FnMut() -> f64 + 's>;

/// What a contest yields.
pub(crate) struct Figures {
    /// The median of each side, in seconds per operation.
    pub(crate) times: Vec<f64>,
    /// The median, over the rounds, of the first side's time by each side's.
    pub(crate) ratios: Vec<f64>,
}

/// Lets the sides take turns, each first equally often, after one round that does not count.
pub(crate) fn contest(rounds: usize, mut sides: Vec<Side<'_>>) -> Figures {
    let count = sides.len();
    let mut times = vec![Vec::new(); count];
    for round in 0..=rounds {
        for turn in 0..count {
            let side = (round + turn) % count;
            let time = sides[side]();
            if round > 0 {
                times[side].push(time);
            }
        }
    }
    let ratio = |side: &Vec<f64>| median(times[0].iter().zip(side).map(|(ours, theirs)| ours / theirs));
    let ratios = times.iter().map(ratio).collect();
    Figures { ratios, times: times.iter().map(|side| median(side.iter().copied())).collect() }
}

/// A short operation, repeated on each of `threads` threads.
pub(crate) fn repeated<'s, R>(threads: usize, operation: impl Fn() -> R + Sync + 's) -> Side<'s> {
    let mut count = 1;
    while batch(count, &operation) < BATCH {
        count *= 2;
    }
    Box::new(move || {
        let times = match threads {
            1 => vec![batch(count, &operation)],
            _ => batches(threads, count, &operation),
        };
        let total: Duration = times.iter().sum();
        total.as_secs_f64() / (times.len() * count) as f64
    })
}

/// A long operation, timed once per round; `prepare` does not count.
pub(crate) fn once<'s>(mut prepare: impl FnMut() + 's, mut operation: impl FnMut() + 's) -> Side<'s> {
    Box::new(move || {
        prepare();
        let start = Instant::now();
        operation();
        start.elapsed().as_secs_f64()
    })
}

pub(crate) fn batch<R>(count: usize, operation: &impl Fn() -> R) -> Duration {
    let start = Instant::now();
    for _ in 0..count {
        black_box(operation());
    }
    start.elapsed()
}

/// The same batch on several threads at once; each measures itself from the moment the barrier opens.
fn batches<R>(threads: usize, count: usize, operation: &(impl Fn() -> R + Sync)) -> Vec<Duration> {
    let barrier = Barrier::new(threads);
    thread::scope(|scope| {
        let run = || {
            barrier.wait();
            batch(count, operation)
        };
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
        running.into_iter().map(|thread| thread.join().expect("a batch does not panic")).collect()
    })
}

pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    quantile(values, 0.5)
}

pub(crate) fn quantile(values: impl IntoIterator<Item = f64>, share: f64) -> f64 {
    let mut values: Vec<_> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values[((values.len() - 1) as f64 * share).round() as usize]
}
