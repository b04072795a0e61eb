//! Files that do not exist yet, and their precedence among the sources.

use std::{fs, path::Path};

use hotswap::HotConfig as _;

use super::support::{Service, ServiceHandle};
use crate::support::Folder;

/// Saves into `path`. A restart loads the value, or the refusal names the file with higher
/// precedence.
#[track_caller]
fn saved(builder: impl Fn() -> hotswap::Builder<Service>, path: &Path, above: Option<&str>) {
    for whole in [false, true] {
        let config: ServiceHandle = builder().watch(false).load().unwrap();
        config.set_n(7).unwrap();
        let result = if whole { config.save(path) } else { config.save_overrides(path) };
        match above {
            None => {
                result.unwrap();
                assert_eq!(builder().check().unwrap(), *config.load(), "{whole}");
                fs::remove_file(path).unwrap();
            }
            Some(above) => {
                let error = result.map_err(|error| error.to_string()).unwrap_err();
                assert!(error.contains("n: ") && error.contains(above), "{error}");
                assert!(!path.exists());
            }
        }
    }
}

#[test]
fn a_new_file_of_a_directory_has_the_place_of_its_name() {
    let folder = Folder::with("conf.d/20.toml", "n = 5\n");
    let builder = || Service::hot_builder().dir(folder.path("conf.d"));
    saved(builder, &folder.path("conf.d/10.toml"), Some("20.toml"));
    saved(builder, &folder.path("conf.d/10.yaml"), Some("20.toml"));
    saved(builder, &folder.path("conf.d/30.toml"), None);
    folder.write("top.toml", "n = 5\n");
    let below = || builder().file(folder.path("top.toml"));
    saved(below, &folder.path("conf.d/30.toml"), Some("top.toml"));
    std::os::unix::fs::symlink(folder.path("conf.d"), folder.path("link")).unwrap();
    saved(builder, &folder.path("link/10.json"), Some("20.toml"));
    saved(builder, &folder.path("conf.d/../conf.d/10.json"), Some("20.toml"));
}

#[test]
fn an_empty_directory_has_a_place() {
    let folder = Folder::with("top.toml", "n = 5\n");
    fs::create_dir(folder.path("conf.d")).unwrap();
    let builder = || Service::hot_builder().dir(folder.path("conf.d")).file(folder.path("top.toml"));
    saved(builder, &folder.path("conf.d/10.toml"), Some("top.toml"));
    let builder = || Service::hot_builder().file(folder.path("top.toml")).dir(folder.path("conf.d"));
    saved(builder, &folder.path("conf.d/10.toml"), None);
}

#[test]
fn an_optional_file_has_its_place_under_each_spelling() {
    let folder = Folder::with("top.toml", "n = 5\n");
    fs::create_dir(folder.path("real")).unwrap();
    std::os::unix::fs::symlink(folder.path("real"), folder.path("link")).unwrap();
    for (source, path) in [
        ("real/x.toml", "link/x.toml"),
        ("link/x.toml", "real/x.toml"),
        ("real/x.toml", "real/../real/./x.toml"),
        ("real/./x.toml", "real/x.toml"),
    ] {
        let below =
            || Service::hot_builder().optional_file(folder.path(source)).file(folder.path("top.toml"));
        saved(below, &folder.path(path), Some("top.toml"));
        let above =
            || Service::hot_builder().file(folder.path("top.toml")).optional_file(folder.path(source));
        saved(above, &folder.path(path), None);
    }
}

#[test]
fn a_relative_path_is_the_same_file_as_an_absolute_one() {
    let here = std::env::current_dir().unwrap();
    let folder = tempfile::Builder::new().prefix("hotswap-save-").tempdir_in(&here).unwrap();
    fs::write(folder.path().join("top.toml"), "n = 5\n").unwrap();
    let relative = Path::new(folder.path().file_name().unwrap());
    let (absolute, dotted) = (folder.path().join("x.toml"), Path::new(".").join(relative).join("x.toml"));
    for (source, path) in [(relative.join("x.toml"), absolute.clone()), (absolute, dotted)] {
        let top = folder.path().join("top.toml");
        let builder = || Service::hot_builder().optional_file(&source).file(&top);
        saved(builder, &path, Some("top.toml"));
    }
}

#[test]
fn a_file_that_no_source_reads_is_no_part_of_the_directory() {
    let folder = Folder::with("conf.d/20.toml", "n = 5\n");
    let builder = || Service::hot_builder().dir(folder.path("conf.d"));
    let config = builder().watch(false).load().unwrap();
    config.set_n(7).unwrap();
    for name in ["conf.d/.hidden.toml", "other.toml", "conf.d/sub/10.toml"] {
        fs::create_dir_all(folder.path(name).parent().unwrap()).unwrap();
        config.save_overrides(folder.path(name)).unwrap();
        assert_eq!(fs::read_to_string(folder.path(name)).unwrap(), "n = 7\n");
        config.save(folder.path(name)).unwrap();
    }
}
