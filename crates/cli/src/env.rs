//! `env`.

use std::io;

use serde::Serialize;

use super::output::{End, Output};
use crate::{builder::Builder, config::HotConfig, source::names::Names};

/// Arguments of `env`.
#[derive(Clone, Debug, clap::Args)]
#[non_exhaustive]
pub struct Env {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// A variable that is read. Its value is not shown.
#[derive(Serialize)]
struct Variable {
    name: String,
    path: String,
    #[serde(rename = "type")]
    ty: &'static str,
    /// Whether it is set now.
    set: bool,
    description: &'static str,
}

impl Env {
    pub(super) fn run<T: HotConfig>(&self, builder: &Builder<T>, output: &mut Output<'_>) -> io::Result<End> {
        let names = match Names::new(T::SHAPE, builder.env.as_deref()) {
            Ok(names) => names,
            Err(issues) => return output.report(&crate::Error::new(issues)).map(|()| End::Failed),
        };
        let variables: Vec<Variable> = T::SHAPE
            .leaves()
            .iter()
            .filter_map(|leaf| {
                let name = names.variable(&leaf.keys)?;
                Some(Variable {
                    set: std::env::var_os(&name).is_some(),
                    name,
                    path: leaf.keys.to_string(),
                    ty: leaf.field().ty,
                    description: leaf.field().docs,
                })
            })
            .collect();
        if self.json {
            output.json(&variables)?;
        } else {
            table(&variables, output)?;
        }
        Ok(End::Done)
    }
}

fn table(variables: &[Variable], output: &mut Output<'_>) -> io::Result<()> {
    if variables.is_empty() {
        return writeln!(output.out, "no variable is read: the configuration has no prefix");
    }
    let width = |text: fn(&Variable) -> &str| variables.iter().map(|one| text(one).len()).max().unwrap_or(0);
    let (names, paths) = (width(|one| &one.name), width(|one| &one.path));
    for Variable { name, path, ty, set, .. } in variables {
        let set = if *set { ", set" } else { "" };
        writeln!(output.out, "{name:names$}  {path:paths$}  {ty}{set}")?;
    }
    Ok(())
}
