use proptest::prelude::*;

use super::*;

fn full() -> Queue<u64> {
    let mut queue = Queue::default();
    (0..CAPACITY as u64).for_each(|entry| assert!(!queue.push(entry)));
    queue
}

#[test]
fn entries_come_out_in_order() {
    let mut queue = full();
    assert!(!queue.is_over_full());
    let taken: Vec<_> = std::iter::from_fn(|| queue.pop()).collect();
    assert_eq!(taken, (0..CAPACITY as u64).map(QueuedEvent::Event).collect::<Vec<_>>());
}

#[test]
fn one_mark_replaces_all_that_was_left_out() {
    let mut queue = full();
    assert!(!queue.push(1_000_000), "a writer waits for this one");
    assert!(queue.is_over_full());
    assert_eq!(queue.give_up(), 1);
    assert!(queue.push(1_000_001) && queue.push(1_000_002), "nobody waits for a queue that is stuck");
    assert!(!queue.is_over_full());
    let taken: Vec<_> = std::iter::from_fn(|| queue.pop()).skip(CAPACITY).collect();
    assert_eq!(taken, [QueuedEvent::Missed(3)]);
}

#[test]
fn a_queue_that_moves_is_waited_for_again() {
    let mut queue = full();
    queue.push(1_000_000);
    queue.give_up();
    queue.pop();
    assert!(!queue.push(1_000_001) && queue.is_over_full());
}

#[test]
fn an_entry_that_found_room_while_a_writer_waited_stays() {
    let mut queue = full();
    queue.push(1_000_000);
    queue.pop();
    assert_eq!(queue.give_up(), 0);
    assert_eq!(std::iter::from_fn(|| queue.pop()).last(), Some(QueuedEvent::Event(1_000_000)));
}

#[test]
fn a_closed_queue_gives_what_it_has() {
    let mut queue = Queue::default();
    queue.push(1);
    queue.close();
    queue.push(2);
    assert_eq!((queue.pop(), queue.pop()), (Some(QueuedEvent::Event(1)), None));
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Push(usize),
    GiveUp,
    Take(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        (1..2 * CAPACITY).prop_map(Step::Push),
        Just(Step::GiveUp),
        (1..2 * CAPACITY).prop_map(Step::Take),
    ];
    prop::collection::vec(step, 0..20)
}

proptest! {
    /// In every case each number comes out once and in order, or is counted by the marker in its place.
    #[test]
    fn every_entry_is_taken_or_counted(steps in steps()) {
        let (mut queue, mut pushed, mut next) = (Queue::default(), 0, 0);
        let mut check = |entry| match entry {
            QueuedEvent::Event(number) => {
                assert_eq!(number, next);
                next += 1;
            }
            QueuedEvent::Missed(missed) => {
                assert!(missed > 0);
                next += missed;
            }
        };
        for step in steps {
            match step {
                Step::Push(count) => for _ in 0..count {
                    queue.push(pushed);
                    pushed += 1;
                },
                Step::GiveUp => {
                    queue.give_up();
                    assert!(!queue.is_over_full());
                }
                Step::Take(count) => (0..count).filter_map(|_| queue.pop()).for_each(&mut check),
            }
        }
        std::iter::from_fn(|| queue.pop()).for_each(check);
        prop_assert_eq!(next, pushed);
    }
}
