//! `file:/path`: secrets in files that another program writes.

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

/// Larger than any secret; a larger file is most likely not a secret.
const MAX_SIZE: u64 = 1024 * 1024;
/// The number of immediate retries if a file is swapped while its path is resolved.
const TRIES: usize = 4;

/// Reads secrets from files: mounts of Kubernetes and Docker, or files of an agent. The provider of
/// `file:`.
///
/// A file is one text; with `#key` it is read as JSON. One trailing line break is removed. A file that is not UTF-8 is
/// read as bytes without changes, for a `Secret<Vec<u8>>`. Only regular files are read. They are opened once and
/// watched: new content is detected shortly after it was written or swapped in. A relative path is relative to the
/// working directory at the time of the load.
///
/// A world-writable file is refused; [`private`](Self::private) is stricter. A world-writable directory on its path is
/// a warning, unless it is sticky or mounted read-only.
///
/// A reference may come from a file that others write. So it cannot name files in `/proc`, `/sys` and `/dev` (except
/// `/dev/shm`), by any spelling or link; [`allow`](Self::allow) permits a directory there. [`under`](Self::under)
/// permits one directory and nothing else.
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
    /// Accepts any file that is not world-writable and not in a file system of the kernel. World-readable files are
    /// accepted, because mounts of Kubernetes are.
    pub fn new() -> Self {
        Self::default()
    }

    /// Accepts only files that no other user than their owner may read or write. On Unix; elsewhere it has no
    /// effect.
    pub fn private(self) -> Self {
        Self { private: true, ..self }
    }

    /// Accepts only files below this directory, after following links, and files permitted by
    /// [`allow`](Self::allow).
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

    /// Also accepts files at or below this path: one in `/proc`, `/sys` or `/dev`, or outside of the directory
    /// of [`under`](Self::under).
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

    fn path(&self, location: &Location) -> PathBuf {
        self.fence.directory.resolve(Path::new(location.as_str()))
    }

    fn read(&self, location: &Location) -> Result<Fetched, FetchError> {
        let path = self.path(location);
        let mut outcome = self.attempt(&path);
        for _ in 1..TRIES {
            match &outcome {
                // While a link is swapped, the old directory can disappear during the resolution of a path.
                Err(error)
                    if matches!(error.kind(), FetchErrorKind::NotFound | FetchErrorKind::Unreachable) => {}
                _ => break,
            }
            outcome = self.attempt(&path);
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
        // Watches are set before the read, so that a later change is reported.
        if let Some(Armed { watcher, targets }) = &mut *lock(&self.watch) {
            watcher.arm(targets);
        }
        let read = locations.iter().map(|location| self.read(location)).collect();
        Box::pin(std::future::ready(read))
    }

    fn working_directory(&self, directory: &Path) {
        self.fence.directory.set(directory);
    }

    fn watch(&self, locations: &[Location], changed: Changed) {
        let targets = locations.iter().map(|location| Target::File(self.path(location)));
        // Refused files are not watched.
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
        // A change since the read was not watched yet.
        changed.notify();
    }
}

/// A text without the trailing line break that editors and `echo` add; bytes without changes.
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
