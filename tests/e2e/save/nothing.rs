//! Fields without a value.

use super::support::{Peer, Saved, Tls, builder};
use hotswap::HotConfig as _;

const TEXTS: [(&str, &str); 2] =
    [("app.yaml", "note: x # why\nlimit: 5\n"), ("app.json", "{\"note\": \"x\", \"limit\": 5}")];

#[test]
fn null_is_written_where_the_format_has_it() {
    for (file, text) in TEXTS {
        for whole in [true, false] {
            let saved = Saved::with(file, text);
            saved.config.set_note(None).unwrap();
            saved.config.set_limit(None).unwrap();
            let written = if whole { saved.save() } else { saved.save_overrides() };
            assert!(written.contains("null"), "{written}");
            let again = saved.again();
            assert_eq!((again.note, again.limit), (None, None), "{written}");
        }
    }
}

#[test]
fn null_is_written_where_the_file_has_no_such_key() {
    for (file, _) in TEXTS {
        let saved = Saved::with("app.toml", "n = 5");
        saved.config.set_limit(None).unwrap();
        for whole in [true, false] {
            let path = saved.folder.path(file);
            if whole {
                saved.config.save(&path).unwrap()
            } else {
                saved.config.save_overrides(&path).unwrap()
            }
            assert_eq!(builder(&saved.folder, file).check().unwrap().limit, None);
        }
    }
}

#[test]
fn toml_leaves_the_key_out_if_that_means_no_value() {
    for whole in [true, false] {
        let text = "# top\nnote = 'x'\nn = 5\n\n[pool]\nwait = 3\n\n[tls]\ncert = 'a'\nkey = 'b'\n";
        let saved = Saved::with("app.toml", text);
        saved.config.set_note(None).unwrap();
        saved.config.set_pool_wait(None).unwrap();
        saved.config.set_tls(None::<Tls>).unwrap();
        let written = if whole { saved.save() } else { saved.save_overrides() };
        assert!(
            !written.contains("note") && !written.contains("wait") && !written.contains("cert"),
            "{written}"
        );
        assert_eq!(saved.again(), *saved.config.load());
    }
}

#[test]
fn toml_refuses_no_value_where_the_default_would_return() {
    for text in ["limit = 5\n", "n = 1\n"] {
        let saved = Saved::with("app.toml", text);
        saved.config.set_limit(None).unwrap();
        let path = saved.folder.path("app.toml");
        for error in [saved.config.save(&path), saved.config.save_overrides(&path)] {
            let error = error.unwrap_err().to_string();
            assert!(error.contains("limit: TOML cannot express that a field has no value"), "{error}");
        }
        assert_eq!(saved.text(), text);
    }
}

#[test]
fn toml_refuses_no_value_where_a_lower_layer_would_return() {
    let saved = Saved::with("base.toml", "note = 'x'\n");
    saved.folder.write("app.toml", "note = 'y'\n");
    let files = || builder(&saved.folder, "base.toml").file(saved.folder.path("app.toml"));
    let config = files().load().unwrap();
    config.set_note(None).unwrap();
    let error = config.save_overrides(saved.folder.path("app.toml")).unwrap_err().to_string();
    assert!(error.contains("note: TOML cannot express") && error.contains("base.toml"), "{error}");
    assert!(config.save_overrides(saved.folder.path("new.toml")).is_err());
    // A complete file without other sources expresses it.
    config.save(saved.folder.path("whole.toml")).unwrap();
    assert_eq!(builder(&saved.folder, "whole.toml").check().unwrap(), *config.load());
    saved.folder.write("app.yaml", "note: y\n");
    let files = || builder(&saved.folder, "base.toml").file(saved.folder.path("app.yaml"));
    let config = files().load().unwrap();
    config.set_note(None).unwrap();
    config.save_overrides(saved.folder.path("app.yaml")).unwrap();
    assert_eq!(files().check().unwrap().note, None);
}

#[test]
fn no_value_inside_of_a_list_of_tables() {
    for (file, text) in [
        ("app.toml", "[[peers]]\nname = 'a'\nzone = 'x' # z\n"),
        ("app.yaml", "peers:\n  - name: a\n    zone: x # z\n"),
        ("app.json", "{\"peers\": [{\"name\": \"a\", \"zone\": \"x\"}]}"),
    ] {
        let saved = Saved::with(file, text);
        saved.config.set_peers(vec![Peer { name: "a".into(), port: 0, zone: None }]).unwrap();
        saved.save_overrides();
        assert_eq!(saved.again(), *saved.config.load());
    }
}

#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, hotswap::HotConfig)]
struct Maps {
    #[serde(default)]
    weights: std::collections::BTreeMap<String, Option<u8>>,
    #[serde(default)]
    list: Vec<Option<u8>>,
    #[serde(default = "five")]
    five: Option<u8>,
}

fn five() -> Option<u8> {
    Some(5)
}

#[test]
fn toml_refuses_no_value_inside_of_maps_and_lists() {
    let folder = crate::support::Folder::with("app.toml", "five = 1\n");
    let load = || Maps::hot_builder().file(folder.path("app.toml")).load().unwrap();
    let config = load();
    config.set_weights([("a".to_owned(), None)].into()).unwrap();
    let error = config.save_overrides(folder.path("app.toml")).unwrap_err().to_string();
    assert!(error.contains("weights: TOML has no `null`"), "{error}");
    let config = load();
    config.set_list(vec![Some(1), None]).unwrap();
    assert!(config.save_overrides(folder.path("app.toml")).unwrap_err().to_string().contains("list"));
    config.save_overrides(folder.path("app.yaml")).unwrap();
    let again = Maps::hot_builder().file(folder.path("app.yaml")).check().unwrap();
    assert_eq!(again.list, [Some(1), None]);
    let config = load();
    config.set_five(None).unwrap();
    let error = config.save_overrides(folder.path("app.toml")).unwrap_err().to_string();
    assert!(error.contains("five: TOML cannot express"), "{error}");
}
