//! I27 any runtime or none, I28 dropped futures.

use std::{future::Future, sync::Arc, task::Poll, time::Duration};

use hotswap::{Closed, HotConfig};
use tokio::runtime::{Builder, Runtime};

use super::{Whole, WholeHandle, ends, ok, tapped};
use crate::support::{BOUND, eventually};

/// Everything that can be awaited, once.
async fn everything() {
    let tap = super::Tap::new(Whole::of(0));
    let config = Whole::hot_builder().source(tap.source()).load_async().await.unwrap();
    let mut watch = config.watch(Whole::paths().a());
    assert_eq!(config.set_async(Whole::paths().a(), 1).await.unwrap(), 2);
    watch.changed().await.unwrap();
    assert_eq!(*watch.borrow(), 1);
    assert_eq!(config.update_async(|whole| whole.b = 5).await.unwrap(), 3);
    tap.put(Whole { inner: super::Inner { c: "new".into(), ratio: 2.0 }, ..Whole::of(0) });
    assert_eq!(config.reload_async().await.unwrap(), 4);
    // The blocking calls work here too.
    assert_eq!((config.set_a(2).unwrap(), config.reload().unwrap(), config.inner_ratio()), (5, 5, 2.0));
    watch.changed().await.unwrap();
    config.shutdown().unwrap();
    assert_eq!(watch.changed().await, Err(Closed));
    drop(config);
    assert!(Whole::hot_load_async().await.is_ok());
}

fn current_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

fn multi_thread() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

/// Without any runtime.
pub(super) fn block_on<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(std::thread::Thread);
    impl std::task::Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = std::task::Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut future = std::pin::pin!(future);
    loop {
        match future.as_mut().poll(&mut std::task::Context::from_waker(&waker)) {
            Poll::Ready(value) => return value,
            Poll::Pending => std::thread::park(),
        }
    }
}

#[test]
fn without_a_runtime() {
    ends("everything", || block_on(everything()));
}

#[test]
fn on_one_thread() {
    ends("everything", || current_thread().block_on(everything()));
}

#[test]
fn on_many_threads() {
    ends("everything", || {
        let runtime = multi_thread();
        runtime.block_on(async { tokio::spawn(everything()).await.unwrap() });
    });
}

#[test]
fn in_a_blocking_task() {
    ends("everything", || {
        multi_thread()
            .block_on(async { tokio::task::spawn_blocking(|| block_on(everything())).await.unwrap() });
    });
}

#[test]
fn in_a_block_on_inside_a_runtime() {
    ends("everything", || multi_thread().block_on(async { block_on(everything()) }));
}

#[test]
fn in_a_callback() {
    let config = Whole::hot_fixed(Whole::of(0));
    let (tell, heard) = std::sync::mpsc::channel();
    let weak = config.downgrade();
    let _a = config.on_a_change(move |_, _| {
        let config = weak.upgrade().unwrap();
        tell.send(current_thread().block_on(config.set_async(Whole::paths().b(), 1))).unwrap();
    });
    config.set_a(1).unwrap();
    assert_eq!(super::hear(&heard, "the callback").unwrap(), 3);
}

#[test]
fn the_last_handle_goes_in_async_code() {
    ends("everything", || {
        for runtime in [current_thread(), multi_thread()] {
            runtime.block_on(async {
                let (config, _tap) = tapped();
                let last = tokio::spawn(async move { drop(config) });
                last.await.unwrap();
            });
        }
    });
}

#[test]
fn after_the_end_of_a_runtime() {
    ends("everything", || {
        let runtime = multi_thread();
        let (config, tap) = runtime.block_on(async { tapped() });
        let mut watch = config.watch(Whole::paths().a());
        runtime.spawn(async move { watch.changed().await });
        runtime.shutdown_timeout(Duration::ZERO);
        // A waker without a task does no harm.
        config.set_a(1).unwrap();
        tap.put(Whole { b: 9, ..Whole::of(0) });
        config.reload().unwrap();
        assert_eq!((config.a(), config.b()), (1, 9));
        block_on(config.set_async(Whole::paths().a(), 2)).unwrap();
    });
}

