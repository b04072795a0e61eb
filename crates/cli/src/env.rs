//! `env`.

use std::io;

use hotswap_core::{Builder, HotConfig, support::command_line};
use serde::Serialize;

use super::output::{End, Output};

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

impl From<command_line::Variable> for Variable {
    fn from(command_line::Variable { name, path, ty, docs }: command_line::Variable) -> Self {
        Self { set: std::env::var_os(&name).is_some(), name, path, ty, description: docs }
    }
}

impl Env {
    pub(super) fn run<T: HotConfig>(&self, builder: &Builder<T>, output: &mut Output<'_>) -> io::Result<End> {
        let variables = match command_line::variables(builder) {
            Ok(variables) => variables,
            Err(error) => return output.report(&error).map(|()| End::Failed),
        };
        let variables: Vec<Variable> = variables.into_iter().map(Variable::from).collect();
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
