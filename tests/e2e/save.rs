//! Files that a running program saves.

mod absent;
mod aliases;
mod elements;
mod flat_kinds;
mod flattened;
mod holes;
mod in_place;
mod layered;
mod limits;
mod nothing;
mod owner;
mod places;
mod random;
mod references;
mod secret_texts;
mod secrets;
mod support;
mod suppressed;
mod templates;
mod temporary;
mod text;
mod under_variables;
mod unreadable;
mod unwritable;
mod variants;

use std::collections::BTreeMap;

use hotswap::{HotConfig, Secret};
use serde::{Deserialize, Serialize};

use crate::support::{Folder, eventually};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
#[hot(env = "SAVED")]
struct App {
    #[hot(default = "info")]
    level: String,
    #[hot(default = "hush", secret)]
    token: Secret<String>,
    #[serde(default, alias = "hosts")]
    servers: Vec<String>,
    #[hot(default = "${not} a variable")]
    motto: String,
    #[hot(nested)]
    limit: Limit,
    ratio: Option<f64>,
    #[serde(default)]
    labels: BTreeMap<String, Secret<String>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Limit {
    #[hot(default = 5, range(min = 1))]
    max: u64,
}

const FILES: [&str; 3] = ["saved.toml", "saved.yaml", "saved.json"];

fn app(folder: &Folder) -> AppHandle {
    App::hot_builder()
        .file(folder.path("app.toml"))
        .plaintext_secrets(hotswap::PlaintextSecrets::Allow)
        .load()
        .unwrap()
}

#[test]
fn what_is_saved_loads_to_the_same() {
    let folder = Folder::with("app.toml", "ratio = 0.25\nlevel = '$${x} \"q\" \\ # no comment'");
    let config = app(&folder);
    config.set_limit_max(u64::from(u32::MAX) + 1).unwrap();
    config.set_servers(vec!["a".into(), "b: c".into(), String::new()]).unwrap();
    for file in FILES {
        config.save(folder.path(file)).unwrap();
        let again = App::hot_builder().file(folder.path(file)).check().unwrap();
        assert_eq!(again, *config.load(), "{file}");
        let before = std::fs::read_to_string(folder.path(file)).unwrap();
        config.save(folder.path(file)).unwrap();
        assert_eq!(std::fs::read_to_string(folder.path(file)).unwrap(), before, "saved twice");
    }
}

#[test]
fn a_secret_is_not_saved_and_the_file_says_so() {
    let folder = Folder::with("app.toml", "token = 'sesame'\nlabels = { a = 'sesame' }");
    let config = app(&folder);
    config.set_labels([("b".to_owned(), Secret::new("sesame".to_owned()))].into()).unwrap();
    for file in FILES {
        let shown = |text: &str| text.contains("sesame") || text.contains("***");
        config.save_overrides(folder.path(file)).unwrap();
        let overrides = std::fs::read_to_string(folder.path(file)).unwrap();
        config.save(folder.path(file)).unwrap();
        let text = std::fs::read_to_string(folder.path(file)).unwrap();
        assert!(!shown(&overrides) && !shown(&text), "{overrides}\n{text}");
        for remark in ["token is secret and not written here: set SAVED_TOKEN", "labels is secret and not"] {
            let remarked = text.lines().any(|line| line.starts_with(&format!("# {remark}")));
            assert_eq!(remarked, !file.ends_with("json"), "{text}");
        }
    }
}

#[test]
fn overrides_go_into_a_file_and_leave_the_rest_of_it_alone() {
    let folder =
        Folder::with("app.toml", "hosts = ['old'] # by its other name\n\n[limit] # section\nmax = 7 # few\n");
    let config = app(&folder);
    config.set_limit_max(8).unwrap();
    config.set_servers(vec!["new".into()]).unwrap();
    config.save_overrides(folder.path("app.toml")).unwrap();
    let text = std::fs::read_to_string(folder.path("app.toml")).unwrap();
    assert_eq!(text, "hosts = [\"new\"] # by its other name\n\n[limit] # section\nmax = 8 # few\n");
    // The file now contains the value that was set.
    let version = config.version();
    assert_eq!(config.reload().unwrap(), version);
    config.clear_overrides().unwrap();
    assert_eq!((config.limit_max(), config.version()), (8, version));
}

#[test]
fn what_a_patch_removed_is_taken_out() {
    let folder = Folder::with("app.toml", "ratio = 0.5\nlevel = 'debug'\n");
    let config = app(&folder);
    config.patch(serde_json::json!([{ "op": "remove", "path": "/ratio" }])).unwrap();
    config.save_overrides(folder.path("app.toml")).unwrap();
    assert_eq!(std::fs::read_to_string(folder.path("app.toml")).unwrap(), "level = 'debug'\n");
}

#[test]
fn a_watched_file_that_the_program_saves_is_no_new_version() {
    let folder = Folder::with("app.toml", "limit.max = 7\n");
    let config = app(&folder);
    let reloads = config.status().counts.reloads;
    config.set_limit_max(8).unwrap();
    config.save_overrides(folder.path("app.toml")).unwrap();
    eventually("the file is read again", || config.status().counts.reloads > reloads);
    assert_eq!((config.version(), config.limit_max()), (2, 8));
}

#[test]
fn a_refused_save_leaves_the_file_as_it_was() {
    let folder = Folder::with("app.toml", "#");
    let config = app(&folder);
    config.set_limit_max(u64::MAX).unwrap();
    let text = "max = [ # half a file";
    folder.write("broken.toml", text);
    let broken = config.save_overrides(folder.path("broken.toml")).unwrap_err().to_string();
    assert!(broken.contains("broken.toml:1"), "{broken}");
    assert_eq!(std::fs::read_to_string(folder.path("broken.toml")).unwrap(), text);

    let wide = config.save(folder.path("wide.toml")).unwrap_err().to_string();
    assert!(wide.contains("limit.max: 18446744073709551615 has more than the 64 bits"), "{wide}");
    assert!(!folder.path("wide.toml").exists());

    let unknown = config.save(folder.path("app.ini")).unwrap_err().to_string();
    assert!(unknown.contains("not known by its extension"), "{unknown}");
    let nowhere = config.save(folder.path("no/such/folder.json")).unwrap_err().to_string();
    assert!(nowhere.contains("cannot be written"), "{nowhere}");
    assert!(config.limit().save(folder.path("part.toml")).is_err());
}
