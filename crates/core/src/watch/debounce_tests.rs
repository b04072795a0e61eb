use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use proptest::prelude::*;

use super::{Debounce, ReadPermit, Timing};
use crate::watch::hint::Hint;

const QUIET: u64 = 50;
const MAX: u64 = 500;
const WRITE: u64 = 2000;
const POLL: u64 = 5000;

/// A debounce whose clock counts milliseconds.
struct Clocked {
    debounce: Debounce,
    start: Instant,
}

impl Clocked {
    fn new() -> Self {
        Self::with(Timing::default())
    }

    fn with(timing: Timing) -> Self {
        let start = Instant::now();
        Self { debounce: Debounce::new(timing, start), start }
    }

    fn at(&self, ms: u64) -> Instant {
        self.start + Duration::from_millis(ms)
    }

    fn hint(&mut self, ms: u64, hint: &Hint) {
        self.debounce.on_hint(self.at(ms), hint);
    }

    fn due(&self) -> u64 {
        (self.debounce.next_deadline() - self.start).as_millis().try_into().unwrap()
    }

    fn fire(&mut self, ms: u64) -> Option<ReadPermit> {
        self.debounce.fire(self.at(ms))
    }
}

fn writing(name: &str) -> Hint {
    Hint::Writing(Path::new("/c").join(name))
}

fn settled(name: &str) -> Hint {
    Hint::Settled(Path::new("/c").join(name))
}

#[test]
fn a_single_hint_is_answered_after_the_quiet_time() {
    let mut clocked = Clocked::new();
    clocked.hint(10, &Hint::Changed);
    assert_eq!(clocked.due(), 10 + QUIET);
    assert!(clocked.fire(59).is_none());
    assert!(clocked.fire(60).is_some_and(|permit| !permit.poll && !permit.last_try));
    assert!(!clocked.debounce.is_pending());
}

#[test]
fn the_longest_wait_is_not_armed_again_by_later_hints() {
    let mut clocked = Clocked::new();
    (0..=480).step_by(40).for_each(|ms| clocked.hint(ms, &Hint::Changed));
    assert_eq!(clocked.due(), MAX);
}

#[test]
fn a_begun_write_is_waited_for() {
    let mut clocked = Clocked::new();
    clocked.hint(0, &writing("a"));
    assert!(clocked.debounce.is_writing());
    assert_eq!(clocked.due(), MAX + WRITE);
    clocked.hint(400, &settled("a"));
    assert_eq!(clocked.due(), 400 + QUIET);
}

#[test]
fn a_write_that_ends_late_is_read_at_once() {
    let mut clocked = Clocked::new();
    clocked.hint(0, &writing("a"));
    clocked.hint(700, &settled("a"));
    assert!(clocked.fire(700).is_some_and(|permit| !permit.last_try));
}

#[test]
fn a_write_that_never_ends_is_read_in_the_end_and_forgotten() {
    let mut clocked = Clocked::new();
    clocked.hint(0, &writing("a"));
    assert!(clocked.fire(MAX + WRITE).is_some_and(|permit| permit.last_try));
    clocked.hint(3000, &settled("b"));
    assert_eq!(clocked.due(), 3000 + QUIET);
}

#[test]
fn the_end_of_one_write_is_not_the_end_of_another() {
    let mut clocked = Clocked::new();
    clocked.hint(0, &writing("a"));
    clocked.hint(1, &writing("b"));
    clocked.hint(2, &settled("a"));
    assert_eq!(clocked.due(), 1 + MAX + WRITE);
}

#[test]
fn a_directory_that_went_takes_its_writers_along() {
    let mut clocked = Clocked::new();
    clocked.hint(0, &writing("d/a"));
    clocked.hint(1, &settled("d"));
    assert!(!clocked.debounce.is_writing());
}

#[test]
fn an_overflow_does_not_end_a_write() {
    let mut clocked = Clocked::new();
    clocked.hint(0, &writing("a"));
    clocked.hint(1, &Hint::Rescan);
    assert!(clocked.debounce.is_writing());
}

#[test]
fn silence_is_polled() {
    let mut clocked = Clocked::new();
    assert!(clocked.fire(POLL).is_some_and(|permit| permit.poll));
    assert_eq!(clocked.due(), 2 * POLL);
}

#[test]
fn a_poll_does_not_read_under_a_writer() {
    let mut clocked = Clocked::new();
    clocked.hint(POLL - 10, &writing("a"));
    assert!(clocked.fire(POLL).is_none());
}

#[test]
fn a_held_read_is_tried_again_within_the_same_limits() {
    let mut clocked = Clocked::new();
    clocked.hint(0, &Hint::Changed);
    let mut permit = clocked.fire(QUIET).unwrap();
    let mut tries = 0;
    while clocked.debounce.defer(clocked.at(clocked.due()), permit) {
        permit = clocked.fire(clocked.due()).unwrap();
        tries += 1;
        assert!(tries < 1000, "held for ever");
    }
    assert!(permit.last_try);
}

#[test]
fn a_held_read_lets_a_pause_pass_even_when_late() {
    let mut clocked = Clocked::new();
    clocked.hint(0, &Hint::Changed);
    let permit = clocked.fire(MAX + 100).unwrap();
    assert!(clocked.debounce.defer(clocked.at(MAX + 100), permit));
    assert_eq!(clocked.due(), MAX + 100 + QUIET);
}

