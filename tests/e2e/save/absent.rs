//! Structs that have their serde default because no layer mentions them.

use hotswap::{HotConfig, Secret};
use serde::{Deserialize, Serialize};

use crate::support::{Folder, eventually};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Window {
    #[hot(default = 1)]
    min: u32,
    #[hot(default = 2)]
    max: u32,
}

fn window() -> Window {
    Window { min: 30, max: 300 }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
#[serde(default)]
struct Outer {
    #[hot(nested)]
    inner: Window,
    #[hot(restart)]
    port: u16,
}

impl Default for Outer {
    fn default() -> Self {
        Self { inner: Window { min: 40, max: 400 }, port: 80 }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Note {
    text: Option<String>,
}

fn note() -> Note {
    Note { text: Some("default".to_owned()) }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Login {
    #[hot(default = "nobody")]
    user: String,
    #[hot(secret, default = "hush")]
    token: Secret<String>,
}

fn login() -> Login {
    Login { user: "root".to_owned(), token: Secret::new("sesame".to_owned()) }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Site {
    #[hot(nested)]
    #[serde(default = "window")]
    w: Window,
    #[hot(nested)]
    #[serde(default)]
    outer: Outer,
    #[hot(nested)]
    #[serde(default = "note")]
    note: Note,
    #[hot(nested)]
    #[serde(default = "login")]
    login: Login,
    #[hot(default = 1)]
    k: u8,
}

const FILES: [(&str, &str); 3] = [("a.toml", "k = 2\n"), ("a.yaml", "k: 2\n"), ("a.json", "{\"k\": 2}\n")];

fn with(file: &str, text: &str, watch: bool) -> (Folder, SiteHandle) {
    let folder = Folder::with(file, text);
    let config = Site::hot_builder().file(folder.path(file)).watch(watch).load().unwrap();
    (folder, config)
}

fn text(folder: &Folder, file: &str) -> String {
    std::fs::read_to_string(folder.path(file)).unwrap()
}

/// Saves, and compares what the file gives with and without the overrides.
fn assert_saved(folder: &Folder, file: &str, config: &SiteHandle) {
    let (expected, version) = (config.snapshot(), config.version());
    config.save_overrides(folder.path(file)).unwrap();
    let written = text(folder, file);
    assert_eq!(config.reload().unwrap(), version, "{written}");
    config.save_overrides(folder.path(file)).unwrap();
    assert_eq!(text(folder, file), written, "saved twice");
    config.clear_overrides().unwrap();
    assert_eq!(*config.snapshot(), *expected, "{written}");
    assert_eq!(Site::hot_builder().file(folder.path(file)).check().unwrap(), *expected, "{written}");
}

#[test]
fn an_override_inside_a_struct_saves_all_of_it() {
    for (file, old) in FILES {
        let (folder, config) = with(file, old, false);
        config.set_w_max(99).unwrap();
        assert_saved(&folder, file, &config);
        assert_eq!(config.snapshot().w, Window { min: 30, max: 99 });
        assert!(!text(&folder, file).contains("outer"), "only the struct that was set");
    }
}

#[test]
fn an_override_two_levels_down_saves_the_outer_struct() {
    for (file, old) in FILES {
        let (folder, config) = with(file, old, false);
        config.set_outer_inner_max(99).unwrap();
        assert_saved(&folder, file, &config);
        assert_eq!(config.snapshot().outer, Outer { inner: Window { min: 40, max: 99 }, port: 80 });
    }
}

#[test]
fn an_inner_struct_is_saved_where_only_the_outer_one_is_mentioned() {
    let (folder, config) = with("a.toml", "outer.port = 81\n", false);
    config.set_outer_inner_min(7).unwrap();
    assert_saved(&folder, "a.toml", &config);
}

#[test]
fn a_watched_file_keeps_the_values_beside_what_is_saved() {
    let (folder, config) = with("a.toml", "k = 2\n", true);
    config.set_w_max(99).unwrap();
    let (reloads, version) = (config.status().counts.reloads, config.version());
    config.save_overrides(folder.path("a.toml")).unwrap();
    eventually("the file is read again", || config.status().counts.reloads > reloads);
    assert_eq!((config.version(), config.w_min(), config.w_max()), (version, 30, 99));
}

#[test]
fn a_struct_that_the_file_mentions_is_completed_by_nothing() {
    let (folder, config) = with("a.toml", "[w]\nmin = 5\n", false);
    config.set_w_max(99).unwrap();
    assert_saved(&folder, "a.toml", &config);
    assert_eq!(text(&folder, "a.toml"), "[w]\nmin = 5\nmax = 99\n");
}

#[test]
fn a_value_that_somebody_wrote_meanwhile_stays() {
    let (folder, config) = with("a.toml", "k = 2\n", false);
    config.set_w_max(99).unwrap();
    folder.write("a.toml", "[w]\nmin = 77\n");
    config.save_overrides(folder.path("a.toml")).unwrap();
    config.reload().unwrap();
    assert_eq!(config.snapshot().w, Window { min: 77, max: 99 });
}

#[test]
fn a_removed_value_beside_one_that_is_set_is_saved_with_its_default() {
    let (folder, config) = with("a.toml", "k = 2\n", false);
    config.set_w_min(5).unwrap();
    config.patch(serde_json::json!([{ "op": "remove", "path": "/w/max" }])).unwrap();
    assert_eq!(config.snapshot().w, Window { min: 5, max: 300 });
    config.save_overrides(folder.path("a.toml")).unwrap();
    let again = Site::hot_builder().file(folder.path("a.toml")).check().unwrap();
    assert_eq!(again.w, Window { min: 5, max: 300 });
}

#[test]
fn a_struct_that_loses_its_last_value_stays_mentioned() {
    for (file, old) in [
        ("a.toml", "[w]\nmax = 5\n"),
        ("b.toml", "w.max = 5\n"),
        ("a.yaml", "w:\n  max: 5\n"),
        ("a.json", "{\"w\": {\"max\": 5}}\n"),
    ] {
        let (folder, config) = with(file, old, false);
        config.patch(serde_json::json!([{ "op": "remove", "path": "/w/max" }])).unwrap();
        assert_eq!(config.snapshot().w, Window { min: 1, max: 2 });
        assert_saved(&folder, file, &config);
    }
}

#[test]
fn no_value_is_saved_in_place_of_a_serde_default() {
    for whole in [false, true] {
        for (file, old) in FILES {
            let (folder, config) = with(file, old, false);
            config.set_note_text(None).unwrap();
            let path = folder.path(file);
            if whole {
                config.save(&path).unwrap()
            } else {
                config.save_overrides(&path).unwrap()
            }
            let again = Site::hot_builder().file(&path).check().unwrap();
            assert_eq!(again.note.text, None, "{}", text(&folder, file));
        }
    }
}

#[test]
fn a_value_that_waits_for_a_restart_is_saved_as_it_is_after_it() {
    let (folder, config) = with("a.toml", "outer.port = 81\n", false);
    folder.write("a.toml", "k = 2\n");
    config.reload().unwrap();
    config.set_outer_inner_max(99).unwrap();
    assert_eq!(config.outer_port(), 81);
    config.save_overrides(folder.path("a.toml")).unwrap();
    let again = Site::hot_builder().file(folder.path("a.toml")).check().unwrap();
    assert_eq!(again.outer, Outer { inner: Window { min: 40, max: 99 }, port: 80 });
}

#[test]
fn a_secret_beside_an_override_is_left_out_with_a_remark() {
    let (folder, config) = with("a.toml", "k = 2\n", false);
    config.set_login_user("alice".to_owned()).unwrap();
    config.save_overrides(folder.path("a.toml")).unwrap();
    let text = text(&folder, "a.toml");
    assert!(text.contains("alice") && !text.contains("sesame"), "{text}");
    assert!(text.contains("# login.token is secret and not written here"), "{text}");
}
