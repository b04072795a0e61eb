//! The notifier under shuttle: many random schedules of publishes, subscribers, slow callbacks and closing.
//!
//! The published value is a number. A schedule in which the last value is not delivered ends with all threads
//! waiting, which shuttle reports as a deadlock; so does a worker that does not end when the notifier closes.

mod broken;
mod fixture;
#[allow(dead_code, unreachable_pub, reason = "the models use a part of them, and nobody is outside")]
mod subscribe;
mod sync;

/// A model has only one process.
mod process {
    #[derive(Clone, Copy)]
    pub(crate) struct Process;

    impl Process {
        pub(crate) fn current() -> Self {
            Self
        }

        #[expect(clippy::unused_self, reason = "looks like the real one")]
        pub(crate) fn is_current(self) -> bool {
            true
        }
    }
}

#[path = "../../crates/core/src/panics.rs"]
mod panics;

use fixture::{Ear, Fixture};
use sync::{Arc, thread};

const SCHEDULES: usize = 2_000;

fn explore(model: impl Fn() + Send + Sync + 'static) {
    let model = std::sync::Arc::new(model);
    let again = std::sync::Arc::clone(&model);
    shuttle::check_random(move || checked(&*model), SCHEDULES);
    shuttle::check_pct(move || checked(&*again), SCHEDULES, 3);
}

fn checked(model: &dyn Fn()) {
    drop(fixture::failures());
    model();
    assert_eq!(fixture::failures(), Vec::<String>::new());
}

/// Publishes while a subscriber is added.
fn the_last_value_arrives(fixture: fn() -> Arc<Fixture>) {
    let fixture = fixture();
    let early = Ear::new();
    let _early = fixture.subscribe(&early);
    let writer = fixture.publishing(2);
    let late = Ear::new();
    let _late = fixture.subscribe(&late);
    early.wait_for(2);
    late.wait_for(2);
    writer.join().expect("the writer ends");
    fixture.end();
}

#[test]
fn the_last_value_arrives_whoever_comes_first() {
    explore(|| the_last_value_arrives(Fixture::new));
}

#[test]
fn a_stuck_callback_holds_up_only_itself() {
    explore(|| {
        let fixture = Fixture::new();
        let (slow, quick) = (Ear::new(), Ear::new());
        let awaited = Arc::clone(&quick);
        // Blocked until the other subscriber has received everything, which requires another worker.
        let _slow = fixture.subscribe_with(&slow, move |_| awaited.wait_for(2));
        let _quick = fixture.subscribe(&quick);
        let writer = fixture.publishing(2);
        slow.wait_for(2);
        quick.wait_for(2);
        writer.join().unwrap();
        fixture.end();
    });
}

#[test]
fn two_stuck_callbacks_hold_up_only_themselves() {
    explore(|| {
        let fixture = Fixture::new();
        let (first, second, quick) = (Ear::new(), Ear::new(), Ear::new());
        let subscriptions = [&first, &second].map(|ear| {
            let awaited = Arc::clone(&quick);
            fixture.subscribe_with(ear, move |_| awaited.wait_for(1))
        });
        let _quick = fixture.subscribe(&quick);
        fixture.publish(1);
        first.wait_for(1);
        second.wait_for(1);
        quick.wait_for(1);
        drop(subscriptions);
        fixture.end();
    });
}

#[test]
fn a_stuck_callback_behind_another_holds_up_only_itself() {
    explore(|| {
        let fixture = Fixture::new();
        let (first, second, quick) = (Ear::new(), Ear::new(), Ear::new());
        // The first worker ends and stops leading while the second one is blocked.
        let (begun, awaited) = (Arc::clone(&second), Arc::clone(&quick));
        let _first = fixture.subscribe_with(&first, move |_| begun.wait_for(1));
        let _second = fixture.subscribe_with(&second, move |_| awaited.wait_for(1));
        let _quick = fixture.subscribe(&quick);
        fixture.publish(1);
        quick.wait_for(1);
        first.wait_for(1);
        second.wait_for(1);
        fixture.end();
    });
}

