//! `explain`.

use std::{fmt::Display, io};

use serde::Serialize;

use super::{
    output::{End, Output},
    select::Selection,
};
use crate::{builder::Builder, config::HotConfig};

/// Arguments of `explain`.
#[derive(Clone, Debug, clap::Args)]
#[non_exhaustive]
pub struct Explain {
    /// The field, as `rate_limit.max`; every field if left out
    pub path: Option<String>,
    /// What to explain.
    #[command(flatten)]
    pub selection: Selection,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

impl Explain {
    pub(super) fn run<T: HotConfig>(&self, builder: Builder<T>, output: &mut Output<'_>) -> io::Result<End> {
        let config = match self.selection.load(builder) {
            Ok(config) => config,
            Err(error) => return output.report(&error).map(|()| End::Failed),
        };
        let Some(path) = &self.path else {
            self.print(&config.explain_all(), output)?;
            return Ok(End::Done);
        };
        let explanation = config.explain(path);
        self.print(&explanation, output)?;
        Ok(if explanation.known { End::Done } else { End::No })
    }

    fn print(&self, what: &(impl Serialize + Display), output: &mut Output<'_>) -> io::Result<()> {
        if self.json { output.json(what) } else { writeln!(output.out, "{what}") }
    }
}
