//! The number of phrases that each older file may still have: one line per file, `<count> <path>`.

use std::{collections::BTreeMap, fs, path::PathBuf};

use crate::steps::root;

#[derive(Debug, Default, PartialEq)]
pub(crate) struct Allowance(BTreeMap<String, usize>);

impl Allowance {
    pub(crate) fn read() -> Result<Self, String> {
        let path = path();
        let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Self::parse(&text)
    }

    fn parse(text: &str) -> Result<Self, String> {
        let entries = text.lines().filter(|line| !line.starts_with('#')).map(|line| {
            let entry =
                line.split_once(' ').and_then(|(count, path)| Some((path.to_owned(), count.parse().ok()?)));
            entry.ok_or_else(|| format!("prose allowance: expected `<count> <path>`, found `{line}`"))
        });
        entries.collect::<Result<_, _>>().map(Self)
    }

    pub(crate) fn of(&self, path: &str) -> usize {
        self.0.get(path).copied().unwrap_or_default()
    }

    /// Whether any file has fewer phrases than its allowance.
    pub(crate) fn exceeds(&self, counts: &[(&str, usize)]) -> bool {
        let counts: BTreeMap<_, _> = counts.iter().copied().collect();
        self.0.iter().any(|(path, allowed)| *allowed > counts.get(path.as_str()).copied().unwrap_or_default())
    }

    /// The smaller of each file's allowance and its count.
    pub(crate) fn lowered(&self, counts: &[(&str, usize)]) -> Self {
        let lower = |&(path, count): &(&str, usize)| (path.to_owned(), count.min(self.of(path)));
        Self(counts.iter().map(lower).filter(|(_, count)| *count > 0).collect())
    }

    pub(crate) fn write(&self) -> Result<(), String> {
        let lines = self.0.iter().map(|(path, count)| format!("{count} {path}\n"));
        let text: String = std::iter::once(HEADER.to_owned()).chain(lines).collect();
        fs::write(path(), text).map_err(|error| format!("{}: {error}", path().display()))
    }
}

const HEADER: &str =
    "# Phrases that older files may still have. `cargo xtask prose` lowers the numbers; none may rise.\n";

fn path() -> PathBuf {
    root().join("xtask").join("prose-allowance.txt")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lowering_keeps_the_smaller_number_and_adds_no_file() {
        let allowance = Allowance::parse("# remark\n3 a.rs\n2 b.rs\n1 c.rs").expect("well formed");
        let lowered = allowance.lowered(&[("a.rs", 1), ("b.rs", 5), ("new.rs", 4)]);
        assert_eq!(lowered, Allowance::parse("1 a.rs\n2 b.rs").expect("well formed"));
    }

    #[test]
    fn a_file_with_fewer_phrases_than_allowed_makes_the_allowance_too_large() {
        let allowance = Allowance::parse("2 a.rs").expect("well formed");
        assert!(allowance.exceeds(&[("a.rs", 1)]) && allowance.exceeds(&[]));
        assert!(!allowance.exceeds(&[("a.rs", 2)]));
    }

    #[test]
    fn a_line_without_a_count_is_refused() {
        assert!(Allowance::parse("a.rs").is_err_and(|error| error.contains("expected `<count> <path>`")));
    }
}
