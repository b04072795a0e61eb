//! Tests against systems with refused watches, lost events and failures.

use std::{
    io,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
};

use notify::{Config, ErrorKind, Event, EventHandler, EventKind, RecursiveMode, WatcherKind, event::Flag};

use super::Watcher;
use crate::watch::{handler::Handler, health::WatcherMode, hint::Hint, resolved_path::Target};

type Answer = fn(&Path) -> notify::Result<()>;

/// A fake system watcher with preset results, which counts its watches and exposes its handler.
#[derive(Clone)]
struct Fake {
    answer: Answer,
    watched: Arc<AtomicUsize>,
    handler: Arc<Mutex<Option<Handler>>>,
}

impl Fake {
    fn answering(answer: Answer) -> Self {
        Self { answer, watched: Arc::default(), handler: Arc::default() }
    }

    fn start(&self) -> (Watcher, mpsc::Receiver<Hint>) {
        let (fake, (sender, hints)) = (self.clone(), mpsc::channel());
        let watcher = Watcher::with(
            move |hint| drop(sender.send(hint)),
            move |handler| {
                *fake.handler.lock().unwrap() = Some(handler);
                Ok(Box::new(fake.clone()))
            },
        );
        (watcher, hints)
    }

    fn report(&self, event: notify::Result<Event>) {
        self.handler.lock().unwrap().as_mut().unwrap().handle_event(event);
    }
}

impl notify::Watcher for Fake {
    fn new<F: EventHandler>(_: F, _: Config) -> notify::Result<Self> {
        Err(notify::Error::generic("made by hand"))
    }

    fn watch(&mut self, path: &Path, _: RecursiveMode) -> notify::Result<()> {
        self.watched.fetch_add(1, Ordering::Relaxed);
        (self.answer)(path)
    }

    fn unwatch(&mut self, _: &Path) -> notify::Result<()> {
        Ok(())
    }

    fn kind() -> WatcherKind {
        WatcherKind::NullWatcher
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        // As with notify, the handler ends with the watcher. Each clone holds the slot, so it is
        // emptied.
        if let Ok(mut handler) = self.handler.try_lock() {
            handler.take();
        }
    }
}

fn target() -> [Target; 1] {
    [Target::File(PathBuf::from("/app.toml"))]
}

#[test]
fn without_a_watcher_there_is_polling_until_there_is_one() {
    let tries = AtomicUsize::new(0);
    let mut watcher = Watcher::with(
        |_| {},
        move |_| match tries.fetch_add(1, Ordering::Relaxed) {
            0 | 1 => Err(notify::Error::io(io::Error::from_raw_os_error(libc::EMFILE))),
            _ => Ok(Box::new(Fake::answering(|_| Ok(())))),
        },
    );
    watcher.arm(&target());
    let health = watcher.health();
    assert_eq!((health.mode, health.watched), (WatcherMode::PollOnly, 0));
    assert!(health.problems[0].contains("fs.inotify.max_user_instances"), "{health:?}");
    watcher.arm(&target());
    let health = watcher.health();
    assert_eq!((health.mode, health.watched, health.problems.len()), (WatcherMode::Events, 1, 0));
}

#[test]
fn without_watches_there_is_polling() {
    let (mut watcher, _hints) =
        Fake::answering(|_| Err(notify::Error::new(ErrorKind::MaxFilesWatch))).start();
    watcher.arm(&target());
    let health = watcher.health();
    assert_eq!((health.mode, health.watched), (WatcherMode::PollOnly, 0));
    assert_eq!(health.problems, ["cannot watch /: no watch is left, raise `fs.inotify.max_user_watches`"]);
}

#[test]
fn a_directory_above_that_cannot_be_watched_is_a_problem_but_not_the_end_of_events() {
    let dir = tempfile::tempdir().unwrap();
    let (mut watcher, _hints) = Fake::answering(|path| match path.parent() {
        Some(_) => Ok(()),
        None => Err(notify::Error::io(io::ErrorKind::PermissionDenied.into())),
    })
    .start();
    watcher.arm(&[Target::File(dir.path().join("app.toml"))]);
    let health = watcher.health();
    assert_eq!((health.mode, health.problems.len()), (WatcherMode::Events, 1));
}

#[test]
fn a_dead_watcher_takes_nothing_along() {
    let (mut watcher, _hints) = Fake::answering(|_| panic!("the thread has ended")).start();
    watcher.arm(&target());
    watcher.flush();
    assert_eq!(watcher.health().mode, WatcherMode::PollOnly);
}

#[test]
fn an_overflow_sets_every_watch_again() {
    let fake = Fake::answering(|_| Ok(()));
    let (mut watcher, hints) = fake.start();
    watcher.arm(&target());
    fake.report(Ok(Event::new(EventKind::Other).set_flag(Flag::Rescan)));
    assert_eq!(hints.try_recv(), Ok(Hint::Rescan));
    watcher.arm(&target());
    assert_eq!(fake.watched.load(Ordering::Relaxed), 2);
    assert_eq!((watcher.health().watched, watcher.health().overflows), (1, 1));
}

#[test]
fn an_error_sets_every_watch_again() {
    let fake = Fake::answering(|_| Ok(()));
    let (mut watcher, hints) = fake.start();
    watcher.arm(&target());
    fake.report(Err(notify::Error::generic("lost")));
    assert_eq!(hints.try_recv(), Ok(Hint::Rescan));
    watcher.arm(&target());
    assert_eq!(fake.watched.load(Ordering::Relaxed), 2);
}

#[test]
fn arming_twice_changes_nothing() {
    let fake = Fake::answering(|_| Ok(()));
    let (mut watcher, hints) = fake.start();
    watcher.arm(&target());
    watcher.arm(&target());
    assert_eq!(fake.watched.load(Ordering::Relaxed), 1);
    assert!(hints.try_recv().is_err());
}