#[test]
fn a_write_during_a_read_is_told_even_if_it_ended() {
    let mut clocked = Clocked::new();
    clocked.hint(0, &writing("a"));
    clocked.hint(0, &settled("a"));
    let permit = clocked.fire(QUIET).unwrap();
    assert!(!clocked.debounce.was_written());
    clocked.hint(51, &writing("a"));
    clocked.hint(51, &settled("a"));
    assert!(clocked.debounce.was_written() && !clocked.debounce.is_writing());
    assert!(clocked.debounce.defer(clocked.at(51), permit));
    assert_eq!(clocked.due(), 51 + QUIET);
}

#[test]
fn who_rewrites_without_a_pause_is_never_read_in_the_middle() {
    let mut clocked = Clocked::new();
    for turn in 0..1000 {
        clocked.hint(turn * 10, &writing("a"));
        assert!(clocked.fire(turn * 10 + 9).is_none());
        clocked.hint(turn * 10 + 9, &settled("a"));
        if let Some(permit) = clocked.fire(turn * 10 + 9) {
            // The next write begins before the read has finished.
            clocked.hint(turn * 10 + 9, &writing("a"));
            assert!(clocked.debounce.defer(clocked.at(turn * 10 + 9), permit));
        }
    }
}

#[test]
fn one_who_never_ends_is_waited_for_once_whatever_others_do() {
    let mut clocked = Clocked::new();
    clocked.hint(0, &writing("a"));
    clocked.hint(MAX + WRITE - 10, &writing("b"));
    clocked.hint(MAX + WRITE + 10, &settled("b"));
    assert!(clocked.fire(MAX + WRITE + 10).is_some_and(|permit| permit.last_try));
}

#[test]
fn the_first_read_can_be_held() {
    let mut clocked = Clocked::new();
    assert!(clocked.debounce.defer(clocked.at(0), ReadPermit::now(clocked.at(0))));
    assert_eq!(clocked.due(), QUIET);
    clocked.hint(1, &writing("a"));
    assert_eq!(clocked.due(), 1 + MAX + WRITE);
}

#[test]
fn no_duration_is_too_long_or_too_short() {
    let (long, none) = (Duration::MAX, Duration::ZERO);
    let mut clocked = Clocked::with(Timing { quiet: long, max_wait: long, write_wait: long, poll: long });
    clocked.hint(0, &writing("a"));
    assert!(clocked.fire(1_000_000).is_none());
    let mut clocked = Clocked::with(Timing { quiet: none, max_wait: none, write_wait: none, poll: none });
    assert_eq!(clocked.due(), 10);
    clocked.hint(3, &Hint::Changed);
    assert!(clocked.fire(3).is_some());
}

fn hint() -> impl Strategy<Value = Hint> {
    let path = || (0..3_u8).prop_map(|n| PathBuf::from(format!("/c/{n}")));
    prop_oneof![
        3 => Just(Hint::Changed),
        1 => Just(Hint::Rescan),
        2 => path().prop_map(Hint::Writing),
        3 => path().prop_map(Hint::Settled),
    ]
}

/// Runs the schedule like the engine, and calls `check` at each read with the times of the first and the last
/// hint, whether a writer is known, and the time of the read.
fn play(schedule: &[(u64, Hint)], mut check: impl FnMut(u64, u64, bool, u64)) {
    let mut clocked = Clocked::new();
    let (mut now, mut batch, mut writers) = (0, None::<(u64, u64)>, std::collections::BTreeSet::new());
    let quiet_end = (100_000, Hint::Changed);
    for (pause, hint) in schedule.iter().chain([&quiet_end]) {
        let next = now + pause;
        while clocked.due() < next {
            now = clocked.due().max(now);
            let permit = clocked.fire(now).expect("it is time");
            if let Some((first, last)) = batch.take() {
                assert!(!permit.poll);
                check(first, last, !writers.is_empty(), now);
                writers.clear();
            }
        }
        now = next;
        clocked.hint(now, hint);
        batch = Some((batch.map_or(now, |(first, _)| first), now));
        match hint {
            Hint::Writing(path) => drop(writers.insert(path.clone())),
            Hint::Settled(path) => drop(writers.remove(path)),
            _ => {}
        }
    }
}

proptest! {
    #[test]
    fn every_batch_is_read_in_time(schedule in prop::collection::vec((0..300_u64, hint()), 1..60)) {
        play(&schedule, |first, last, writing, now| {
            // The wait starts again with each write, so only the last one counts.
            assert!(now <= last + MAX + WRITE, "too late: {first} {last} {now}");
            if !writing {
                // A write that ended after the maximum wait is read at its end.
                assert!(now <= (first + MAX).max(last), "too late: {first} {last} {now}");
                assert!(now <= last + QUIET, "too late: {first} {last} {now}");
            }
        });
    }

    #[test]
    fn nothing_is_read_too_early(schedule in prop::collection::vec((0..300_u64, hint()), 1..60)) {
        play(&schedule, |first, last, writing, now| {
            assert!(now >= last + QUIET || now >= first + MAX, "too early: {first} {last} {now}");
            assert!(!writing || now >= first + MAX + WRITE, "read under a writer: {first} {last} {now}");
        });
    }

    #[test]
    fn without_writers_no_batch_waits_longer_than_the_longest_wait(
        schedule in prop::collection::vec(0..80_u64, 1..200)
    ) {
        let schedule: Vec<_> = schedule.into_iter().map(|pause| (pause, Hint::Changed)).collect();
        play(&schedule, |first, last, _, now| assert_eq!(now, (first + MAX).min(last + QUIET)));
    }
}
