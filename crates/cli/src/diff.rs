//! `diff`.

use std::io;

use hotswap_core::{
    Builder, Error, HotConfig,
    support::command_line::{self, shown, shown_name},
};
use serde::Serialize;
use serde_json::Value as Json;

use super::{
    config_args::Selection,
    output::{End, Output},
};

/// Arguments of `diff`.
#[derive(Clone, Debug, clap::Args)]
#[non_exhaustive]
pub struct Diff {
    /// A file that is read instead of the program's own, or a profile
    #[arg(value_name = "FILE|PROFILE")]
    pub from: String,
    /// The other one
    #[arg(value_name = "FILE|PROFILE")]
    pub to: String,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// A field that differs; `null` if one side has no value.
#[derive(Serialize)]
struct Difference {
    path: String,
    from: Json,
    to: Json,
}

impl Diff {
    pub(super) fn run<T: HotConfig>(
        &self,
        builder: &impl Fn() -> Builder<T>,
        output: &mut Output<'_>,
    ) -> io::Result<End> {
        let sides = [&self.from, &self.to].map(|name| (name, document(name, builder())));
        let mut documents = Vec::new();
        for (name, side) in sides {
            match side {
                Ok(document) => documents.push(document),
                Err(error) => {
                    writeln!(output.err, "{}:", shown_name(name))?;
                    output.report(&error)?;
                }
            }
        }
        let [from, to] = documents.as_slice() else { return Ok(End::Failed) };
        let mut differences = Vec::new();
        compare(from, to, String::new(), &mut differences);
        if self.json {
            output.json(&differences)?;
        } else {
            for Difference { path, from, to } in &differences {
                writeln!(output.out, "{}", shown(&format!("{path}: {from} -> {to}")))?;
            }
        }
        Ok(if differences.is_empty() { End::Done } else { End::No })
    }
}

fn document<T: HotConfig>(name: &str, builder: Builder<T>) -> Result<Json, Error> {
    Ok(command_line::document(&*Selection::named(name).load(builder)?))
}

/// Tables key by key, everything else as a whole.
fn compare(from: &Json, to: &Json, path: String, differences: &mut Vec<Difference>) {
    let (Json::Object(low), Json::Object(high)) = (from, to) else {
        if from != to {
            differences.push(Difference { path, from: from.clone(), to: to.clone() });
        }
        return;
    };
    let added = high.keys().filter(|key| !low.contains_key(*key));
    for key in low.keys().chain(added) {
        let at = |side: &serde_json::Map<String, Json>| side.get(key).cloned().unwrap_or(Json::Null);
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        compare(&at(low), &at(high), path, differences);
    }
}
