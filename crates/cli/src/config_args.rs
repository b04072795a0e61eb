//! Arguments for the sources of a command.

use std::path::{Path, PathBuf};

use hotswap_core::{
    Builder, Error, HotConfig,
    support::command_line::{Rejected, examine},
};

/// Arguments that select files and a profile; also for other commands of the program.
///
/// ```
#[doc = include_str!("../../core/src/example.txt")]
/// use clap::Parser;
///
/// #[derive(Parser)]
/// struct Program {
///     #[command(flatten)]
///     selection: hotswap::cli::Selection,
/// }
///
/// std::fs::write("other.toml", "rate_limit.max = 7")?;
/// let program = Program::try_parse_from(["program", "--file", "other.toml"])?;
/// let config = program.selection.apply(Config::hot_builder()).load()?;
/// assert_eq!(config.rate_limit_max(), 7);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, clap::Args)]
#[non_exhaustive]
pub struct Selection {
    /// Read this file instead of the program's own; may be repeated, the last one wins
    #[arg(long = "file", value_name = "PATH")]
    pub files: Vec<PathBuf>,
    /// Use this profile
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
}

impl Selection {
    /// Applies the selection to a builder. Variables, dotenv files and sources of the program stay.
    pub fn apply<T: HotConfig>(&self, mut builder: Builder<T>) -> Builder<T> {
        if !self.files.is_empty() {
            builder = self.files.iter().fold(builder.without_files(), Builder::file);
        }
        match &self.profile {
            Some(profile) => builder.profile(profile),
            None => builder,
        }
    }

    /// Parses an argument of `diff`: a file if it exists or looks like one, else a profile.
    pub(super) fn named(text: &str) -> Self {
        let path = Path::new(text);
        if path.is_file() || path.extension().is_some() || text.contains(std::path::MAIN_SEPARATOR) {
            return Self { files: vec![path.to_owned()], profile: None };
        }
        Self { files: Vec::new(), profile: Some(text.to_owned()) }
    }

    /// Examines the sources of a configuration that did not load.
    pub(super) fn examine<T: HotConfig>(&self, builder: Builder<T>, why: &Error) -> Result<Rejected, Error> {
        examine(self.apply(builder).watch(false), why)
    }

    /// Loads once.
    pub(super) fn load<T: HotConfig>(&self, builder: Builder<T>) -> Result<T::Handle, Error> {
        self.apply(builder).watch(false).no_history().load()
    }
}
