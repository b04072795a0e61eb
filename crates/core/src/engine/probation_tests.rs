use proptest::prelude::*;

use super::*;

const SPAN: Duration = Duration::from_secs(5);

/// A probation with a manual clock.
struct Fixture {
    probation: Probation,
    start: Instant,
    now: Instant,
}

impl Fixture {
    fn new() -> Self {
        let now = Instant::now();
        Self { probation: Probation::new(SPAN, now), start: now, now }
    }

    /// The version was published at this second.
    fn published(mut self, version: u64, second: f64) -> Self {
        self.at(second);
        self.probation.published(version, self.now);
        self
    }

    fn at(&mut self, second: f64) {
        self.now = self.start + Duration::from_secs_f64(second);
    }

    fn look(&mut self, version: u64, second: f64, well: bool) -> Verdict {
        self.at(second);
        self.probation.looked(version, self.now, self.now, well)
    }

    fn is_watched(&self) -> bool {
        self.probation.due().is_some()
    }
}

fn take_back(failed: u64, good: u64) -> Verdict {
    Verdict::TakeBack { failed, good }
}

#[test]
fn the_first_version_is_good() {
    let mut fixture = Fixture::new();
    assert!(!fixture.is_watched());
    assert_eq!(fixture.look(1, 0.0, false), Verdict::Leave);
}

#[test]
fn a_version_that_fails_is_taken_back_once() {
    let mut fixture = Fixture::new().published(2, 0.0);
    assert_eq!(fixture.look(2, 1.0, false), take_back(2, 1));
    assert_eq!(fixture.look(2, 2.0, false), Verdict::Leave);
    assert!(!fixture.is_watched());
}

#[test]
fn a_version_that_stays_well_to_the_end_is_good() {
    let mut fixture = Fixture::new().published(2, 0.0);
    assert_eq!(fixture.look(2, 4.9, true), Verdict::Leave);
    assert!(fixture.is_watched());
    fixture.look(2, 5.0, true);
    assert!(!fixture.is_watched());
    fixture = fixture.published(3, 6.0);
    assert_eq!(fixture.look(3, 7.0, false), take_back(3, 2));
}

#[test]
fn a_failure_after_the_end_is_none_of_the_changes_doing() {
    let mut fixture = Fixture::new().published(2, 0.0);
    fixture.look(2, 5.0, true);
    assert_eq!(fixture.look(2, 6.0, false), Verdict::Leave);
}

#[test]
fn what_takes_the_place_of_a_failure_is_not_on_probation() {
    let mut fixture = Fixture::new().published(2, 0.0);
    assert_eq!(fixture.look(2, 1.0, false), take_back(2, 1));
    fixture.probation.taken_back(3);
    assert_eq!(fixture.look(3, 1.5, false), Verdict::Leave);
    fixture = fixture.published(4, 2.0);
    assert_eq!(fixture.look(4, 3.0, false), take_back(4, 3));
}

#[test]
fn all_that_are_on_probation_go_together() {
    let mut fixture = Fixture::new().published(2, 0.0).published(3, 2.0);
    assert_eq!(fixture.look(3, 3.0, false), take_back(3, 1));
}

#[test]
fn each_version_has_a_probation_of_its_own() {
    let mut fixture = Fixture::new().published(2, 0.0).published(3, 2.0);
    assert_eq!(fixture.look(3, 5.0, true), Verdict::Leave);
    assert_eq!(fixture.look(3, 6.0, false), take_back(3, 2));
}

#[test]
fn a_look_that_began_before_the_newest_version_does_not_judge_it() {
    let mut fixture = Fixture::new().published(2, 0.0).published(3, 1.0);
    assert_eq!(fixture.look(2, 1.1, false), Verdict::Leave);
    assert_eq!(fixture.look(3, 2.0, false), take_back(3, 1));
}

#[test]
fn a_look_that_began_before_the_end_is_not_the_last() {
    let mut fixture = Fixture::new().published(2, 0.0);
    let (began, ended) = (fixture.start + SPAN - Duration::from_millis(1), fixture.start + SPAN * 2);
    fixture.probation.looked(2, began, ended, true);
    assert!(fixture.is_watched());
}

#[test]
fn the_last_look_is_due_at_the_end() {
    let mut fixture = Fixture::new().published(2, 0.0);
    fixture.look(2, 4.8, true);
    assert_eq!(fixture.probation.due(), Some(fixture.start + SPAN));
}

#[test]
fn a_probation_without_end_ends_in_no_panic() {
    let now = Instant::now();
    let mut probation = Probation::new(Duration::MAX, now);
    probation.published(2, now);
    assert_eq!(probation.looked(2, now, now, true), Verdict::Leave);
    assert!(probation.left(now).is_some());
}

#[test]
fn versions_without_number_need_no_memory_without_bound() {
    let mut fixture = Fixture::new();
    for version in 2..10_000 {
        fixture = fixture.published(version, f64::from(u32::try_from(version).unwrap()) * 0.0001);
    }
    assert!(fixture.probation.trials.len() < 30, "{}", fixture.probation.trials.len());
}

/// The events, half a second apart: a publish or a health check.
#[derive(Clone, Copy, Debug)]
enum Event {
    Publish,
    Look(bool),
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![2 => Just(Event::Publish), 5 => Just(Event::Look(true)), 1 => Just(Event::Look(false))]
}

proptest! {
    /// Compared with the plain rule: a version is good once a check succeeds at least one span after
    /// its publish.
    #[test]
    fn what_is_taken_back_goes_to_a_version_that_proved_itself(events in prop::collection::vec(event(), 1..200)) {
        let mut fixture = Fixture::new();
        let (mut version, mut good, mut young) = (1, 1, Vec::<(u64, f64)>::new());
        for (tick, event) in events.into_iter().enumerate() {
            let now = f64::from(u32::try_from(tick).unwrap()) * 0.5;
            match event {
                Event::Publish => {
                    version += 1;
                    young.push((version, now));
                    fixture = fixture.published(version, now);
                }
                Event::Look(true) => {
                    prop_assert_eq!(fixture.look(version, now, true), Verdict::Leave);
                    let proved = young.iter().filter(|(_, came)| came + SPAN.as_secs_f64() <= now);
                    good = proved.map(|(version, _)| *version).max().unwrap_or(good);
                    young.retain(|(version, _)| *version > good);
                }
                Event::Look(false) if young.is_empty() => {
                    prop_assert_eq!(fixture.look(version, now, false), Verdict::Leave);
                }
                Event::Look(false) => {
                    prop_assert_eq!(fixture.look(version, now, false), take_back(version, good));
                    version += 1;
                    fixture.probation.taken_back(version);
                    (good, young) = (version, Vec::new());
                }
            }
            prop_assert_eq!(fixture.is_watched(), !young.is_empty());
        }
    }
}
