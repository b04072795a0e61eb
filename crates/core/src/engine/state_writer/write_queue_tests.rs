//! The order of writes, without a disk and without a clock.

use std::time::Duration;

use super::write_queue::{FailureChange, Job, Problem, Progress, WriteQueue};

fn after(
    progress: &mut Progress,
    rested: bool,
    result: Result<u64, Problem>,
) -> (Option<Job>, Option<FailureChange>) {
    let job = progress.job(rested);
    let news = job.and_then(|job| progress.finish_job(job, Duration::ZERO, result));
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
    progress.finish_job(Job::All(1), Duration::from_secs(60), Ok(1));
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

fn failed(cause: &str, message: &str) -> Result<u64, Problem> {
    Err(Problem { message: message.into(), help: None, cause: cause.into() })
}

#[test]
fn a_failure_keeps_nobody_waiting_is_told_once_and_tried_again() {
    let mut progress = noted(1);
    let full = || failed("full", "the disk is full");
    assert_eq!(after(&mut progress, true, full()), (Some(Job::Overrides(1)), Some(FailureChange::Failing)));
    assert_eq!((progress.overrides, progress.job(false)), (1, None));
    assert_eq!(progress.problem.as_ref().map(|problem| &*problem.message), Some("the disk is full"));
    assert_eq!(after(&mut progress, true, full()), (Some(Job::All(1)), None));
    assert_eq!(progress.job(false), None);
    assert_eq!(after(&mut progress, true, Ok(1)), (Some(Job::All(1)), Some(FailureChange::Recovered)));
    assert_eq!((progress.problem.clone(), progress.job(true)), (None, None));
}

#[test]
fn a_failure_whose_message_changes_is_told_once() {
    let mut progress = noted(1);
    let news: Vec<_> = ["overrides", "history", "a8Xk2", "b7Qz1"]
        .into_iter()
        .map(|file| after(&mut progress, true, failed("28", &format!("{file}: no space"))).1)
        .collect();
    assert_eq!(news, [Some(FailureChange::Failing), None, None, None]);
    assert_eq!(progress.problem.as_ref().map(|problem| &*problem.message), Some("b7Qz1: no space"));
}

#[test]
fn another_cause_is_told_too_and_the_end_once_for_all() {
    let mut progress = noted(1);
    let news: Vec<_> = ["28", "5", "28", "5"]
        .into_iter()
        .map(|cause| after(&mut progress, true, failed(cause, cause)).1)
        .collect();
    assert_eq!(news, [Some(FailureChange::Failing), Some(FailureChange::Failing), None, None]);
    assert_eq!(after(&mut progress, true, Ok(1)).1, Some(FailureChange::Recovered));
    progress.noted = 2;
    assert_eq!(after(&mut progress, true, Ok(2)).1, None);
    assert_eq!(after(&mut progress, true, Ok(2)).1, None);
}

/// The disk may have room for the overrides but not for the history.
#[test]
fn a_part_that_is_written_ends_no_failure() {
    let mut progress = noted(1);
    assert_eq!(after(&mut progress, true, Ok(1)), (Some(Job::Overrides(1)), None));
    assert_eq!(after(&mut progress, true, failed("28", "no space")).1, Some(FailureChange::Failing));
    progress.noted = 2;
    assert_eq!(after(&mut progress, true, Ok(2)), (Some(Job::Overrides(2)), None));
    assert_eq!(after(&mut progress, true, failed("28", "no space")), (Some(Job::All(2)), None));
}

#[test]
fn the_end_comes_even_if_the_disk_is_full() {
    let mut progress = noted(2);
    progress.closed = true;
    let jobs: Vec<_> = (0..3).map(|_| after(&mut progress, false, failed("full", "full")).0).collect();
    assert_eq!(jobs, [Some(Job::Overrides(2)), Some(Job::All(2)), Some(Job::End)]);
}

#[test]
fn nobody_waits_for_what_is_never_written() {
    let write_queue = WriteQueue::new(Some("the directory is read-only"));
    let noted = write_queue.mark_dirty();
    assert!(!write_queue.wait_for_overrides(noted) && !write_queue.wait_for_all(noted));
    let (saved, problem) = write_queue.outcome();
    assert_eq!((saved, problem.unwrap().message), (None, "the directory is read-only".to_owned()));
}
