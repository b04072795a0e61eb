//! Rounds in which the measured sides take turns.
//!
//! Neither criterion nor divan: both measure one function completely and then the next, so a ratio compares two
//! periods, and on a busy machine it depends more on the other load than on the code. Here every round runs one
//! batch of every side. Other load can only slow a batch down, so a side is judged by its undisturbed batches:
//! the fastest tenth of the rounds.

use std::{
    hint::black_box,
    sync::Barrier,
    thread,
    time::{Duration, Instant},
};

/// The duration of a batch of short operations: far above the cost of reading a clock, far below a time
/// slice.
const BATCH: Duration = Duration::from_millis(2);

/// The number of operations in one iteration of the loop.
const UNROLLED: usize = 8;

/// Runs a batch and returns the time of one operation, in seconds.
pub(crate) type Side<'s> = Box<dyn FnMut() -> f64 + 's>;

/// The result of a comparison.
pub(crate) struct Figures {
    /// In seconds per operation: for each side its time in every round.
    times: Vec<Vec<f64>>,
    /// The rounds by which a side is judged.
    share: f64,
}

impl Figures {
    /// Judges by the median instead, if disturbance is measured.
    pub(crate) fn disturbed(self) -> Self {
        Self { share: 0.5, ..self }
    }

    /// The time of a side.
    pub(crate) fn time(&self, side: usize) -> f64 {
        quantile(self.times[side].iter().copied(), self.share)
    }
}

/// Lets the sides take turns, each first equally often, after one warm-up round.
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
    Figures { times, share: 0.1 }
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
        total.as_secs_f64() / (times.len() * count * UNROLLED) as f64
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

macro_rules! unrolled {
    ($($operation:ident)*) => { $(black_box($operation());)* };
}

pub(crate) fn batch<R>(count: usize, operation: &impl Fn() -> R) -> Duration {
    let start = Instant::now();
    for _ in 0..count {
        // Unrolled, to reduce the effect of the position of the loop's jump: on some processors a jump across a
        // 32-byte boundary costs two cycles, which is more than the measured operation.
        unrolled! { operation operation operation operation operation operation operation operation }
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

pub(crate) fn quantile(values: impl IntoIterator<Item = f64>, share: f64) -> f64 {
    let mut values: Vec<_> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values[((values.len() - 1) as f64 * share).round() as usize]
}
