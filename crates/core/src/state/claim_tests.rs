//! The ways in which a path leads to a file of the state directory.

use std::os::unix::fs::symlink;

use super::*;

fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = folder.path().canonicalize().expect("it exists");
    (folder, root)
}

fn claim(root: &Path) -> Claim {
    Claim::new(&root.join("state"))
}

#[test]
fn files_that_do_not_exist_yet_are_claimed() {
    let (_folder, root) = folder();
    for name in ["overrides.json", "history.json", "lock", "overrides.damaged-1", ".hotswap-a.tmp"] {
        assert!(claim(&root).has_file(&root.join("state").join(name)), "{name}");
        assert!(claim(&root).has_file(&root.join("other/../state/./").join(name)), "{name}");
    }
    for name in ["state/app.json", "overrides.json", "state/below/overrides.json", "states"] {
        assert!(!claim(&root).has_file(&root.join(name)), "{name}");
    }
    // A file would prevent the creation of the directory.
    assert!(claim(&root).has_file(&root.join("state")));
    assert!(claim(&root).is_dir(&root.join("x/../state")) && !claim(&root).is_dir(&root));
}

#[test]
fn links_are_followed_also_where_they_dangle() {
    let (_folder, root) = folder();
    symlink("state", root.join("alias")).unwrap();
    symlink("alias/overrides.json", root.join("app.json")).unwrap();
    for exists in [false, true] {
        assert!(claim(&root).is_dir(&root.join("alias")), "{exists}");
        assert!(claim(&root).has_file(&root.join("app.json")), "{exists}");
        assert!(claim(&root).has_file(&root.join("alias/history.json")), "{exists}");
        fs::create_dir_all(root.join("state")).unwrap();
    }
}

#[test]
fn a_state_file_that_is_a_link_claims_what_it_leads_to() {
    let (_folder, root) = folder();
    fs::create_dir(root.join("state")).unwrap();
    fs::write(root.join("app.json"), "{}").unwrap();
    symlink("../app.json", root.join("state/overrides.json")).unwrap();
    assert!(claim(&root).has_file(&root.join("app.json")));
}

#[test]
fn a_second_hard_link_is_the_same_file() {
    let (_folder, root) = folder();
    fs::create_dir(root.join("state")).unwrap();
    fs::write(root.join("app.json"), "{}").unwrap();
    assert!(!claim(&root).has_file(&root.join("app.json")));
    fs::hard_link(root.join("app.json"), root.join("state/history.json")).unwrap();
    assert!(claim(&root).has_file(&root.join("app.json")));
}

#[test]
fn a_link_that_leads_back_to_itself_ends() {
    let (_folder, root) = folder();
    symlink("b", root.join("a")).unwrap();
    symlink("a", root.join("b")).unwrap();
    assert!(!claim(&root).has_file(&root.join("a")));
    assert!(!claim(&root).has_file(&root.join("a/overrides.json")));
}
