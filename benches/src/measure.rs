//! Rounds in which the contenders take turns.
//!
//! Neither criterion nor divan: both measure one function to its end and then the next, so a ratio compares two
//! stretches of time, and on a machine that does something else meanwhile it says more about that than about the
//! code. Here every round runs every contender, a batch each. What others do to a batch can only slow it down, so
//! a side is judged by its quiet batches: the fastest tenth of the rounds.

use std::{
    hint::black_box,
    sync::Barrier,
    thread,
    time::{Duration, Instant},
};

/// How long a batch of short operations runs: far above what a clock costs, far below a time slice.
const BATCH: Duration = Duration::from_millis(2);

/// How many operations stand in one turn of the loop.
const UNROLLED: usize = 8;

/// Runs a batch and says what one operation took, in seconds.
pub(crate) type Side<'s> = Box<dyn FnMut() -> f64 + 's>;

/// What a contest yields.
pub(crate) struct Figures {
    /// In seconds per operation: for each side its time in every round.
    times: Vec<Vec<f64>>,
    /// By which of its rounds a side is judged.
    share: f64,
}

impl Figures {
    /// Judges by the median instead, where being disturbed is what is measured.
    pub(crate) fn disturbed(self) -> Self {
        Self { share: 0.5, ..self }
    }

    /// The time of a side.
    pub(crate) fn time(&self, side: usize) -> f64 {
        quantile(self.times[side].iter().copied(), self.share)
    }
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
        // Written out, so that where the linker happens to put a loop's jump says less: on some processors a jump
        // across a border of 32 bytes costs two cycles, which is more than what is measured.
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
