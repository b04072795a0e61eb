//! What is written next, without a disk and without a clock.

use std::time::Duration;

use super::ledger::{Job, Ledger, Progress};

fn after(
    progress: &mut Progress,
    rested: bool,
    result: Result<u64, String>,
) -> (Option<Job>, Option<String>) {
    let job = progress.job(rested);
    let news = job.and_then(|job| progress.take(job, Duration::ZERO, result));
    (job, news)
}

fn noted(noted: u64) -> Progress {
    Progress { noted, ..Progress::new(None) }
}

#[test]
fn overrides_come_first_and_the_history_once_for_many_commits() {
    let mut progress = noted(3);
    assert_eq!(after(&mut progress, true, Ok(3)).0, Some(Job::Overrides(3)));
    assert_eq!(after(&mut progress, true, Ok(3)).0, Some(Job::All(3)));
    assert!(progress.left() > Duration::ZERO);
    progress.noted = 9;
    assert_eq!(after(&mut progress, false, Ok(9)).0, Some(Job::Overrides(9)));
    assert_eq!(after(&mut progress, false, Ok(9)).0, None);
    assert_eq!(after(&mut progress, true, Ok(9)).0, Some(Job::All(9)));
}

#[test]
fn a_history_that_takes_long_is_written_the_less_often() {
    let mut progress = noted(1);
    progress.take(Job::All(1), Duration::from_secs(60), Ok(1));
    assert!(progress.left() > Duration::from_secs(500));
}

#[test]
fn who_waits_for_everything_and_who_ends_is_not_kept_waiting() {
    let mut progress = Progress { overrides: 1, ..noted(1) };
    assert_eq!(progress.job(false), None);
    progress.urgent = 1;
    assert_eq!(after(&mut progress, false, Ok(1)).0, Some(Job::All(1)));
    assert_eq!(after(&mut progress, false, Ok(1)).0, None);
    progress.closed = true;
    assert_eq!(after(&mut progress, false, Ok(1)).0, Some(Job::End));
}

#[test]
fn a_failure_keeps_nobody_waiting_is_told_once_and_tried_again() {
    let mut progress = noted(1);
    let full = || Err("the disk is full".to_owned());
    let told = Some("the disk is full".to_owned());
    assert_eq!(after(&mut progress, true, full()), (Some(Job::Overrides(1)), told));
    assert_eq!((progress.overrides, progress.job(false)), (1, None));
    assert_eq!(after(&mut progress, true, full()), (Some(Job::All(1)), None));
    assert_eq!(progress.job(false), None);
    assert_eq!(after(&mut progress, true, Ok(1)), (Some(Job::All(1)), None));
    assert_eq!((progress.problem.clone(), progress.job(true)), (None, None));
}

#[test]
fn the_end_comes_even_if_the_disk_is_full() {
    let mut progress = noted(2);
    progress.closed = true;
    let jobs: Vec<_> = (0..3).map(|_| after(&mut progress, false, Err("full".into())).0).collect();
    assert_eq!(jobs, [Some(Job::Overrides(2)), Some(Job::All(2)), Some(Job::End)]);
}

#[test]
fn nobody_waits_for_what_is_never_written() {
    let ledger = Ledger::new(Some("the directory is read-only"));
    let noted = ledger.note();
    assert!(!ledger.await_overrides(noted) && !ledger.await_all(noted));
    assert_eq!(ledger.outcome(), (None, Some("the directory is read-only".into())));
}
