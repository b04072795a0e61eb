//! All parts together, in the order that the module requires: a small engine whose configuration is a text.

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

use crate::{
    source::{read::FileContent, together::read_together},
    watch::{
        Watcher,
        debounce::{Debounce, ReadPermit, Timing},
        hint::Hint,
        resolved_path::Target,
    },
};

struct Engine {
    path: PathBuf,
    watcher: Watcher,
    hints: Receiver<Hint>,
    debounce: Debounce,
    last: String,
    published: Vec<String>,
}

impl Engine {
    fn start(path: &Path) -> Self {
        let (sender, hints) = mpsc::channel();
        let mut watcher = Watcher::start(move |hint| drop(sender.send(hint)));
        watcher.arm(&[Target::File(path.to_owned())]);
        let last = fs::read_to_string(path).unwrap();
        let debounce = Debounce::new(Timing::default(), Instant::now());
        Self { path: path.to_owned(), watcher, hints, debounce, last, published: Vec::new() }
    }

    /// Runs until a text that ends in `end` is published.
    fn run_until(mut self, end: &str) -> Vec<String> {
        let start = Instant::now();
        while !self.published.last().is_some_and(|text| text.ends_with(end)) {
            assert!(start.elapsed() < Duration::from_secs(60), "only saw {:?}", self.published);
            self.wait();
            self.drain();
            if let Some(permit) = self.debounce.fire(Instant::now()) {
                self.read(permit);
            }
        }
        self.published
    }

    fn wait(&mut self) {
        let wait = self.debounce.next_deadline().saturating_duration_since(Instant::now());
        match self.hints.recv_timeout(wait) {
            Ok(hint) => self.debounce.on_hint(Instant::now(), &hint),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => panic!("the watcher has ended"),
        }
    }

    fn drain(&mut self) {
        let now = Instant::now();
        self.hints.try_iter().for_each(|hint| self.debounce.on_hint(now, &hint));
    }

    fn read(&mut self, permit: ReadPermit) {
        self.watcher.arm(&[Target::File(self.path.clone())]);
        self.watcher.flush();
        self.drain();
        if self.debounce.is_writing() && self.debounce.defer(Instant::now(), permit) {
            return;
        }
        let (_, outcome) = read_together(std::slice::from_ref(&self.path), 1 << 20).remove(0);
        self.watcher.flush();
        self.drain();
        let whole = |content: &FileContent| !content.torn && !content.is_blank();
        let finished = outcome.as_ref().is_ok_and(whole) && !self.debounce.was_written();
        if !finished && self.debounce.defer(Instant::now(), permit) {
            return;
        }
        if let Ok(content) = outcome
            && whole(&content)
            && *content.text != self.last
        {
            self.last.clone_from(&content.text);
            self.published.push(content.text.to_string());
        }
    }
}

/// Runs the engine on a file while `write` writes to it.
fn published(end: &str, write: impl FnOnce(&Path) + Send) -> Vec<String> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("app.toml");
    fs::write(&path, "0\n0\n").unwrap();
    let engine = Engine::start(&path);
    thread::scope(|scope| {
        scope.spawn(|| write(&path));
        engine.run_until(end)
    })
}

/// Writes in place, in two steps; a text is whole if its lines are the same.
fn rewrite(path: &Path, turn: &str) {
    let mut file = File::create(path).unwrap();
    writeln!(file, "{turn}").unwrap();
    writeln!(file, "{turn}").unwrap();
}

fn assert_whole(texts: &[String]) {
    for text in texts {
        let (first, second) = text.split_at(text.len() / 2);
        assert_eq!(first, second, "published half a file");
    }
}

#[test]
fn a_slow_write_is_published_once_and_whole() {
    let texts = published("c = 3\n", |path| {
        let mut file = File::create(path).unwrap();
        for line in ["a = 1\n", "b = 2\n", "c = 3\n"] {
            file.write_all(line.as_bytes()).unwrap();
            thread::sleep(Duration::from_millis(200));
        }
    });
    assert_eq!(texts, ["a = 1\nb = 2\nc = 3\n"]);
}

#[test]
fn a_file_that_is_truncated_before_it_is_written_is_never_published_empty() {
    let texts = published("2\n", |path| {
        fs::write(path, "").unwrap();
        thread::sleep(Duration::from_millis(150));
        fs::write(path, "2\n2\n").unwrap();
    });
    assert_eq!(texts, ["2\n2\n"]);
}

#[test]
fn a_restless_writer_is_followed_and_its_last_word_is_published() {
    let texts = published("end\n", |path| {
        let start = Instant::now();
        while start.elapsed() < Duration::from_millis(2500) {
            rewrite(path, &start.elapsed().as_micros().to_string());
            thread::sleep(Duration::from_millis(20));
        }
        rewrite(path, "end");
    });
    assert_whole(&texts);
    assert!(texts.len() > 1, "published nothing while the writer went on");
}

#[test]
fn nothing_that_a_hasty_writer_leaves_half_done_is_published() {
    let texts = published("end\n", |path| {
        let start = Instant::now();
        while start.elapsed() < Duration::from_millis(1500) {
            rewrite(path, &start.elapsed().as_micros().to_string());
            thread::sleep(Duration::from_millis(1));
        }
        rewrite(path, "end");
    });
    assert_whole(&texts);
}
