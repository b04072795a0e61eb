//! A file that changes in different ways: in place, by a rename, and sometimes with a mistake in
//! it.

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
    thread::sleep,
    time::{Duration, Instant},
};

use tempfile::TempDir;

const PAUSE: Duration = Duration::from_millis(100);
/// A limit that no other edit sets.
const LAST: u32 = 4321;

const MISTAKES: [&str; 3] = [
    "listen = \"127.0.0.1:0\"\nrate_limit = { per_second = 0 }\n",
    "listen = \"127.0.0.1:0\"\nlog_levle = \"warn\"\n",
    "listen = \"127.0.0.1:0\"\n[pool\nsize = 4\n",
];

/// Edits a configuration continuously.
pub struct Edits {
    folder: TempDir,
    made: u32,
}

impl Edits {
    /// A folder of its own, with the first configuration in it.
    pub fn new() -> io::Result<Self> {
        let edits = Self { folder: tempfile::tempdir()?, made: 0 };
        fs::write(edits.file(), settings(0, 500))?;
        Ok(edits)
    }

    /// The edited file.
    pub fn file(&self) -> PathBuf {
        self.folder.path().join("default.toml")
    }

    /// Edits ten times a second.
    pub fn until(mut self, deadline: Instant) -> io::Result<Self> {
        while Instant::now() < deadline {
            self.edit(self.made)?;
            self.made += 1;
            sleep(PAUSE);
        }
        Ok(self)
    }

    /// One more edit, and the limit that it sets.
    pub fn last(&self) -> io::Result<u32> {
        replace(&self.file(), &settings(0, LAST))?;
        Ok(LAST)
    }

    fn edit(&self, edit: u32) -> io::Result<()> {
        let text = match mistake(edit) {
            Some(text) => text.to_owned(),
            None => settings(edit, 100 + edit % 13 * 100),
        };
        if edit.is_multiple_of(3) { replace(&self.file(), &text) } else { fs::write(self.file(), text) }
    }
}

impl fmt::Display for Edits {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let made = self.made;
        let wrong = (0..made).filter_map(mistake).count();
        write!(out, "{made} edits, {wrong} of them wrong")
    }
}

fn replace(file: &Path, text: &str) -> io::Result<()> {
    let beside = file.with_extension("new");
    fs::write(&beside, text)?;
    fs::rename(beside, file)
}

/// Every seventh edit has one.
fn mistake(edit: u32) -> Option<&'static str> {
    (edit % 7 == 6).then(|| MISTAKES[edit as usize / 7 % MISTAKES.len()])
}

fn settings(edit: u32, per_second: u32) -> String {
    let level = ["error", "warn", "info", "debug", "trace"][edit as usize % 5];
    let size = 1 + edit % 16;
    format!(
        r#"listen = "127.0.0.1:0"
log_level = "{level}"

[rate_limit]
per_second = {per_second}
burst = {per_second}

[pool]
size = {size}
"#
    )
}
