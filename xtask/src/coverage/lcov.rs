//! Reads the totals per file from a report in lcov's format.

use std::path::PathBuf;

/// A source file, and the number of its covered lines.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct File {
    pub(super) path: PathBuf,
    pub(super) lines: usize,
    pub(super) hit: usize,
}

/// Files next to the sources that contain only tests and their helpers.
const TESTS: [&str; 4] = ["tests.rs", "fixture.rs", "watcher_faults.rs", "watcher_moves.rs"];

impl File {
    pub(super) fn missed(&self) -> usize {
        self.lines - self.hit
    }

    pub(super) fn is_test(&self) -> bool {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        TESTS.contains(&&*name)
            || name.ends_with("_tests.rs")
            || self.path.parent().is_some_and(|folder| folder.ends_with("tests"))
    }
}

/// `SF:` begins a file; `LF:` is the number of its lines, `LH:` that of covered lines.
pub(super) fn files(report: &str) -> Vec<File> {
    let mut files = Vec::new();
    for line in report.lines() {
        match (line.split_once(':'), files.last_mut()) {
            (Some(("SF", path)), _) => files.push(File { path: path.into(), ..File::default() }),
            (Some(("LF", count)), Some(file)) => file.lines = count.parse().unwrap_or_default(),
            (Some(("LH", count)), Some(file)) => file.hit = count.parse().unwrap_or_default(),
            _ => {}
        }
    }
    files
}

#[cfg(test)]
mod tests {
    use super::{File, files};

    #[test]
    fn each_file_has_its_counts() {
        let report = "SF:/a/lib.rs\nDA:1,2\nLF:3\nLH:2\nend_of_record\nSF:/a/x_tests.rs\nLF:1\nLH:1\n";
        let read = files(report);
        assert_eq!(read[0], File { path: "/a/lib.rs".into(), lines: 3, hit: 2 });
        assert_eq!((read[0].missed(), read[0].is_test(), read[1].is_test()), (1, false, true));
    }
}
