//! What is written next, as a state machine without a disk.

use super::*;

fn progress(noted: u64) -> Progress {
    Progress {
        noted,
        overrides: 0,
        all: 0,
        urgent: 0,
        due: Instant::now(),
        version: None,
        problem: None,
        retry: false,
        closed: false,
        ended: false,
    }
}

fn after(progress: &mut Progress, result: Result<u64, String>) -> (Option<Job>, Option<String>) {
    let job = progress.job(Instant::now());
    let news = job.and_then(|job| progress.take(job, Instant::now(), result));
    (job, news)
}

#[test]
fn overrides_come_first_and_the_history_once_for_many_commits() {
    let mut progress = progress(3);
    assert_eq!(after(&mut progress, Ok(3)).0, Some(Job::Overrides(3)));
    assert_eq!(after(&mut progress, Ok(3)).0, Some(Job::All(3)));
    progress.noted = 9;
    assert_eq!(after(&mut progress, Ok(9)).0, Some(Job::Overrides(9)));
    // It was written a moment ago.
    assert_eq!(after(&mut progress, Ok(9)).0, None);
    assert_eq!(progress.job(progress.due), Some(Job::All(9)));
}

#[test]
fn who_waits_for_everything_and_who_ends_is_not_kept_waiting() {
    let mut progress = progress(1);
    (progress.overrides, progress.due) = (1, Instant::now() + RETRY);
    assert_eq!(progress.job(Instant::now()), None);
    progress.urgent = 1;
    assert_eq!(after(&mut progress, Ok(1)).0, Some(Job::All(1)));
    assert_eq!(after(&mut progress, Ok(1)).0, None);
    progress.closed = true;
    assert_eq!(after(&mut progress, Ok(1)).0, Some(Job::End));
}

#[test]
fn a_failure_keeps_nobody_waiting_is_told_once_and_tried_again() {
    let mut progress = progress(1);
    let full = || Err("the disk is full".to_owned());
    assert_eq!(after(&mut progress, full()), (Some(Job::Overrides(1)), Some("the disk is full".into())));
    assert_eq!(progress.overrides, 1);
    assert_eq!(progress.job(Instant::now()), None);
    progress.due = Instant::now();
    assert_eq!(after(&mut progress, full()), (Some(Job::All(1)), None));
    progress.due = Instant::now();
    assert_eq!(after(&mut progress, Ok(1)), (Some(Job::All(1)), None));
    assert_eq!((progress.problem.clone(), progress.job(progress.due)), (None, None));
}

#[test]
fn the_end_comes_even_if_the_disk_is_full() {
    let mut progress = progress(2);
    progress.closed = true;
    let jobs: Vec<_> = (0..3).map(|_| after(&mut progress, Err("full".into())).0).collect();
    assert_eq!(jobs, [Some(Job::Overrides(2)), Some(Job::All(2)), Some(Job::End)]);
}
