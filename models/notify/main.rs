//! The notifier under shuttle: many random schedules of publishes, subscribers, slow callbacks and closing.
//!
//! What is published is a number. A schedule in which a last value is not delivered ends with everybody waiting,
//! which shuttle reports as a deadlock; so does a worker that does not end when the notifier closes.

mod broken;
mod scene;
#[allow(dead_code, unreachable_pub, reason = "the models use a part of them, and nobody is outside")]
mod subscribe;
mod sync;

/// There is one process in a model.
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

use scene::{Ear, Scene};
use sync::{Arc, thread};

const SCHEDULES: usize = 2_000;

fn explore(model: impl Fn() + Send + Sync + 'static) {
    let model = std::sync::Arc::new(model);
    let again = std::sync::Arc::clone(&model);
    shuttle::check_random(move || checked(&*model), SCHEDULES);
    shuttle::check_pct(move || checked(&*again), SCHEDULES, 3);
}

fn checked(model: &dyn Fn()) {
    drop(scene::failures());
    model();
    assert_eq!(scene::failures(), Vec::<String>::new());
}

/// Publishes beside a subscriber that is just coming.
fn the_last_value_arrives(scene: fn() -> Arc<Scene>) {
    let scene = scene();
    let early = Ear::new();
    let _early = scene.subscribe(&early);
    let writer = scene.publishing(2);
    let late = Ear::new();
    let _late = scene.subscribe(&late);
    early.wait_for(2);
    late.wait_for(2);
    writer.join().expect("the writer ends");
    scene.end();
}

#[test]
fn the_last_value_arrives_whoever_comes_first() {
    explore(|| the_last_value_arrives(Scene::new));
}

#[test]
fn a_stuck_callback_holds_up_only_itself() {
    explore(|| {
        let scene = Scene::new();
        let (slow, quick) = (Ear::new(), Ear::new());
        let awaited = Arc::clone(&quick);
        // Stuck until the other one has heard everything, which it can only from another worker.
        let _slow = scene.subscribe_with(&slow, move |_| awaited.wait_for(2));
        let _quick = scene.subscribe(&quick);
        let writer = scene.publishing(2);
        slow.wait_for(2);
        quick.wait_for(2);
        writer.join().unwrap();
        scene.end();
    });
}

#[test]
fn two_stuck_callbacks_hold_up_only_themselves() {
    explore(|| {
        let scene = Scene::new();
        let (first, second, quick) = (Ear::new(), Ear::new(), Ear::new());
        let subscriptions = [&first, &second].map(|ear| {
            let awaited = Arc::clone(&quick);
            scene.subscribe_with(ear, move |_| awaited.wait_for(1))
        });
        let _quick = scene.subscribe(&quick);
        scene.publish(1);
        first.wait_for(1);
        second.wait_for(1);
        quick.wait_for(1);
        drop(subscriptions);
        scene.end();
    });
}

#[test]
fn a_stuck_callback_behind_another_holds_up_only_itself() {
    explore(|| {
        let scene = Scene::new();
        let (first, second, quick) = (Ear::new(), Ear::new(), Ear::new());
        // The first one ends, and steps back, while the second is stuck.
        let (begun, awaited) = (Arc::clone(&second), Arc::clone(&quick));
        let _first = scene.subscribe_with(&first, move |_| begun.wait_for(1));
        let _second = scene.subscribe_with(&second, move |_| awaited.wait_for(1));
        let _quick = scene.subscribe(&quick);
        scene.publish(1);
        quick.wait_for(1);
        first.wait_for(1);
        second.wait_for(1);
        scene.end();
    });
}

#[test]
fn who_comes_while_a_callback_is_stuck_is_called() {
    explore(|| {
        let scene = Scene::new();
        let (slow, quick) = (Ear::new(), Ear::new());
        let awaited = Arc::clone(&quick);
        let _slow = scene.subscribe_with(&slow, move |_| awaited.wait_for(2));
        scene.publish(1);
        slow.wait_for(1);
        let _quick = scene.subscribe(&quick);
        scene.publish(2);
        quick.wait_for(2);
        slow.wait_for(2);
        scene.end();
    });
}

/// Unsubscribes beside a publish, then publishes once more.
fn who_left_hears_nothing_new(scene: fn() -> Arc<Scene>) {
    let scene = scene();
    let (gone, stays) = (Ear::new(), Ear::new());
    let (leaving, _stays) = (scene.subscribe(&gone), scene.subscribe(&stays));
    let writer = scene.publishing(1);
    drop(leaving);
    gone.hears_nothing_after(scene.version());
    writer.join().expect("the writer ends");
    scene.publish(2);
    stays.wait_for(2);
    scene.end();
}

#[test]
fn who_left_hears_nothing_that_is_published_later() {
    explore(|| who_left_hears_nothing_new(Scene::new));
}

#[test]
fn a_callback_may_unsubscribe_itself_and_subscribe_another() {
    explore(|| {
        let scene = Scene::new();
        let (once, next) = (Ear::new(), Ear::new());
        let own = Arc::new(sync::Mutex::new(None));
        let (its, heir, inner) = (Arc::clone(&own), Arc::clone(&next), Arc::downgrade(&scene));
        let subscription = scene.subscribe_with(&once, move |_| {
            let scene = inner.upgrade().unwrap();
            let mine: Option<subscribe::Subscription> = sync::lock(&its).take();
            drop(mine);
            scene.subscribe(&heir).detach();
        });
        *sync::lock(&own) = Some(subscription);
        let writer = scene.publishing(2);
        once.wait_for(1);
        writer.join().unwrap();
        scene.publish(3);
        if next.is_there() {
            next.wait_for(3);
        }
        scene.end();
    });
}

#[test]
fn a_panicking_callback_costs_the_others_nothing() {
    explore(|| {
        let scene = Scene::new();
        let (bad, good) = (Ear::new(), Ear::new());
        let _bad = scene.subscribe_with(&bad, |_| std::panic::resume_unwind(Box::new("as planned")));
        let _good = scene.subscribe(&good);
        let writer = scene.publishing(2);
        good.wait_for(2);
        bad.wait_for(2);
        writer.join().unwrap();
        scene.end();
    });
}

/// Closes beside publishes and a subscriber that is just coming.
#[test]
fn nobody_hears_anything_after_the_end() {
    explore(|| {
        let scene = Scene::new();
        let (early, late) = (Ear::new(), Ear::new());
        let _early = scene.subscribe(&early);
        let writer = scene.publishing(2);
        let coming = {
            let (scene, late) = (Arc::clone(&scene), Arc::clone(&late));
            thread::spawn(move || scene.subscribe(&late).detach())
        };
        scene.notifier.close();
        early.hears_nothing_after(scene.version());
        late.hears_nothing_after(scene.version());
        writer.join().unwrap();
        coming.join().unwrap();
        scene.publish(3);
        scene.join();
        // Never ends if a callback is kept.
        while Arc::strong_count(&early) + Arc::strong_count(&late) > 2 {
            thread::yield_now();
        }
    });
}

#[test]
fn callbacks_may_close() {
    explore(|| {
        let scene = Scene::new();
        let ears = [Ear::new(), Ear::new()];
        let _subscriptions = ears.each_ref().map(|ear| {
            let inner = Arc::downgrade(&scene);
            scene.subscribe_with(ear, move |_| inner.upgrade().unwrap().end())
        });
        let writer = scene.publishing(2);
        writer.join().unwrap();
        scene.end();
    });
}
