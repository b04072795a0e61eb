//! `explain`.

use std::{fmt::Display, io};

use hotswap_core::{Builder, Error, HotConfig};
use serde::Serialize;

use super::{
    config_args::Selection,
    output::{End, Output},
};

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
    pub(super) fn run<T: HotConfig>(
        &self,
        builder: impl Fn() -> Builder<T>,
        output: &mut Output<'_>,
    ) -> io::Result<End> {
        let config = match self.selection.load(builder()) {
            Ok(config) => config,
            Err(error) => return self.rejected(builder(), &error, output),
        };
        let Some(path) = &self.path else {
            self.print(&config.explain_all(), output)?;
            return Ok(End::Done);
        };
        let explanation = config.explain(path);
        self.print(&explanation, output)?;
        Ok(if explanation.known { End::Done } else { End::No })
    }

    /// Shows the values in the layers, and all problems.
    fn rejected<T: HotConfig>(
        &self,
        builder: Builder<T>,
        why: &Error,
        output: &mut Output<'_>,
    ) -> io::Result<End> {
        let examined = match self.selection.examine(builder, why) {
            Ok(examined) => examined,
            Err(error) => return output.report(&error).map(|()| End::Failed),
        };
        match &self.path {
            Some(path) => self.print(&examined.explain(path), output)?,
            None => self.print(&examined.explain_all(), output)?,
        }
        output.report(why)?;
        Ok(End::Failed)
    }

    fn print(&self, what: &(impl Serialize + Display), output: &mut Output<'_>) -> io::Result<()> {
        if self.json { output.json(what) } else { writeln!(output.out, "{what}") }
    }
}
