//! Reads several files consistently: all from the same moment, or not at all.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::source::{
    read::{FileContent, read},
    read_error::ReadError,
    stamp::Stamp,
};

/// One file of a [`read_together`]. A path may be read for several sources.
pub(crate) type ReadOutcome<P = PathBuf> = (P, Result<FileContent, ReadError>);

/// The maximum number of reads before giving up on a file that keeps changing.
const TRIES: usize = 8;

/// Reads every path. When it returns, each path still led to the content that was read.
///
/// Two files of one directory that is swapped as a whole (a mounted ConfigMap, a release link) are therefore
/// never of different generations. If this is not possible because files keep changing, the contents that
/// changed are marked as torn.
#[cfg(test)]
pub(crate) fn read_together(paths: &[PathBuf], max_size: u64) -> Vec<ReadOutcome> {
    read_all_together(|| paths.to_vec(), max_size)
}

/// Like [`read_together`], for paths that are listed from the file system: `expand` is called again after
/// reading, and must return the same list.
pub(crate) fn read_all_together<P: AsRef<Path> + PartialEq>(
    expand: impl Fn() -> Vec<P>,
    max_size: u64,
) -> Vec<ReadOutcome<P>> {
    let mut outcomes = read_each(expand(), max_size);
    for _ in 1..TRIES {
        if is_stable(&outcomes, &expand) {
            return outcomes;
        }
        let again = read_each(expand(), max_size);
        // Two reads with the same content are equivalent, because some file systems invent stamps at every
        // call.
        if alike(&outcomes, &again) {
            return again;
        }
        outcomes = again;
    }
    if !is_stable(&outcomes, &expand) {
        outcomes
            .iter_mut()
            .filter_map(|(_, outcome)| outcome.as_mut().ok())
            .for_each(|content| content.torn = true);
    }
    outcomes
}

fn read_each<P: AsRef<Path>>(paths: Vec<P>, max_size: u64) -> Vec<ReadOutcome<P>> {
    let one = |path: P| {
        let outcome = read(path.as_ref(), max_size);
        (path, outcome)
    };
    paths.into_iter().map(one).collect()
}

fn is_stable<P: AsRef<Path> + PartialEq>(outcomes: &[ReadOutcome<P>], expand: impl Fn() -> Vec<P>) -> bool {
    // In this order: the list held at a moment through which every content held too.
    outcomes.iter().map(|(path, _)| path).eq(&expand())
        && outcomes.iter().all(|(path, outcome)| is_unchanged(path.as_ref(), outcome))
}

/// Whether the path still has the same content.
fn is_unchanged(path: &Path, outcome: &Result<FileContent, ReadError>) -> bool {
    match outcome {
        Ok(content) => {
            look(path).is_some_and(|(real, now)| real == content.real && now.same_state(&content.stamp))
        }
        Err(error) if error.is_missing() => look(path).is_none(),
        Err(_) => true,
    }
}

fn look(path: &Path) -> Option<(PathBuf, Stamp)> {
    // In this order, a swap between the two calls is detected as another file.
    let real = fs::canonicalize(path).ok()?;
    Some((real, Stamp::from_metadata(&fs::metadata(path).ok()?)))
}

fn alike<P: PartialEq>(one: &[ReadOutcome<P>], other: &[ReadOutcome<P>]) -> bool {
    one.len() == other.len()
        && one.iter().zip(other).all(|(one, other)| one.0 == other.0 && is_same_outcome(&one.1, &other.1))
}

fn is_same_outcome(one: &Result<FileContent, ReadError>, other: &Result<FileContent, ReadError>) -> bool {
    match (one, other) {
        (Ok(one), Ok(other)) => {
            one.text == other.text && one.sealed == other.sealed && one.real == other.real
        }
        (Err(one), Err(other)) => std::mem::discriminant(one) == std::mem::discriminant(other),
        _ => false,
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::{
        cell::Cell,
        fs,
        os::unix::fs::symlink,
        path::{Path, PathBuf},
        sync::atomic::{AtomicBool, Ordering},
        thread,
    };

    use super::{ReadOutcome, read_all_together, read_together};

    const LIMIT: u64 = 1024;

    /// Swaps `..data` the way Kubernetes does: a new directory, a link renamed over, the old directory removed.
    fn swap(mount: &Path, generation: usize) {
        let (new, old) = (format!("..{generation}"), fs::read_link(mount.join("..data")));
        fs::create_dir(mount.join(&new)).unwrap();
        for name in ["a.toml", "b.toml"] {
            fs::write(mount.join(&new).join(name), generation.to_string()).unwrap();
        }
        symlink(&new, mount.join("..data_tmp")).unwrap();
        fs::rename(mount.join("..data_tmp"), mount.join("..data")).unwrap();
        let _ = old.map(|old| fs::remove_dir_all(mount.join(old)));
    }

    fn mount() -> (tempfile::TempDir, Vec<PathBuf>) {
        let dir = tempfile::tempdir().unwrap();
        swap(dir.path(), 0);
        let link = |name: &str| {
            symlink(Path::new("..data").join(name), dir.path().join(name)).unwrap();
            dir.path().join(name)
        };
        let paths = ["a.toml", "b.toml"].map(link).to_vec();
        (dir, paths)
    }

    fn texts(outcomes: &[ReadOutcome]) -> Vec<&str> {
        outcomes.iter().map(|(_, outcome)| outcome.as_ref().unwrap().text.as_str()).collect()
    }

    #[test]
    fn never_mixes_two_generations_of_a_config_map() {
        let (dir, paths) = mount();
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                (1..400).for_each(|generation| swap(dir.path(), generation));
                done.store(true, Ordering::Release);
            });
            while !done.load(Ordering::Acquire) {
                let outcomes = read_together(&paths, LIMIT);
                if outcomes.iter().all(|(_, outcome)| outcome.as_ref().is_ok_and(|content| !content.torn)) {
                    let texts = texts(&outcomes);
                    assert_eq!(texts[0], texts[1]);
                }
            }
        });
        assert_eq!(texts(&read_together(&paths, LIMIT)), ["399", "399"]);
    }

    #[test]
    fn a_file_written_while_the_next_is_listed_is_read_again() {
        let (dir, paths) = mount();
        let passes = Cell::new(0);
        let outcomes = read_all_together(
            || {
                passes.set(passes.get() + 1);
                if passes.get() == 2 {
                    swap(dir.path(), 1);
                }
                paths.clone()
            },
            LIMIT,
        );
        assert_eq!(texts(&outcomes), ["1", "1"]);
    }

    #[test]
    fn a_missing_file_is_an_outcome_of_its_own() {
        let (dir, mut paths) = mount();
        paths.push(dir.path().join("c.toml"));
        let outcomes = read_together(&paths, LIMIT);
        assert!(outcomes[0].1.is_ok() && outcomes[2].1.as_ref().unwrap_err().is_missing());
    }

    #[test]
    fn what_never_holds_still_is_torn() {
        let (_dir, paths) = mount();
        let passes = Cell::new(0);
        let outcomes = read_all_together(
            || {
                passes.set(passes.get() + 1);
                fs::write(&paths[0], passes.get().to_string()).unwrap();
                paths[..1 + passes.get() % 2].to_vec()
            },
            LIMIT,
        );
        assert!(outcomes[0].1.as_ref().unwrap().torn);
    }
}
