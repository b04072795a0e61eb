//! Where values come from: each source yields a layer, a value tree that knows where its values stand.

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

/// What happens to keys that no field takes; for [`Builder::unknown_keys`](crate::Builder::unknown_keys), which has an
/// example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnknownKeys {
    /// The configuration is rejected; what files do by default.
    Deny,
    /// A warning; what the environment does by default.
    Warn,
    /// Nothing.
    Allow,
}

/// Precedence of the sources, lowest first; a [`Source::priority`](crate::Source::priority) stands among these numbers.
///
/// Attribute defaults are below all of them, values set at run time above.
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
    /// What [`Builder::layer`](crate::Builder::layer) and [`Builder::source`](crate::Builder::source) add.
    pub const SOURCES: i32 = 400;
}

/// A place that configuration comes from and that is not built in.
///
/// It is read on the engine's own thread, so it may block; reads never hold up readers or writers.
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
    /// The name that reports and the status use. It is asked for once. Of a URL in it, user info, query and fragment are
    /// shown as `***`.
    fn name(&self) -> String;

    /// Where it stands among the other sources, by the numbers in [`priority`]; [`priority::SOURCES`] when `None`. Among
    /// equal numbers the order of the builder's calls counts.
    fn priority(&self) -> Option<i32> {
        None
    }

    /// Reads what the source says now. A reading that equals the last one changes nothing.
    ///
    /// # Errors
    /// Why it cannot be read. The last reading stays in force; at start the load fails.
    ///
    /// # Panics
    /// It may: a panic counts as a failure to read.
    fn read(&mut self) -> Result<Reading, SourceError>;

    /// Called once, before the first read: keep `changed` and call it when reading again may give something
    /// else. The source is read again at every poll too.
    fn watch(&mut self, changed: Changed) {
        drop(changed);
    }
}

/// Tells the engine that a source has something new; see [`Source::watch`]. It does not keep the configuration alive.
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
        // In a fork nobody reads what it asks for, and the locks on the way may be held by threads that are not there.
        Self(Arc::new(move || {
            if process.is_current() {
                call();
            }
        }))
    }

    /// Asks for a new read soon; cheap, and never blocks. Does nothing once the configuration is gone.
    pub fn notify(&self) {
        (self.0)();
    }
}

impl std::fmt::Debug for Changed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Changed")
    }
}

/// Why a source cannot be read. Made from any error, or from a text.
///
/// Its words are shown in reports, so they must hold no secret. A [`hotswap::Error`](Error) keeps all of its problems
/// and their places.
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
        // A report keeps its problems and their places; any other error has only its words.
        let report = (&error as &dyn Any).downcast_ref::<Error>().cloned();
        let words = || Issue::new(IssueKind::Unreadable, Keys::root(), error.to_string()).into();
        Self(report.unwrap_or_else(words))
    }
}

/// What a [`Source`] gives when it is read.
#[derive(Clone)]
pub struct Reading {
    pub(crate) tree: Value,
    pub(crate) text: Option<(Format, Arc<Zeroizing<String>>)>,
}

/// Nobody knows yet what of it is secret.
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

    /// Anything that serialises to a table.
    ///
    /// # Errors
    /// The value does not serialise, or not to a table.
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

    /// Nothing: every value is left to the other sources.
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
