//! `show`.

use std::io;

use hotswap_core::{Builder, HotConfig, support::command_line};

use super::{
    config_args::Selection,
    output::{End, FileFormat, Output},
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
        match command_line::text(&*config, self.format.into(), self.redacted) {
            Ok(text) => write!(output.out, "{text}").map(|()| End::Done),
            Err(why) => writeln!(output.err, "{why}").map(|()| End::Failed),
        }
    }
}
