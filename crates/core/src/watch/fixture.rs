//! A directory and a watcher, for tests.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::mpsc::{self, Receiver},
};

use crate::watch::{Watcher, hint::Hint, resolved_path::Target};

/// A directory, and a watcher for one target in it.
pub(crate) struct Fixture {
    pub(crate) dir: tempfile::TempDir,
    pub(crate) watcher: Watcher,
    pub(crate) hints: Receiver<Hint>,
    pub(crate) targets: Vec<Target>,
}

impl Fixture {
    /// The watcher is armed after `prepare`.
    pub(crate) fn new(prepare: impl FnOnce(&Path), target: impl FnOnce(PathBuf) -> Target) -> Self {
        let dir = tempfile::tempdir_in(std::env::temp_dir().canonicalize().unwrap()).unwrap();
        prepare(dir.path());
        let (sender, hints) = mpsc::channel();
        let watcher = Watcher::start(move |hint| drop(sender.send(hint)));
        let targets = vec![target(dir.path().to_owned())];
        let mut fixture = Self { dir, watcher, hints, targets };
        fixture.arm();
        fixture
    }

    pub(crate) fn file(name: &str, prepare: impl FnOnce(&Path)) -> Self {
        Self::new(prepare, |dir| Target::File(dir.join(name)))
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn write(&self, name: &str) {
        fs::write(self.path(name), "port = 1").unwrap();
    }

    /// Saves a file like most tools.
    pub(crate) fn replace(&self, name: &str) {
        let temporary = self.path(name).with_extension("tmp");
        fs::write(&temporary, "port = 1").unwrap();
        fs::rename(temporary, self.path(name)).unwrap();
    }

    pub(crate) fn arm(&mut self) {
        self.watcher.arm(&self.targets);
    }

    /// All hints for changes up to now.
    pub(crate) fn hints(&mut self) -> Vec<Hint> {
        self.watcher.flush();
        self.hints.try_iter().collect()
    }

    /// Checks that the last change produced a hint, and that an edit of the file `name` then
    /// produces one.
    pub(crate) fn noticed_and_alive(&mut self, name: &str) {
        assert_ne!(self.hints(), [], "not noticed");
        self.arm_until_silent();
        self.write(name);
        let hints = self.hints();
        assert!(hints.contains(&Hint::Settled(self.path(name))), "an edit is not noticed: {hints:?}");
    }

    /// Like the engine, arms again for every hint.
    fn arm_until_silent(&mut self) {
        self.arm();
        while !self.hints().is_empty() {
            self.arm();
        }
    }
}

pub(crate) fn plain(dir: &Path) {
    fs::write(dir.join("app.toml"), "port = 0").unwrap();
}
