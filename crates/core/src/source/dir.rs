//! A directory of files, like conf.d.

use std::{
    ffi::OsStr,
    fs, io,
    path::{Path, PathBuf},
};

use crate::source::{read_error::ReadError, sealed};

/// Every file of `dir` whose extension is one of `extensions`, in byte order of the names, which does not
/// depend on the locale or the file system.
///
/// Directories and names that [`is_listed`] excludes are left out. A dangling link is kept, so that reading
/// it reports the problem.
///
/// # Errors
/// `Missing`, `NotDirectory`, `Denied`, `LinkLoop` or `Unlisted`.
pub(crate) fn list(dir: &Path, extensions: &[&str]) -> Result<Vec<PathBuf>, ReadError> {
    let sorted = |error| unlisted(dir, error);
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).map_err(sorted)? {
        let entry = entry.map_err(sorted)?;
        if is_listed(&entry.file_name(), extensions) && !entry.path().is_dir() {
            files.push(entry.path());
        }
    }
    files.sort_by(|one, other| name(one).cmp(name(other)));
    Ok(files)
}

/// Whether a directory source reads a file with this name.
///
/// Files of editors and deployment tools are ignored: hidden names (such as `..data` of Kubernetes, `.f.swp` of
/// vim and `.#f` of Emacs), `#f#`, and names without a known extension: `f~`, `f.bak`, `f.tmp`, `f.swp`,
/// `f.rpmsave`, vim's `4913`.
pub(crate) fn is_listed(name: &OsStr, extensions: &[&str]) -> bool {
    let hidden = matches!(name.as_encoded_bytes().first(), None | Some(b'.' | b'#'));
    let known = sealed::inner(Path::new(name))
        .extension()
        .is_some_and(|end| extensions.iter().any(|known| end == *known));
    known && !hidden
}

fn name(path: &Path) -> &[u8] {
    path.file_name().unwrap_or_default().as_encoded_bytes()
}

fn unlisted(dir: &Path, error: io::Error) -> ReadError {
    // With a file in a parent path, the directory is missing; only a file at the path itself has the wrong
    // kind.
    let in_place = error.kind() == io::ErrorKind::NotADirectory && dir.exists();
    if in_place { ReadError::NotDirectory } else { ReadError::from_listing(dir, error) }
}

#[cfg(test)]
mod tests {
    use std::{
        ffi::{OsStr, OsString},
        fs,
        path::Path,
    };

    use super::{is_listed, list};
    use crate::source::read_error::ReadError;

    fn names(dir: &Path) -> Vec<OsString> {
        let files = list(dir, &["toml", "yaml"]).unwrap();
        files.iter().map(|path| path.file_name().unwrap().to_owned()).collect()
    }

    #[test]
    fn files_come_by_the_bytes_of_their_names() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["b.toml", "B.toml", "10.yaml", "9.yaml", "é.toml"] {
            fs::write(dir.path().join(name), "").unwrap();
        }
        assert_eq!(names(dir.path()), ["10.yaml", "9.yaml", "B.toml", "b.toml", "é.toml"]);
    }

    #[test]
    fn leavings_are_not_listed() {
        for name in [
            ".a.toml",
            "..data",
            "..a.toml",
            "a.toml~",
            ".a.toml.swp",
            "a.swp",
            "4913",
            "#a.toml#",
            ".#a.toml",
            "a.toml.tmp",
            "a.toml.bak",
            "a.txt",
            "toml",
            ".toml",
            "sedA1b2C3",
            "",
        ] {
            assert!(!is_listed(OsStr::new(name), &["toml"]), "{name:?} is listed");
        }
        assert!(is_listed(OsStr::new("a.b.toml"), &["toml"]));
    }

    #[test]
    fn an_encrypted_file_is_listed_by_what_is_in_it() {
        for (name, listed) in
            [("a.toml.age", true), ("a.age", false), ("a.txt.age", false), (".a.toml.age", false)]
        {
            assert_eq!(is_listed(OsStr::new(name), &["toml"]), listed, "{name}");
        }
    }

    #[test]
    fn directories_are_left_out() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("sub.toml")).unwrap();
        assert!(names(dir.path()).is_empty());
    }

    #[test]
    fn a_file_is_no_directory() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a.toml");
        fs::write(&file, "").unwrap();
        assert!(matches!(list(&file, &["toml"]), Err(ReadError::NotDirectory)));
        assert!(list(&file.join("below"), &["toml"]).unwrap_err().is_missing());
    }

    #[cfg(unix)]
    #[test]
    fn links_are_listed_wherever_they_lead_unless_to_a_directory() {
        use std::os::unix::fs::symlink;
        let dir = tempfile::tempdir().unwrap();
        symlink("nowhere", dir.path().join("a.toml")).unwrap();
        symlink(".", dir.path().join("b.toml")).unwrap();
        assert_eq!(names(dir.path()), ["a.toml"]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_name_need_not_be_utf_8() {
        use std::os::unix::ffi::OsStrExt;
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(OsStr::from_bytes(b"\xff.toml")), "").unwrap();
        assert_eq!(names(dir.path()), [OsStr::from_bytes(b"\xff.toml")]);
    }
}