/// Polls `future` this many times, then drops it.
fn abandon<T>(future: impl Future<Output = T>, polls: usize) {
    let mut future = std::pin::pin!(future);
    for _ in 0..polls {
        let poll = future.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop()));
        if poll.is_ready() {
            return;
        }
    }
}

#[test]
fn futures_may_be_dropped_at_any_point() {
    let (config, tap) = tapped();
    let mut watch = config.watch(Whole::paths().a());
    let mut last = 0;
    for step in 1..=60 {
        let polls = (step % 3) as usize;
        abandon(watch.changed(), polls);
        abandon(config.update_async(move |whole| whole.become_of(whole.a + 1)), polls);
        abandon(config.reload_async(), polls);
        config.load().assert_whole();
        assert!(config.version() >= last);
        last = config.version();
    }
    drop(tap);
    config.update(|whole| whole.become_of(1000)).unwrap();
    let heard = ends("the watch", move || {
        block_on(async move {
            while *watch.borrow() < 1000 {
                watch.changed().await.unwrap();
            }
            *watch.borrow()
        })
    });
    assert!(heard >= 1000);
}

#[test]
fn a_future_that_is_never_polled_does_nothing() {
    let config = Whole::hot_fixed(Whole::of(0));
    drop(config.set_async(Whole::paths().a(), 1));
    drop(config.update_async(|whole| whole.become_of(2)));
    config.set_b(9).unwrap();
    assert_eq!((config.a(), config.version()), (0, 2));
}

#[test]
fn a_watch_in_a_select_loses_nothing() {
    let config = Whole::hot_fixed(Whole::of(0));
    let writer = config.clone();
    let seen = ends("the select loop", move || {
        current_thread().block_on(async move {
            let mut watch = config.watch(Whole::paths().a());
            let writing = std::thread::spawn(move || {
                (1..=200).for_each(|value| ok(writer.set_a(value)));
            });
            let mut seen = vec![0];
            while seen.last() != Some(&200) {
                tokio::select! {
                    biased;
                    () = tokio::task::yield_now() => {}
                    changed = watch.changed() => {
                        changed.unwrap();
                        seen.push(*watch.borrow());
                    }
                }
            }
            writing.join().unwrap();
            seen
        })
    });
    assert!(seen.is_sorted(), "{seen:?}");
}

#[test]
fn many_tasks_wait_for_one_value() {
    let config = Whole::hot_fixed(Whole::of(0));
    let writer: WholeHandle = config.clone();
    ends("the tasks", move || {
        multi_thread().block_on(async move {
            let tasks: Vec<_> = (0..20)
                .map(|_| {
                    let mut watch = config.watch(Whole::paths().a());
                    tokio::spawn(async move {
                        while *watch.borrow() < 50 {
                            watch.changed().await.unwrap();
                        }
                    })
                })
                .collect();
            std::thread::spawn(move || (1..=50).for_each(|value| ok(writer.set_a(value))));
            for task in tasks {
                tokio::time::timeout(BOUND, task).await.unwrap().unwrap();
            }
        });
    });
}

#[test]
fn a_watch_that_is_polled_by_ever_new_tasks_keeps_one_waker() {
    struct Counted;
    impl std::task::Wake for Counted {
        fn wake(self: Arc<Self>) {}
    }
    let config = Whole::hot_fixed(Whole::of(0));
    let mut watch = config.watch(Whole::paths().a());
    let wakers: Vec<Arc<Counted>> = (0..100).map(|_| Arc::new(Counted)).collect();
    for waker in &wakers {
        let waker = Arc::clone(waker).into();
        let _ = std::pin::pin!(watch.changed()).poll(&mut std::task::Context::from_waker(&waker));
    }
    eventually("old wakers are let go", || {
        wakers.iter().filter(|waker| Arc::strong_count(waker) > 1).count() <= 1
    });
}
