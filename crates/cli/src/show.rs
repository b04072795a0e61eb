//! `show`.

use std::io;

use super::{
    output::{End, FileFormat, Output},
    select::Selection,
};
use crate::{
    builder::Builder,
    config::HotConfig,
    effective::{self, Secrets},
    save::document,
    value::Value,
};

/// Arguments of `show`.
#[derive(Clone, Debug, clap::Args)]
#[non_exhaustive]
pub struct Show {
    /// What to show.
    #[command(flatten)]
    pub selection: Selection,
    /// What to write
    #[arg(long, value_enum, default_value_t = FileFormat::Toml)]
    pub format: FileFormat,
    /// Show that a secret is there, as `***`, instead of leaving it out
    #[arg(long)]
    pub redacted: bool,
}

impl Show {
    pub(super) fn run<T: HotConfig>(&self, builder: Builder<T>, output: &mut Output<'_>) -> io::Result<End> {
        let config = match self.selection.load(builder) {
            Ok(config) => config,
            Err(error) => return output.report(&error).map(|()| End::Failed),
        };
        let references = config.core.board().references.clone();
        let secrets = if self.redacted { Secrets::Masked } else { Secrets::LeftOut(&references) };
        let published = config.core.current.load_full();
        let leaves = effective::leaves(&published, secrets).into_iter();
        let given = leaves.filter(|(_, value)| *value != Value::Null);
        match document(self.format.into(), given) {
            Ok(text) => write!(output.out, "{text}").map(|()| End::Done),
            Err(why) => writeln!(output.err, "{why}").map(|()| End::Failed),
        }
    }
}
