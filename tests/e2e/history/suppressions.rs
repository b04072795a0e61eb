//! Rolled-back content stays suppressed until its source supplies other content, or a reload is
//! requested.

use std::time::Duration;

use hotswap::HotConfig;
use serde::Deserialize;

use super::wake_source::WakeSource;
use crate::support::{Folder, eventually};

#[derive(Debug, PartialEq, Deserialize, HotConfig)]
struct App {
    #[hot(default = 0)]
    a: u32,
    #[hot(default = 0)]
    b: u32,
    #[hot(default = "")]
    text: String,
    #[hot(default = 0)]
    rings: u32,
}

struct Scene {
    folder: Folder,
    wake_source: WakeSource,
    app: AppHandle,
}

impl Scene {
    /// Two files, a dotenv file, and then a second version of all of them.
    fn new() -> Self {
        let folder = Folder::with("a.toml", "a = 1\ntext = '${WORD:none}'");
        folder.write("b.toml", "b = 1");
        folder.write(".env", "WORD=one");
        let wake_source = WakeSource::default();
        let app = App::hot_builder()
            .file(folder.path("a.toml"))
            .optional_file(folder.path("b.toml"))
            .dotenv(folder.path(".env"))
            .source(wake_source.clone())
            .watch(false)
            .missing_grace(Duration::ZERO)
            .history(1000)
            .load()
            .unwrap();
        Self { folder, wake_source, app }
    }

    /// The engine reads the sources without a request.
    fn look(&self) {
        let rings = self.wake_source.wake();
        eventually("the engine has looked", || self.app.rings() == rings);
    }

    fn write(&self, name: &str, text: &str) {
        self.folder.write(name, text);
        self.look();
    }

    fn values(&self) -> (u32, u32, String) {
        (self.app.a(), self.app.b(), self.app.text().clone())
    }

    /// The names of the suppressed files, and the version that is used instead.
    fn held(&self) -> Vec<(String, u64)> {
        let sources = self.app.status().sources.into_iter();
        let held =
            sources.filter_map(|source| Some((source.name.rsplit('/').next()?.to_owned(), source.held?)));
        held.collect()
    }
}

#[test]
fn a_comment_does_not_release_what_was_rolled_back_and_another_value_does() {
    let scene = Scene::new();
    scene.write("b.toml", "b = 2");
    scene.app.rollback(1).unwrap();
    assert_eq!(scene.app.b(), 1);
    assert!(scene.app.status().to_string().contains("b.toml: ok, rolled back to version 1"));

    scene.write("b.toml", "# a comment\nb = 2");
    assert_eq!((scene.app.b(), scene.held()), (1, vec![("b.toml".to_owned(), 1)]));

    scene.write("b.toml", "b = 3");
    assert_eq!((scene.app.b(), scene.held()), (3, vec![]));

    scene.write("b.toml", "b = 2");
    assert_eq!(scene.app.b(), 2, "what was refused once is no longer");
}

#[test]
fn a_source_that_changes_releases_only_itself() {
    let scene = Scene::new();
    scene.folder.write("a.toml", "a = 2");
    scene.write("b.toml", "b = 2");
    scene.app.rollback(1).unwrap();
    scene.write("a.toml", "a = 3");
    assert_eq!((scene.app.a(), scene.app.b(), scene.held()), (3, 1, vec![("b.toml".to_owned(), 1)]));
}

#[test]
fn a_reload_by_hand_releases_everything() {
    let scene = Scene::new();
    scene.folder.write("a.toml", "a = 2");
    scene.write("b.toml", "b = 2");
    scene.app.rollback(1).unwrap();
    scene.app.reload().unwrap();
    assert_eq!((scene.app.a(), scene.app.b(), scene.held()), (2, 2, vec![]));
}

#[test]
fn a_reload_that_is_refused_releases_nothing() {
    let scene = Scene::new();
    scene.write("b.toml", "b = 2");
    scene.app.rollback(1).unwrap();
    scene.folder.write("a.toml", "a = 'x'");
    assert!(scene.app.reload().is_err());
    scene.write("a.toml", "a = 1");
    assert_eq!((scene.app.b(), scene.held()), (1, vec![("b.toml".to_owned(), 1)]));
}

#[test]
fn a_file_that_was_removed_is_there_again_and_one_that_was_added_is_not() {
    let scene = Scene::new();
    std::fs::remove_file(scene.folder.path("b.toml")).unwrap();
    scene.app.reload().unwrap();
    eventually("the file is gone", || {
        // Its grace period must be over before it leaves the merge.
        scene.look();
        scene.app.b() == 0
    });
    let gone = scene.app.version();
    scene.app.rollback_to(1).unwrap();
    assert_eq!(scene.app.b(), 1);
    scene.look();
    assert_eq!((scene.app.b(), scene.held()), (1, vec![("b.toml".to_owned(), 1)]));

    scene.write("b.toml", "b = 7");
    assert_eq!(scene.app.b(), 7);
    scene.app.rollback_to(gone).unwrap();
    scene.look();
    assert_eq!((scene.app.b(), scene.held()), (0, vec![("b.toml".to_owned(), gone)]));
}

#[test]
fn variables_of_a_file_are_rolled_back_with_it() {
    let scene = Scene::new();
    assert_eq!(scene.values(), (1, 1, "one".to_owned()));
    scene.write(".env", "WORD=two");
    assert_eq!(scene.values(), (1, 1, "two".to_owned()));
    scene.app.rollback(1).unwrap();
    scene.look();
    assert_eq!(scene.values(), (1, 1, "one".to_owned()));
    scene.write(".env", "WORD=three");
    assert_eq!(scene.values(), (1, 1, "three".to_owned()));
}

#[test]
fn a_write_after_a_rollback_keeps_what_is_held() {
    let scene = Scene::new();
    scene.write("b.toml", "b = 2");
    scene.app.rollback(1).unwrap();
    scene.app.set_a(5).unwrap();
    scene.look();
    assert_eq!((scene.app.a(), scene.app.b(), scene.held().len()), (5, 1, 1));
}
