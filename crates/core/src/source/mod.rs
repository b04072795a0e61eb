//! The sources of values: each source yields a layer, a value tree that knows the positions of its values.

pub(crate) mod advice;
pub(crate) mod dir;
pub(crate) mod dotenv;
pub(crate) mod env;
mod findings;
pub(crate) mod format;
mod layer;
pub(crate) mod locate;
pub(crate) mod masked;
pub(crate) mod mount;
pub(crate) mod names;
pub(crate) mod parsed_layer;
pub(crate) mod read;
pub(crate) mod read_error;
pub(crate) mod redacted_text;
pub(crate) mod sealed;
pub(crate) mod stamp;
pub(crate) mod together;

use std::{any::Any, path::PathBuf, sync::Arc};

use zeroize::Zeroizing;

pub(crate) use findings::{of_defaults, plain_secret};
pub(crate) use layer::{Layer, Named, OriginIndex, SourceId, holds_template, same_file};

use crate::{
    error::Error,
    issue::{Issue, IssueKind, Origin},
    keys::Keys,
    process::Process,
    ser,
    source::format::{Format, text::Flaw},
    value::Value,
};

/// How unknown keys are handled; for [`Builder::unknown_keys`](crate::Builder::unknown_keys), which has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnknownKeys {
    /// The configuration is rejected; the default for files.
    Deny,
    /// A warning is reported; the default for the environment.
    Warn,
    /// Unknown keys are ignored.
    Allow,
}

/// Priorities of the sources, lowest first; [`Source::priority`](crate::Source::priority) returns a number on the same
/// scale.
///
/// Attribute defaults are below all of them, and values set at run time above.
///
/// ```
/// use hotswap::priority;
///
/// assert!(priority::FILES < priority::DOTENV);
/// assert!(priority::DOTENV < priority::ENVIRONMENT);
/// assert!(priority::ENVIRONMENT < priority::SOURCES);
/// ```
pub mod priority {
    /// Files and directories.
    pub const FILES: i32 = 100;
    /// Dotenv files.
    pub const DOTENV: i32 = 200;
    /// Environment variables.
    pub const ENVIRONMENT: i32 = 300;
    /// Sources added by [`Builder::layer`](crate::Builder::layer) and
    /// [`Builder::source`](crate::Builder::source).
    pub const SOURCES: i32 = 400;
}

/// A custom source of configuration.
///
/// It is read on the engine's own thread, so it may block; a read never delays readers or writers of the
/// configuration.
///
/// ```
/// use hotswap::{HotConfig, Reading, Source};
///
/// struct Answer;
///
/// impl Source for Answer {
///     fn name(&self) -> String {
///         "the answer".into()
///     }
///     fn read(&mut self) -> Result<Reading, hotswap::SourceError> {
///         Ok(Reading::values(&serde_json::json!({ "answer": 42 }))?)
///     }
/// }
///
/// #[derive(serde::Deserialize, HotConfig)]
/// struct Config {
///     answer: u32,
/// }
///
/// let config = Config::hot_builder().source(Answer).load()?;
/// assert_eq!(config.answer(), 42);
/// # Ok::<(), hotswap::Error>(())
/// ```
pub trait Source: Send + 'static {
    /// The name for reports and the status. It is called once. User info, query and fragment of a URL in it are shown
    /// as `***`.
    fn name(&self) -> String;

    /// Its precedence among the sources, on the scale of [`priority`]; [`priority::SOURCES`] if `None`. Sources of
    /// equal priority keep the order of the builder's calls.
    fn priority(&self) -> Option<i32> {
        None
    }

    /// Reads the current content of the source. A reading that equals the last one changes nothing.
    ///
    /// # Errors
    /// The source cannot be read. The last reading stays in force; at start the load fails.
    ///
    /// # Panics
    /// It may panic: a panic counts as a read error.
    fn read(&mut self) -> Result<Reading, SourceError>;

    /// Called once, before the first read. Store `changed`, and call it when a new read may give other
    /// content. The source is also read at every poll.
    fn watch(&mut self, changed: Changed) {
        drop(changed);
    }
}

/// Notifies the engine that a source has changed; see [`Source::watch`]. It does not keep the configuration alive.
///
/// ```
/// # use hotswap::HotConfig;
/// use hotswap::{Changed, Reading, Source, SourceError};
///
/// /// Counts up, once a second.
/// struct Clock(u32);
///
/// impl Source for Clock {
///     fn name(&self) -> String {
///         "the clock".into()
///     }
///     fn read(&mut self) -> Result<Reading, SourceError> {
///         self.0 += 1;
///         Ok(Reading::values(&serde_json::json!({ "seconds": self.0 }))?)
///     }
///     fn watch(&mut self, changed: Changed) {
///         std::thread::spawn(move || {
///             loop {
///                 std::thread::sleep(std::time::Duration::from_secs(1));
///                 changed.notify();
///             }
///         });
///     }
/// }
///
/// #[derive(serde::Deserialize, HotConfig)]
/// struct Config {
///     seconds: u32,
/// }
///
/// assert_eq!(Config::hot_builder().source(Clock(0)).check()?.seconds, 1);
/// # Ok::<(), hotswap::Error>(())
/// ```
#[derive(Clone)]
pub struct Changed(pub(crate) Arc<dyn Fn() + Send + Sync>);

