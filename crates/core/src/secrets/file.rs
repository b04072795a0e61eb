//! `file:/path`: secrets that something else puts into files.

mod exposure;
mod fence;

use std::{
    io,
    path::{Path, PathBuf},
    sync::Mutex,
};

use fence::Fence;

use super::{BoxFuture, FetchError, FetchErrorKind, Fetched, Location, Payload, SecretProvider};
use crate::{
    source::{
        Changed,
        mount::Mounts,
        read::{self, within},
        read_error::ReadError,
        stamp::Stamp,
    },
    sync::lock,
    watch::{
        Watcher,
        hint::Hint,
        resolved_path::{ResolvedPath, Target},
    },
};

/// More than any secret; what is larger is most likely another file.
const MAX_SIZE: u64 = 1024 * 1024;
/// A file may be swapped between two looks at its path; this often, a fresh look is taken at once.
const TRIES: usize = 4;

/// Reads secrets from files: the mounts of Kubernetes and Docker, or what an agent writes. The provider of
/// `file:`.
///
/// A file is one text; with `#key` it is read as JSON. One line end after it is left out. A file that is not UTF-8 is
/// bytes, all of them, for a `Secret<Vec<u8>>`. Files are opened once, of regular ones only, and watched: a new content is there a moment after it was written or swapped in.
///
/// A file that everybody may write is refused; [`private`](Self::private) is stricter. A directory on the way to it in which
/// everybody may replace files is a warning, unless it is sticky or mounted read-only.
///
/// A reference may come from a file that somebody else writes. So it cannot name what is in `/proc`, `/sys` and `/dev` (but for
/// `/dev/shm`), however the path is spelled and whichever links lead there; [`allow`](Self::allow) lifts that for a directory.
/// [`under`](Self::under) admits one directory and nothing else.
///
/// ```
/// use hotswap::{HotConfig, Secret, secrets::File};
///
/// #[derive(serde::Deserialize, HotConfig)]
/// struct Config {
///     #[hot(secret = "file:password")]
///     password: Secret<String>,
/// }
///
/// # let folder = tempfile::tempdir()?;
/// # std::env::set_current_dir(&folder)?;
/// std::fs::write("password", "hunter2\n")?;
/// let config = Config::hot_builder().load()?;
/// assert_eq!(config.password().expose(), "hunter2");
///
/// // Readable for the group, as `std::fs::write` makes it.
/// # #[cfg(unix)]
/// assert!(Config::hot_builder().secrets("file", File::new().private()).load().is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct File {
    private: bool,
    fence: Fence,
    watch: Mutex<Option<Armed>>,
}

struct Armed {
    watcher: Watcher,
    targets: Vec<Target>,
}

impl std::fmt::Debug for Armed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(&self.targets).finish()
    }
}

impl File {
    /// Takes any file but those that everybody may write, and those in which the system shows itself: mounts of Kubernetes are
    /// readable for all.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes only files that nobody but their owner may read or write. On Unix; elsewhere it changes nothing.
    pub fn private(self) -> Self {
        Self { private: true, ..self }
    }

