use std::{
    ffi::OsStr,
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

use super::{ResolvedPath, Target};

/// A directory whose own path has no link in it.
struct Root(tempfile::TempDir);

impl Root {
    fn new() -> Self {
        let base = std::env::temp_dir().canonicalize().unwrap();
        Self(tempfile::tempdir_in(base).unwrap())
    }

    fn at(&self, path: &str) -> PathBuf {
        if path.is_empty() { self.0.path().to_owned() } else { self.0.path().join(path) }
    }

    fn dir(&self, path: &str) {
        fs::create_dir_all(self.at(path)).unwrap();
    }

    fn file(&self, path: &str) {
        fs::write(self.at(path), "").unwrap();
    }

    fn link(&self, goal: &str, path: &str) {
        symlink(goal, self.at(path)).unwrap();
    }

    fn file_chain(&self, path: &str) -> ResolvedPath {
        ResolvedPath::resolve(&[Target::File(self.at(path))])
    }

    fn dir_chain(&self, path: &str) -> ResolvedPath {
        ResolvedPath::resolve(&[Target::Dir { path: self.at(path), extensions: &["toml"] }])
    }

    /// `dir: name name`, for every directory below this one.
    fn shown(&self, resolved: &ResolvedPath) -> Vec<String> {
        let below = resolved.dirs.iter().filter_map(|(dir, names)| {
            let dir = dir.strip_prefix(self.0.path()).ok()?;
            let names: Vec<_> = names.exact.iter().map(|name| name.to_str().unwrap()).collect();
            Some(format!("{}: {}", dir.display(), names.join(" ")))
        });
        below.collect()
    }
}

#[test]
fn a_plain_file_needs_every_directory_above_it() {
    let root = Root::new();
    root.dir("a/b");
    root.file("a/b/app.toml");
    let resolved = root.file_chain("a/b/app.toml");
    assert_eq!(root.shown(&resolved), [": a", "a: b", "a/b: app.toml"]);
    assert_eq!(resolved.holders, [root.at("a/b")]);
    let first = root.0.path().iter().nth(1).unwrap();
    assert!(resolved.dirs[Path::new("/")].matter(first));
}

#[test]
fn a_config_map_needs_its_data_link() {
    let root = Root::new();
    root.dir("m/..1");
    root.file("m/..1/app.toml");
    root.link("..1", "m/..data");
    root.link("..data/app.toml", "m/app.toml");
    let resolved = root.file_chain("m/app.toml");
    assert_eq!(root.shown(&resolved), [": m", "m: ..1 ..data app.toml", "m/..1: app.toml"]);
    assert_eq!(resolved.holders, [root.at("m/..1")]);
}

#[test]
fn a_link_in_the_middle_needs_both_sides() {
    let root = Root::new();
    root.dir("rel/1");
    root.file("rel/1/app.toml");
    root.link("rel/1", "current");
    let resolved = root.file_chain("current/app.toml");
    assert_eq!(root.shown(&resolved), [": current rel", "rel: 1", "rel/1: app.toml"]);
}

#[test]
fn an_absolute_link_starts_over() {
    let root = Root::new();
    root.dir("a");
    root.dir("b");
    root.file("b/real.toml");
    symlink(root.at("b/real.toml"), root.at("a/app.toml")).unwrap();
    assert_eq!(root.shown(&root.file_chain("a/app.toml")), [": a b", "a: app.toml", "b: real.toml"]);
}

#[test]
fn up_means_up_from_where_the_link_led() {
    let root = Root::new();
    root.dir("x/y");
    root.file("x/app.toml");
    root.link("x/y", "link");
    let resolved = root.file_chain("link/../app.toml");
    assert_eq!(root.shown(&resolved), [": link x", "x: app.toml y"]);
}

#[test]
fn a_dangling_link_needs_the_place_of_its_goal() {
    let root = Root::new();
    root.dir("b");
    root.link("b/real.toml", "app.toml");
    let resolved = root.file_chain("app.toml");
    assert_eq!(root.shown(&resolved), [": app.toml b", "b: real.toml"]);
    assert_eq!(resolved.holders, [root.at("b")]);
}

#[test]
fn a_loop_ends() {
    let root = Root::new();
    root.link("b", "a");
    root.link("a", "b");
    assert_eq!(root.shown(&root.file_chain("a/app.toml")), [": a b"]);
}

#[test]
fn missing_parents_leave_the_nearest_that_exists() {
    let root = Root::new();
    root.dir("a");
    let resolved = root.file_chain("a/b/c/app.toml");
    assert_eq!(root.shown(&resolved), [": a", "a: b"]);
    assert_eq!(resolved.holders, [root.at("a")]);
}

#[test]
fn a_file_in_the_way_is_where_the_walk_ends() {
    let root = Root::new();
    root.file("a");
    assert_eq!(root.shown(&root.file_chain("a/app.toml")), [": a"]);
}

#[test]
fn a_directory_source_needs_all_its_names() {
    let root = Root::new();
    root.dir("conf.d");
    let resolved = root.dir_chain("conf.d");
    let names = &resolved.dirs[&root.at("conf.d")];
    assert!(names.matter(OsStr::new("new.toml")));
    assert!(!names.matter(OsStr::new("new.toml~")) && !names.matter(OsStr::new(".new.toml.swp")));
    assert_eq!(resolved.holders, [root.at("conf.d")]);
}

#[test]
fn a_directory_source_needs_what_its_links_go_through() {
    let root = Root::new();
    root.dir("conf.d/..1");
    root.dir("far");
    root.file("conf.d/..1/a.toml");
    root.link("..1", "conf.d/..data");
    root.link("..data/a.toml", "conf.d/a.toml");
    root.link("../far/b.toml", "conf.d/b.toml");
    root.link("../elsewhere", "conf.d/c.txt");
    let resolved = root.dir_chain("conf.d");
    assert!(resolved.dirs[&root.at("conf.d")].matter(OsStr::new("..data")));
    assert!(resolved.dirs[&root.at("conf.d/..1")].matter(OsStr::new("a.toml")));
    assert!(resolved.dirs[&root.at("far")].matter(OsStr::new("b.toml")));
    assert!(!resolved.dirs[&root.at("")].matter(OsStr::new("elsewhere")));
}

#[test]
fn a_directory_source_that_is_missing_needs_its_place() {
    let root = Root::new();
    assert_eq!(root.shown(&root.dir_chain("conf.d")), [": conf.d"]);
}

#[test]
fn targets_share_their_directories() {
    let root = Root::new();
    root.file("a.toml");
    root.file("b.toml");
    let resolved = ResolvedPath::resolve(&[Target::File(root.at("a.toml")), Target::File(root.at("b.toml"))]);
    assert_eq!(root.shown(&resolved), [": a.toml b.toml"]);
}
