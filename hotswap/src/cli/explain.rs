//! `explain`.

use std::io;

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
        let paths = match &self.path {
            Some(path) => vec![path.clone()],
            None => T::SHAPE.leaves().iter().map(|leaf| leaf.keys.to_string()).collect(),
        };
        let explanations: Vec<_> = paths.iter().map(|path| config.explain(path)).collect();
        match (self.json, explanations.as_slice()) {
            (true, [one]) if self.path.is_some() => output.json(one)?,
            (true, all) => output.json(&all)?,
            (false, all) => all.iter().try_for_each(|one| writeln!(output.out, "{one}"))?,
        }
        let unknown = |note: &String| note.starts_with("no such field");
        let found = !explanations.iter().any(|one| one.note.as_ref().is_some_and(unknown));
        Ok(if found { End::Done } else { End::No })
    }
}
