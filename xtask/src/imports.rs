//! Checks that modules import only from their own floor and from lower ones, as listed in `ARCHITECTURE.md`.
//!
//! The documentation is the data: a block of `ARCHITECTURE.md` lists the floors, and the exceptions with their
//! reasons. So it cannot become outdated without a failing check.

mod circles;
mod documents;
mod floors;
mod stores;
mod uses;

use std::{collections::BTreeSet, fs};

use crate::steps::{Outcome, output_of, root};
use circles::Graph;
use floors::{Floors, Verdict};

/// The crate whose floors are listed.
const SOURCES: &str = "crates/core/src/";

pub(crate) fn check() -> Outcome {
    let floors = Floors::parse(&read("ARCHITECTURE.md")?)?;
    let Findings { mut problems, needed, graph } = imports(&floors)?;
    problems.extend(unneeded(&floors, &needed));
    problems.extend(floors.wrong_circles(&circles::of(&graph)));
    problems.extend(stores::problems()?);
    problems.extend(documents::problems()?);
    let lines: Vec<_> = problems.into_iter().collect();
    if lines.is_empty() { Ok(()) } else { Err(format!("imports:\n{}", lines.join("\n"))) }
}

/// What the imports of the runtime are, by the drawing.
#[derive(Default)]
struct Findings {
    problems: BTreeSet<String>,
    /// The exceptions that an import needs.
    needed: BTreeSet<(String, String)>,
    /// The imports that need none.
    graph: Graph,
}

fn imports(floors: &Floors) -> Result<Findings, String> {
    let modules = modules(&read(&format!("{SOURCES}lib.rs"))?);
    let mut findings = Findings::default();
    let files = output_of("git", &["ls-files", &format!("{SOURCES}*.rs")])?;
    for path in files.lines() {
        // A deleted file whose deletion is not committed yet has no imports.
        let Ok(text) = read(path) else { continue };
        let Some(module) = module_of(path) else { continue };
        if !floors.has(module) {
            findings.problems.extend([format!("ARCHITECTURE.md: no floor has `{module}`")]);
        }
        for used in uses::of(&text).iter().filter_map(|name| module_named(name, &modules)) {
            findings.add(path, module, used, floors.judge(module, used));
        }
    }
    Ok(findings)
}

impl Findings {
    fn add(&mut self, path: &str, module: &str, used: &str, verdict: Verdict) {
        match verdict {
            Verdict::Allowed => {
                self.graph.entry(module.to_owned()).or_default().insert(used.to_owned());
            }
            Verdict::Exception => {
                self.needed.insert((module.to_owned(), used.to_owned()));
            }
            Verdict::Upwards => {
                self.problems.insert(format!("{path}: `{module}` is below `{used}` and imports from it"));
            }
            Verdict::Unknown(name) => {
                self.problems.insert(format!("ARCHITECTURE.md: no floor has `{name}`"));
            }
        }
    }
}

/// One problem for each exception that no import needs.
fn unneeded(floors: &Floors, needed: &BTreeSet<(String, String)>) -> Vec<String> {
    let unused = floors.exceptions().filter(|exception| !needed.contains(*exception));
    let problem = |(from, to): &(String, String)| {
        format!("ARCHITECTURE.md: no import needs the exception `{from} -> {to}`, remove it")
    };
    unused.map(problem).collect()
}

/// The modules that the crate's root declares, by the names of their files.
fn modules(root: &str) -> BTreeSet<String> {
    let declared = root.lines().filter_map(|line| {
        let line = line.strip_prefix("pub ").unwrap_or(line);
        line.strip_prefix("mod ")?.strip_suffix(';')
    });
    declared.map(|name| file_name(name).to_owned()).collect()
}

/// The module that a path begins with; `None` for an item of the crate's root.
fn module_named<'n>(name: &'n str, modules: &BTreeSet<String>) -> Option<&'n str> {
    Some(file_name(name)).filter(|name| modules.contains(*name))
}

/// `__private` is in `private.rs`.
fn file_name(module: &str) -> &str {
    module.trim_start_matches('_')
}

fn read(path: &str) -> Result<String, String> {
    fs::read_to_string(root().join(path)).map_err(|error| format!("{path}: {error}"))
}

/// The top-level module of a file; `None` for the crate's root and for tests, which may import anything.
fn module_of(path: &str) -> Option<&str> {
    let below = path.strip_prefix(SOURCES)?;
    let is_test = below.rsplit('/').next().is_some_and(|file| file.ends_with("tests.rs"));
    if is_test || below.contains("/tests/") || below == "lib.rs" {
        return None;
    }
    below.split('/').next().map(|first| first.strip_suffix(".rs").unwrap_or(first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_underscores_is_a_module_too() {
        let modules = modules("mod cell;\npub mod __private;\npub use cell::Scalar;\nmod inner { }");
        assert_eq!(module_named("__private", &modules), Some("private"));
        assert_eq!(module_named("cell", &modules), Some("cell"));
        for item in ["Scalar", "__macro", "inner"] {
            assert_eq!(module_named(item, &modules), None, "{item}");
        }
    }

    #[test]
    fn the_module_of_a_file_is_its_top_folder() {
        assert_eq!(module_of("crates/core/src/load/mod.rs"), Some("load"));
        assert_eq!(module_of("crates/core/src/value.rs"), Some("value"));
        for outside in [
            "crates/core/src/lib.rs",
            "crates/core/src/load/plan_tests.rs",
            "crates/core/src/a/tests/b.rs",
            "x.rs",
        ] {
            assert_eq!(module_of(outside), None, "{outside}");
        }
    }
}