    /// Takes only files below this directory, links followed; and those that [`allow`](Self::allow) names.
    ///
    /// ```
    /// use hotswap::{HotConfig, Secret, secrets::File};
    ///
    /// #[derive(serde::Deserialize, HotConfig)]
    /// struct Config {
    ///     #[hot(secret = "file:secrets/../password")]
    ///     password: Secret<String>,
    /// }
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # std::env::set_current_dir(&folder)?;
    /// std::fs::create_dir("secrets")?;
    /// std::fs::write("password", "hunter2")?;
    /// let error = Config::hot_builder().secrets("file", File::under("secrets")).check().err().unwrap();
    /// assert!(error.to_string().contains("it is outside of secrets"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn under(dir: impl Into<PathBuf>) -> Self {
        Self { fence: Fence::under(dir.into()), ..Self::default() }
    }

    /// Also takes files at or below this path: one in `/proc`, `/sys` or `/dev`, or outside of the directory of
    /// [`under`](Self::under).
    ///
    /// ```
    /// use hotswap::secrets::File;
    ///
    /// // A file that whoever starts the program hands over as an open descriptor.
    /// let file = File::new().allow("/dev/fd");
    /// # let _ = file;
    /// ```
    pub fn allow(mut self, path: impl Into<PathBuf>) -> Self {
        self.fence.allow(path.into());
        self
    }

    fn read(&self, location: &Location) -> Result<Fetched, FetchError> {
        let path = Path::new(location.as_str());
        let mut outcome = self.attempt(path);
        for _ in 1..TRIES {
            match &outcome {
                // While a link is swapped, the old directory can go away under a path walk that is on its way.
                Err(error)
                    if matches!(error.kind(), FetchErrorKind::NotFound | FetchErrorKind::Unreachable) => {}
                _ => break,
            }
            outcome = self.attempt(path);
        }
        outcome
    }

    fn may_be_watched(&self, target: &Target) -> bool {
        let Target::File(path) = target else { return false };
        self.fence.check_path(path, &ResolvedPath::resolve(std::slice::from_ref(target))).is_ok()
    }

    fn attempt(&self, path: &Path) -> Result<Fetched, FetchError> {
        let sorted = |error| refusal(&ReadError::from_io(path, error));
        let chain = ResolvedPath::resolve(&[Target::File(path.to_owned())]);
        self.fence.check_path(path, &chain)?;
        let file = read::open(path).map_err(|error| refusal(&error))?;
        let mounts = Mounts::read();
        self.fence.check_open(path, &file, &mounts)?;
        let metadata = file.metadata().map_err(sorted)?;
        #[cfg(unix)]
        exposure::check_file(&metadata, self.private)?;
        let before = Stamp::from_metadata(&metadata);
        let bytes = within(&file, before.len, MAX_SIZE).map_err(sorted)?;
        let bytes = bytes.ok_or_else(|| refusal(&ReadError::TooLarge { limit: MAX_SIZE }))?;
        let after = Stamp::from_metadata(&file.metadata().map_err(sorted)?);
        let payload = payload(bytes)?;
        if !before.same_state(&after) {
            return Err(FetchError::unreachable("the file is being written"));
        }
        let warnings = exposure::warn_of_directories(&chain, self.private, &mounts);
        Ok(Fetched::new(payload).with_warnings(warnings))
    }
}

impl SecretProvider for File {
    fn fetch<'a>(&'a self, locations: &'a [Location]) -> BoxFuture<'a, Vec<Result<Fetched, FetchError>>> {
        // Watches come before the read, so that a change after it is told.
        if let Some(Armed { watcher, targets }) = &mut *lock(&self.watch) {
            watcher.arm(targets);
        }
        let read = locations.iter().map(|location| self.read(location)).collect();
        Box::pin(std::future::ready(read))
    }

    fn watch(&self, locations: &[Location], changed: Changed) {
        let paths = locations.iter().map(|at| Path::new(at.as_str()));
        let targets = paths.map(|path| Target::File(path.to_owned()));
        // One that is refused is not watched either.
        let targets: Vec<_> = targets.filter(|target| self.may_be_watched(target)).collect();
        let mut watch = lock(&self.watch);
        if targets.is_empty() {
            *watch = None;
            return;
        }
        let hint = changed.clone();
        let mut watcher = Watcher::start(move |_: Hint| hint.notify());
        watcher.arm(&targets);
        *watch = Some(Armed { watcher, targets });
        // What changed since it was read was not watched yet.
        changed.notify();
    }
}

/// A text without the line end that editors and `echo` put behind everything; bytes as they are.
fn payload(bytes: Vec<u8>) -> Result<Payload, FetchError> {
    let mut text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => return Ok(Payload::bytes(error.into_bytes())),
    };
    let line_end = ["\r\n", "\n"].into_iter().find(|end| text.ends_with(end)).map_or(0, str::len);
    text.truncate(text.len() - line_end);
    match text.is_empty() {
        true => Err(FetchError::invalid("the file is empty")),
        false => Ok(Payload::text(text)),
    }
}

fn refusal(error: &ReadError) -> FetchError {
    let denied = |error: &io::Error| error.kind() == io::ErrorKind::PermissionDenied;
    let (kind, help) = match error {
        ReadError::Missing { .. } => (FetchErrorKind::NotFound, Some("create the file, or correct the path")),
        ReadError::Denied => (FetchErrorKind::Denied, error.help()),
        ReadError::TooLarge { .. } => {
            (FetchErrorKind::Invalid, Some("name the file that holds the secret and nothing else"))
        }
        ReadError::Io(system) if denied(system) => (FetchErrorKind::Denied, error.help()),
        ReadError::Io(_) => (FetchErrorKind::Unreachable, error.help()),
        _ => (FetchErrorKind::Invalid, error.help()),
    };
    FetchError::new(kind, error.to_string()).with_any_help(help)
}
