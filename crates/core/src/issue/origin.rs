//! Where a value comes from.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::{
    excerpt,
    variant::{self, Variant},
};

/// Where a value, or the lack of one, comes from.
///
/// ```
#[doc = include_str!("../example.txt")]
/// std::fs::write("app.toml", "rate_limit.max = 5")?;
/// let config = Config::hot_load()?;
/// let origin = |path| config.explain(path).origin().map(ToString::to_string);
/// assert_eq!(origin("rate_limit.max").as_deref(), Some("at app.toml:1:18"));
/// assert_eq!(origin("rate_limit.burst").as_deref(), Some("from the default of the field"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", remote = "Self")]
#[non_exhaustive]
pub enum Origin {
    /// A position in a file.
    File {
        /// The path as the program gave it; bytes that are not valid Unicode are replaced when it is
        /// serialized.
        #[serde(serialize_with = "lossy")]
        path: PathBuf,
        /// Counted from 1; `None` for the whole file.
        line: Option<usize>,
        /// Counted from 1, in characters.
        column: Option<usize>,
    },
    /// An environment variable.
    Env {
        /// The name of the variable.
        name: String,
    },
    /// A value that was set at run time.
    Override,
    /// A default of the struct.
    Default,
    /// Any other source.
    Source {
        /// The result of [`Source::name`](crate::Source::name).
        name: String,
    },
    /// An origin that this version of the crate does not know, written by a newer one; its serialized name.
    #[serde(skip)]
    Other(String),
}

/// The serialized names of origins.
const ORIGINS: [&str; 5] = ["file", "env", "override", "default", "source"];

impl Serialize for Origin {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Other(name) => serializer.serialize_str(name),
            known => Self::serialize(known, serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Origin {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match variant::read(deserializer, &ORIGINS)? {
            Variant::Known(value) => Self::deserialize(value).map_err(D::Error::custom),
            Variant::Other(name) => Ok(Self::Other(name)),
        }
    }
}

/// serde refuses paths that are not Unicode, and a report must not be lost because of one.
pub(crate) fn lossy<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&path.to_string_lossy())
}

impl Origin {
    /// A whole file.
    pub(crate) fn file(path: impl Into<PathBuf>) -> Self {
        Self::File { path: path.into(), line: None, column: None }
    }

    pub(crate) fn env(name: impl Into<String>) -> Self {
        Self::Env { name: name.into() }
    }

    /// The source as a whole.
    pub(crate) fn source(&self) -> Self {
        match self {
            Self::File { path, .. } => Self::file(path),
            other => other.clone(),
        }
    }
}

/// Prints the second line of a problem: `at config/app.toml:14:7`.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line, column } => {
                // A file name may contain a newline or a terminal escape, which must not forge a line.
                let path = path.to_string_lossy();
                let shown = excerpt::name(&path);
                if path.contains(excerpt::is_hidden) {
                    write!(f, "at \"{shown}\"")?
                } else {
                    write!(f, "at {shown}")?
                }
                if let Some(line) = line {
                    write!(f, ":{line}")?;
                }
                column.iter().try_for_each(|column| write!(f, ":{column}"))
            }
            Self::Env { name } => write!(f, "from environment variable {}", excerpt::name(name)),
            Self::Override => f.write_str("from a value set at run time"),
            Self::Default => f.write_str("from the default of the field"),
            Self::Source { name } | Self::Other(name) => write!(f, "from {}", excerpt::name(name)),
        }
    }
}
