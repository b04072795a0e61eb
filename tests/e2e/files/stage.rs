//! The fixture of every row: a running configuration, a record of everything that was ever seen of it, and
//! the final checks of every row.

use std::{
    fs,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use hotswap::{Builder, Change, Error, Health, HotConfig, Subscription};
use serde::{Deserialize, Serialize};

use crate::support::{Folder, eventually};

/// There is no poll in a test unless it requests one, so changes are found by events.
const NEVER: Duration = Duration::from_secs(3600);

/// A configuration that shows whether it is complete: every field can be missing, and all have the same
/// value.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, HotConfig)]
pub(crate) struct Config {
    #[hot(default = 0)]
    pub(crate) number: u64,
    #[hot(default = "")]
    pub(crate) text: String,
    #[hot(default = 0)]
    pub(crate) again: u64,
    /// From a separate file.
    #[hot(default = 0)]
    pub(crate) mark: u64,
}

impl Config {
    pub(crate) fn is_whole(&self) -> bool {
        self.number > 0 && self.again == self.number && self.text == format!("t{}", self.number)
    }
}

/// Complete content. Most of its prefixes are valid TOML, but none of them is complete.
pub(crate) fn whole(number: u64) -> String {
    format!("number = {number}\ntext = \"t{number}\"\nagain = {number}\n")
}

/// A running configuration with a reader and a subscriber.
pub(crate) struct Stage {
    pub(crate) folder: Folder,
    pub(crate) config: ConfigHandle,
    /// The file whose edits only show that earlier changes have been handled.
    marks: Folder,
    mark: u64,
    /// The expected version after the edits so far.
    version: u64,
    seen: Arc<Seen>,
    reader: Option<JoinHandle<()>>,
    _subscriptions: [Subscription; 2],
}

/// The values that readers and subscribers saw.
#[derive(Default)]
struct Seen {
    contents: Mutex<Vec<Config>>,
    published: Mutex<Vec<(u64, Config)>>,
    errors: Mutex<Vec<String>>,
    done: AtomicBool,
}

impl Stage {
    /// With one required file, `app.toml`, that contains [`whole(1)`](whole).
    pub(crate) fn one_file() -> Self {
        Self::on(Folder::with("app.toml", &whole(1)), |builder, folder| builder.file(folder.path("app.toml")))
    }

    /// With the sources that `sources` adds to the builder.
    #[track_caller]
    pub(crate) fn on(
        folder: Folder,
        sources: impl FnOnce(Builder<Config>, &Folder) -> Builder<Config>,
    ) -> Self {
        let marks = Folder::with("mark.toml", "mark = 0");
        let builder = Config::hot_builder().poll_interval(NEVER).file(marks.path("mark.toml"));
        let config = sources(builder, &folder).load().expect("loaded");
        let seen = Arc::new(Seen::default());
        let subscriptions = [seen.subscribe(&config), seen.hear_errors(&config)];
        let reader = Some(seen.read(&config));
        Self { folder, config, marks, mark: 0, version: 1, seen, reader, _subscriptions: subscriptions }
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        self.folder.write(name, text);
    }

    pub(crate) fn replace(&self, name: &str, text: &str) {
        self.folder.replace(name, text);
    }

    pub(crate) fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path(name)
    }

    /// Waits until `number` is published, and asserts that it took one version.
    #[track_caller]
    pub(crate) fn publishes(&mut self, number: u64) {
        self.publishes_within(number, 1);
    }

    /// Waits until `number` is published, and asserts the maximum number of versions that it took.
    #[track_caller]
    pub(crate) fn publishes_within(&mut self, number: u64, most: u64) {
        eventually(&format!("{number} is published"), || self.config.number() == number);
        let more = self.config.version() - self.version;
        assert!((1..=most).contains(&more), "{more} versions for {number}");
        self.version += more;
    }

    /// Asserts that earlier changes published nothing more: a following edit of another file gives the only
    /// version.
    #[track_caller]
    pub(crate) fn publishes_nothing_more(&mut self) {
        let number = self.config.number();
        self.mark += 1;
        self.marks.replace("mark.toml", &format!("mark = {}", self.mark));
        eventually("the mark is published", || self.config.mark() == self.mark);
        self.version += 1;
        assert_eq!(self.config.version(), self.version, "{:?}", self.seen.published());
        assert_eq!(self.config.number(), number);
    }

    /// Waits until a reload is refused for this reason, and asserts that the last good configuration stays in
    /// force and that the status gives the reason.
    #[track_caller]
    pub(crate) fn refuses(&mut self, reason: &str) {
        eventually(&format!("a reload is refused: {reason}; {:?}", self.seen.errors()), || {
            self.seen.errors().iter().any(|error| error.contains(reason))
        });
        let status = self.config.status();
        let last = status.last_error.unwrap_or_default();
        assert!(last.contains(reason), "the status says: {last}");
        assert!(status.sources.iter().any(|source| source.health == Health::Failing), "{:?}", status.sources);
        assert_eq!(self.config.version(), self.version, "{:?}", self.seen.published());
        self.seen.forget_errors();
    }

    /// The message in the status of an unhealthy source.
    pub(crate) fn degraded(&self) -> Option<String> {
        let sources = self.config.status().sources;
        sources.into_iter().find(|source| source.health == Health::Degraded)?.message
    }

    /// Ends the row: one more edit in place of `app.toml` is detected, and only complete content was ever seen.
    #[track_caller]
    pub(crate) fn stays_alive(self) {
        self.stays_alive_by(|folder, text| folder.write("app.toml", text));
    }

    /// Ends the row with an edit of another kind.
    #[track_caller]
    pub(crate) fn stays_alive_by(mut self, edit: impl FnOnce(&Folder, &str)) {
        let next = self.config.number() + 1000;
        edit(&self.folder, &whole(next));
        self.publishes(next);
        self.publishes_nothing_more();
        let status = self.config.status();
        assert_eq!(status.last_error, None);
        assert!(status.sources.iter().all(|source| source.health != Health::Failing), "{:?}", status.sources);
        self.stop();
        self.seen.assert_whole();
    }

    fn stop(&mut self) {
        self.seen.done.store(true, Ordering::Release);
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Seen {
    fn subscribe(self: &Arc<Self>, config: &ConfigHandle) -> Subscription {
        let seen = Arc::clone(self);
        config.subscribe(move |change: &Change<Config>| {
            let content = (change.version(), change.new().clone());
            seen.published.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push(content);
        })
    }

    fn hear_errors(self: &Arc<Self>, config: &ConfigHandle) -> Subscription {
        let seen = Arc::clone(self);
        config.on_reload_error(move |error: &Error| {
            seen.errors.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push(error.to_string());
        })
    }

    /// A reader that reads continuously.
    fn read(self: &Arc<Self>, config: &ConfigHandle) -> JoinHandle<()> {
        let (seen, config) = (Arc::clone(self), config.clone());
        thread::spawn(move || {
            while !seen.done.load(Ordering::Acquire) {
                let content = Config::clone(&config.load());
                let mut contents = seen.contents.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
                if contents.last() != Some(&content) {
                    contents.push(content);
                }
                drop(contents);
                thread::sleep(Duration::from_micros(500));
            }
        })
    }

    fn errors(&self) -> Vec<String> {
        self.errors.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }

    fn forget_errors(&self) {
        self.errors.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clear();
    }

    fn published(&self) -> Vec<(u64, Config)> {
        self.published.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }

    #[track_caller]
    fn assert_whole(&self) {
        let published = self.published();
        let read = self.contents.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let mut all = published.iter().map(|(_, content)| content).chain(read.iter());
        assert!(all.all(Config::is_whole), "{published:?} {read:?}");
        let grows = |pair: &[(u64, Config)]| pair[0].0 < pair[1].0 && pair[0].1 != pair[1].1;
        assert!(published.windows(2).all(grows), "{published:?}");
    }
}

/// Runs a shell script in a directory, with these parameters.
#[track_caller]
pub(crate) fn shell(dir: &Path, script: &str, parameters: &[&str]) {
    let mut command = std::process::Command::new("sh");
    command.args(["-e", "-c", script, "sh"]).args(parameters).current_dir(dir);
    let output = command.output().expect("a shell");
    assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Updates a mounted ConfigMap like Kubernetes: a new directory, a link renamed over the old one, the old
/// directory removed.
pub(crate) fn publish_config_map(mount: &Path, generation: u64, files: &[(&str, &str)]) {
    let (new, old) = (format!("..{generation}"), fs::read_link(mount.join("..data")));
    fs::create_dir_all(mount.join(&new)).expect("made");
    for (name, text) in files {
        fs::write(mount.join(&new).join(name), text).expect("written");
    }
    let next = mount.join("..data_tmp");
    let _ = fs::remove_file(&next);
    std::os::unix::fs::symlink(&new, &next).expect("linked");
    fs::rename(next, mount.join("..data")).expect("renamed");
    for (name, _) in files {
        // Only the first time, because the links to the files stay.
        let _ = std::os::unix::fs::symlink(Path::new("..data").join(name), mount.join(name));
    }
    if let Ok(old) = old {
        fs::remove_dir_all(mount.join(old)).expect("removed");
    }
}