impl Changed {
    pub(crate) fn new(call: impl Fn() + Send + Sync + 'static) -> Self {
        let process = Process::current();
        // In a fork the engine does not run, and the locks may be held by threads that do not exist.
        Self(Arc::new(move || {
            if process.is_current() {
                call();
            }
        }))
    }

    /// Requests a new read; cheap, and never blocks. Does nothing once the configuration has been dropped.
    pub fn notify(&self) {
        (self.0)();
    }
}

impl std::fmt::Debug for Changed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Changed")
    }
}

/// The error of a source that cannot be read. Created from any error, or from a text.
///
/// Its message is shown in reports, so it must not contain a secret. A [`hotswap::Error`](Error) keeps all of its
/// problems and their origins.
///
/// ```
/// use hotswap::SourceError;
///
/// fn read() -> Result<String, SourceError> {
///     Ok(std::fs::read_to_string("no/such/file")?)
/// }
/// assert!(read().is_err());
/// let _error: SourceError = "the server says no".into();
/// ```
#[derive(Debug)]
pub struct SourceError(pub(crate) Error);

impl<E: std::fmt::Display + 'static> From<E> for SourceError {
    fn from(error: E) -> Self {
        // A report keeps its problems and their origins; any other error has only a message.
        let report = (&error as &dyn Any).downcast_ref::<Error>().cloned();
        let words = || Issue::new(IssueKind::Unreadable, Keys::root(), error.to_string()).into();
        Self(report.unwrap_or_else(words))
    }
}

/// The result of reading a [`Source`].
#[derive(Clone)]
pub struct Reading {
    pub(crate) tree: Value,
    pub(crate) text: Option<(Format, Arc<Zeroizing<String>>)>,
}

/// Which parts are secret is not known yet.
impl std::fmt::Debug for Reading {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reading").finish_non_exhaustive()
    }
}

impl Reading {
    /// A text in one of the file formats; problems are then reported with line and column.
    ///
    /// # Errors
    /// Every syntax error of the text.
    ///
    /// ```
    /// # use hotswap::HotConfig;
    /// use hotswap::{Format, Reading, Source, SourceError};
    ///
    /// /// What some server says.
    /// struct Remote(&'static str);
    ///
    /// impl Source for Remote {
    ///     fn name(&self) -> String {
    ///         "https://config.example".into()
    ///     }
    ///     fn read(&mut self) -> Result<Reading, SourceError> {
    ///         Ok(Reading::text(Format::Toml, self.0)?)
    ///     }
    /// }
    ///
    /// #[derive(Debug, serde::Deserialize, HotConfig)]
    /// struct Config {
    ///     port: u16,
    /// }
    ///
    /// assert_eq!(Config::hot_builder().source(Remote("port = 80")).check()?.port, 80);
    ///
    /// let report = |text| Config::hot_builder().source(Remote(text)).check().unwrap_err().to_string();
    /// assert!(report("port = 'x'").ends_with("found a string\n    at https://config.example:1:8"));
    /// assert!(report("\nport = =").ends_with("\n    at https://config.example:2:8"));
    /// # Ok::<(), hotswap::Error>(())
    /// ```
    pub fn text(format: Format, text: &str) -> Result<Self, Error> {
        // The name of the source is added when the engine has it.
        let place = |flaw: &Flaw| Origin::File {
            path: PathBuf::new(),
            line: Some(flaw.line),
            column: Some(flaw.column),
        };
        let issue = |flaw: Flaw| {
            let place = place(&flaw);
            Issue::new(IssueKind::Syntax, Keys::root(), flaw.message).at(place)
        };
        let tree = format::parse(format, text)
            .map_err(|flaws| Error::new(flaws.into_iter().map(issue).collect()))?;
        Ok(Self { tree, text: Some((format, Arc::new(text.to_owned().into()))) })
    }

    /// Any value that serializes to a table.
    ///
    /// # Errors
    /// The value does not serialize, or not to a table.
    ///
    /// ```
    /// use hotswap::Reading;
    ///
    /// assert!(Reading::values(&serde_json::json!({ "port": 80 })).is_ok());
    /// assert!(Reading::values(&80).is_err());
    /// ```
    pub fn values(values: &impl serde::Serialize) -> Result<Self, Error> {
        let issue = |message: String| Error::from(Issue::new(IssueKind::Syntax, Keys::root(), message));
        match ser::encode(values).map_err(|error| issue(error.to_string()))? {
            tree @ Value::Table(_) => Ok(Self { tree, text: None }),
            _ => Err(issue("a source must give a table".into())),
        }
    }

    /// An empty reading, which leaves all values to the other sources.
    ///
    /// ```
    /// # use hotswap::{HotConfig, Reading, Source, SourceError};
    /// # struct Silent;
    /// impl Source for Silent {
    ///     # fn name(&self) -> String { "silence".into() }
    ///     fn read(&mut self) -> Result<Reading, SourceError> {
    ///         Ok(Reading::empty())
    ///     }
    /// }
    /// # #[derive(serde::Deserialize, HotConfig)]
    /// # struct Config {
    /// #     #[hot(default = 80)]
    /// #     port: u16,
    /// # }
    /// assert_eq!(Config::hot_builder().source(Silent).check()?.port, 80);
    /// # Ok::<(), hotswap::Error>(())
    /// ```
    pub fn empty() -> Self {
        Self { tree: Value::empty(), text: None }
    }
}