#[test]
fn who_comes_while_a_callback_is_stuck_is_called() {
    explore(|| {
        let fixture = Fixture::new();
        let (slow, quick) = (Ear::new(), Ear::new());
        let awaited = Arc::clone(&quick);
        let _slow = fixture.subscribe_with(&slow, move |_| awaited.wait_for(2));
        fixture.publish(1);
        slow.wait_for(1);
        let _quick = fixture.subscribe(&quick);
        fixture.publish(2);
        quick.wait_for(2);
        slow.wait_for(2);
        fixture.end();
    });
}

/// Unsubscribes during a publish, then publishes again.
fn who_left_hears_nothing_new(fixture: fn() -> Arc<Fixture>) {
    let fixture = fixture();
    let (gone, stays) = (Ear::new(), Ear::new());
    let (leaving, _stays) = (fixture.subscribe(&gone), fixture.subscribe(&stays));
    let writer = fixture.publishing(1);
    drop(leaving);
    gone.hears_nothing_after(fixture.version());
    writer.join().expect("the writer ends");
    fixture.publish(2);
    stays.wait_for(2);
    fixture.end();
}

#[test]
fn who_left_hears_nothing_that_is_published_later() {
    explore(|| who_left_hears_nothing_new(Fixture::new));
}

#[test]
fn a_callback_may_unsubscribe_itself_and_subscribe_another() {
    explore(|| {
        let fixture = Fixture::new();
        let (once, next) = (Ear::new(), Ear::new());
        let own = Arc::new(sync::Mutex::new(None));
        let (its, heir, inner) = (Arc::clone(&own), Arc::clone(&next), Arc::downgrade(&fixture));
        let subscription = fixture.subscribe_with(&once, move |_| {
            let fixture = inner.upgrade().unwrap();
            let mine: Option<subscribe::Subscription> = sync::lock(&its).take();
            drop(mine);
            fixture.subscribe(&heir).detach();
        });
        *sync::lock(&own) = Some(subscription);
        let writer = fixture.publishing(2);
        once.wait_for(1);
        writer.join().unwrap();
        fixture.publish(3);
        if next.is_there() {
            next.wait_for(3);
        }
        fixture.end();
    });
}

#[test]
fn a_panicking_callback_costs_the_others_nothing() {
    explore(|| {
        let fixture = Fixture::new();
        let (bad, good) = (Ear::new(), Ear::new());
        let _bad = fixture.subscribe_with(&bad, |_| std::panic::resume_unwind(Box::new("as planned")));
        let _good = fixture.subscribe(&good);
        let writer = fixture.publishing(2);
        good.wait_for(2);
        bad.wait_for(2);
        writer.join().unwrap();
        fixture.end();
    });
}

/// Closes during publishes and while a subscriber is added.
#[test]
fn nobody_hears_anything_after_the_end() {
    explore(|| {
        let fixture = Fixture::new();
        let (early, late) = (Ear::new(), Ear::new());
        let _early = fixture.subscribe(&early);
        let writer = fixture.publishing(2);
        let coming = {
            let (fixture, late) = (Arc::clone(&fixture), Arc::clone(&late));
            thread::spawn(move || fixture.subscribe(&late).detach())
        };
        fixture.notifier.close();
        early.hears_nothing_after(fixture.version());
        late.hears_nothing_after(fixture.version());
        writer.join().unwrap();
        coming.join().unwrap();
        fixture.publish(3);
        fixture.join();
        // Never ends if a callback is not dropped.
        while Arc::strong_count(&early) + Arc::strong_count(&late) > 2 {
            thread::yield_now();
        }
    });
}

#[test]
fn callbacks_may_close() {
    explore(|| {
        let fixture = Fixture::new();
        let ears = [Ear::new(), Ear::new()];
        let _subscriptions = ears.each_ref().map(|ear| {
            let inner = Arc::downgrade(&fixture);
            fixture.subscribe_with(ear, move |_| inner.upgrade().unwrap().end())
        });
        let writer = fixture.publishing(2);
        writer.join().unwrap();
        fixture.end();
    });
}
