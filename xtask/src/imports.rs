//! Checks that modules import only from their own floor and from lower ones, as `ARCHITECTURE.md` draws them.
//!
//! The drawing is the data: a block of `ARCHITECTURE.md` lists the floors, and the exceptions with their reasons. So it
//! cannot become false without a failing check.

mod floors;
mod uses;

use std::{collections::BTreeSet, fs};

use crate::steps::{Outcome, output_of, root};
use floors::Floors;

/// The crate whose floors are drawn.
const SOURCES: &str = "crates/core/src/";

/// Fails for each import from a higher floor that has no exception, for each exception that no import needs, and for each
/// module that is on no floor.
pub(crate) fn check() -> Outcome {
    let drawing = read("ARCHITECTURE.md")?;
    let floors = Floors::parse(&drawing)?;
    let mut problems = BTreeSet::new();
    let mut needed = BTreeSet::new();
    let files = output_of("git", &["ls-files", &format!("{SOURCES}*.rs")])?;
    for path in files.lines() {
        // A file that was deleted and not committed yet has no imports.
        let Ok(text) = read(path) else { continue };
        let Some(module) = module_of(path) else { continue };
        if !floors.has(module) {
            problems.extend([format!("ARCHITECTURE.md: no floor has `{module}`")]);
        }
        for used in uses::of(&text) {
            match floors.judge(module, &used) {
                floors::Verdict::Allowed => {}
                floors::Verdict::Exception => needed.extend([(module.to_owned(), used)]),
                floors::Verdict::Upwards => {
                    problems.extend([format!("{path}: `{module}` is below `{used}` and imports from it")]);
                }
                floors::Verdict::Unknown(name) => {
                    problems.extend([format!("ARCHITECTURE.md: no floor has `{name}`")]);
                }
            }
        }
    }
    let unused = floors.exceptions().filter(|exception| !needed.contains(*exception));
    problems.extend(unused.map(|(from, to)| {
        format!("ARCHITECTURE.md: no import needs the exception `{from} -> {to}`, remove it")
    }));
    let lines: Vec<_> = problems.into_iter().collect();
    if lines.is_empty() { Ok(()) } else { Err(format!("imports:\n{}", lines.join("\n"))) }
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
