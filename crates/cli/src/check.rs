//! `check`.

use std::io;

use hotswap_core::{Builder, Error, HotConfig, support::command_line::warnings};

use super::{
    config_args::Selection,
    output::{End, Output, issues},
};

/// Arguments of `check`.
#[derive(Clone, Debug, clap::Args)]
#[non_exhaustive]
pub struct Check {
    /// What to check.
    #[command(flatten)]
    pub selection: Selection,
    /// Reject what would only be warned of
    #[arg(long)]
    pub deny_warnings: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

impl Check {
    pub(super) fn run<T: HotConfig>(&self, builder: Builder<T>, output: &mut Output<'_>) -> io::Result<End> {
        let (config, rejected) = match self.selection.load(builder) {
            Ok(config) => (Some(config), None),
            Err(error) => (None, Some(error)),
        };
        let warnings = config.as_deref().map(warnings);
        let warned = warnings.as_ref().is_some_and(|warnings| warnings.issues().len() > 0);
        let valid = rejected.is_none() && !(warned && self.deny_warnings);
        if self.json {
            let list = |error: &Option<Error>| error.as_ref().map(issues).unwrap_or_default();
            output.json(&serde_json::json!({
                "valid": valid,
                "issues": list(&rejected),
                "warnings": list(&warnings),
            }))?;
        } else {
            for error in rejected.iter().chain(warnings.iter().filter(|_| warned)) {
                output.report(error)?;
            }
            if let Some(config) = config.as_deref().filter(|_| valid) {
                let sources = config.status().sources.len();
                let plural = if sources == 1 { "" } else { "s" };
                writeln!(output.out, "the configuration is valid; read from {sources} source{plural}")?;
            }
        }
        Ok(if valid { End::Done } else { End::No })
    }
}
