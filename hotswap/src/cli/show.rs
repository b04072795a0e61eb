//! `show`.

use std::io;

use super::{
    output::{End, Output},
    select::Selection,
};
use crate::{
    builder::Builder,
    config::HotConfig,
    effective::{self, Secrets},
};

/// Arguments of `show`.
#[derive(Clone, Debug, clap::Args)]
#[non_exhaustive]
pub struct Show {
    /// What to show.
    #[command(flatten)]
    pub selection: Selection,
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
        let secrets = if self.redacted { Secrets::Masked } else { Secrets::LeftOut };
        let published = config.core.current.load_full();
        let document = effective::document(&*published.root, &published.tree, secrets);
        output.json(&document.to_json())?;
        Ok(End::Done)
    }
}
